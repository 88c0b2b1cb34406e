/** Checks across the fields of a watch section. */
import type { FieldFault } from '../../../src/document/fieldFault.ts';
import type { Path } from '../../../src/document/path.ts';
import { HOUR, parseInstant } from '../../../src/time.ts';
import { brokerUrl } from '../../mqtt/credentials.ts';
import { attachedDevices } from './places.ts';
import type { RigDocument } from './rigFileSchema.ts';
import { periodSeconds, secondsOf } from './watchCalendar.ts';
import type { WatchDocument } from './watchSchema.ts';

/**
 * London times at which an attempt may be made. The kernel uses the same times. A weekly attempt within them is never
 * lost to a change of clocks.
 */
const WORKING = { from: 8 * HOUR, to: 18 * HOUR };

export function* watchFaults(document: RigDocument): Iterable<FieldFault> {
  const { watch } = document;
  if (!watch) return;
  yield* cadenceFaults(watch);
  yield* migrateFaults(document, watch);
  if (watch.glow && document.installation.gas === false) {
    yield { path: ['watch', 'glow'], found: 'CADs', expected: 'none: they tell of the gas meter, and there is none' };
  }
  for (const name of ['glow', 'bench'] as const) {
    const url = watch[name]?.url;
    const why = url === undefined ? undefined : refusedBy(url);
    // The value is not shown, because it may hold a password.
    if (why === undefined) continue;
    yield { path: ['watch', name, 'url'], found: 'another text', expected: 'mqtt://HOST:PORT', mend: `${why}.` };
  }
}

function* cadenceFaults(watch: WatchDocument): Iterable<FieldFault> {
  const { contact, attempt, lateSeconds, from, until } = watch;
  const path: Path = ['watch'];
  const time = secondsOf(attempt.timeLondon);
  if (attempt.everySeconds === undefined && (time < WORKING.from || time > WORKING.to)) {
    yield { path: [...path, 'attempt', 'timeLondon'], expected: 'a time from 08:00 to 18:00' };
  }
  const spanSeconds = (contact.tries - 1) * contact.secondsBetweenTries;
  const period = periodSeconds(contact, attempt, 'contact');
  if (spanSeconds >= period) {
    yield {
      path: [...path, 'contact', 'secondsBetweenTries'],
      found: `${contact.tries} tries within ${spanSeconds} s`,
      expected: `all tries before the next contact, which is due after ${period} s`,
    };
  }
  const next = periodSeconds(contact, attempt, 'attempt');
  if (lateSeconds !== undefined && lateSeconds >= next) {
    yield { path: [...path, 'lateSeconds'], expected: `less than ${next}: the next attempt is due then` };
  }
  if (from !== undefined && until !== undefined && (parseInstant(from) as number) >= (parseInstant(until) as number)) {
    yield { path: [...path, 'until'], expected: `an instant after ${from}` };
  }
}

function* migrateFaults(document: RigDocument, { migrate }: WatchDocument): Iterable<FieldFault> {
  const attached = attachedDevices(document);
  if (!migrate || attached.length === 0 || document.allow.keys.length > 0) return;
  yield {
    path: ['watch', 'migrate'],
    expected: `false, or an allow-list (allow.keys) that names the system titles of what is attached: ${attached.join(', ')}`,
  };
}

function refusedBy(url: string): string | undefined {
  try {
    brokerUrl(url);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
