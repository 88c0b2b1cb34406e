/** Checks across the fields of a rig file. Checks that read other files stand in `rigSecrets.ts`. */
import { wrongEventValue } from '../../../src/interchange/history/recordReaders.ts';
import type { FieldFault } from '../../../src/document/fieldFault.ts';
import type { Path } from '../../../src/document/path.ts';
import { isMpan, isMprn } from '../../../src/installation/identifiers.ts';
import { DMC_EVENTS, GAS_EVENTS } from '../../../src/migration/history.ts';
import { EFFECTS } from '../../../src/migration/observations.ts';
import { STEPS } from '../../../src/migration/steps.ts';
import { INSTANT_MAX, parseInstant } from '../../../src/time.ts';
import { brokerUrl } from '../../mqtt/credentials.ts';
import { canStrike, silencesStep } from '../../link/realise.ts';
import { serialPath } from '../../transport/serialMode.ts';
import { clockOf, DEVICE_NAMES, hostAndPort, type Place, placeOf } from './places.ts';
import type { DeviceDocument } from './rigDeviceSchema.ts';
import type { EffectDocument } from './rigFaultSchema.ts';
import type { RigDocument } from './rigFileSchema.ts';
import { attemptsMax, nominalInstants } from './schedule.ts';
import { watchFaults } from './watchChecks.ts';

export function rigFaults(document: RigDocument): readonly FieldFault[] {
  return [
    ...installationFaults(document),
    ...DEVICE_NAMES.flatMap((name) => [...deviceFaults(document, name)]),
    ...titleFaults(document),
    ...scheduleFaults(document),
    ...outageFaults(document),
    ...strikeFaults(document),
    ...eventFaults(document),
    ...watchFaults(document),
  ];
}

function* installationFaults({ installation }: RigDocument): Iterable<FieldFault> {
  const { electricity, gas } = installation;
  const path: Path = ['installation'];
  if (electricity.mpan !== undefined && !isMpan(electricity.mpan)) {
    yield { path: [...path, 'electricity', 'mpan'], expected: '13 digits, the last of which checks the others' };
  }
  if (gas !== false && gas.mprn !== undefined && !isMprn(gas.mprn)) {
    yield { path: [...path, 'gas', 'mprn'], expected: '6 to 11 digits, the last two of which check the others' };
  }
}

const ADDRESSES = ['emulated', 'tcp', 'serial', 'mqtt'] as const;

function* deviceFaults(document: RigDocument, name: (typeof DEVICE_NAMES)[number]): Iterable<FieldFault> {
  const device = document.devices[name];
  const path: Path = ['devices', name];
  const given = ADDRESSES.filter((address) => device[address] !== undefined);
  const isPlaced = given.length > 0 || device.driver !== undefined;
  if (name === 'gsme' && document.installation.gas === false && isPlaced) {
    yield { path, found: 'a gas meter', expected: 'none: the installation has no gas (installation.gas: false)' };
  }
  if (given.length > 1)
    yield { path: [...path, given[1] as string], found: given.join(' and '), expected: 'one place' };
  if (name === 'chf' && device.emulated) {
    yield { path: [...path, 'emulated'], expected: 'nothing: a hub without an address is emulated' };
  }
  if (device.emulated && device.driver) yield { path: [...path, 'driver'], expected: 'none beside emulated: true' };
  yield* addressFaults(device, path);
  yield* speechFaults(document, name);
}

function* addressFaults({ tcp, serial, mqtt }: DeviceDocument, path: Path): Iterable<FieldFault> {
  if (tcp !== undefined && !hostAndPort(tcp))
    yield { path: [...path, 'tcp'], expected: 'HOST:PORT, as in 127.0.0.1:4059; the port from 1 to 65535' };
  const refusedBy = (check: () => unknown): string | undefined => {
    try {
      check();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const noPort = serial === undefined ? undefined : refusedBy(() => serialPath(serial));
  if (noPort !== undefined)
    yield { path: [...path, 'serial'], expected: 'a port such as /dev/ttyUSB0, COM3 or rfc2217://HOST:PORT' };
  const noBroker = mqtt === undefined ? undefined : refusedBy(() => brokerUrl(mqtt.url));
  // The value is not shown, because it may hold a password.
  if (noBroker !== undefined) {
    yield { path: [...path, 'mqtt', 'url'], found: 'another text', expected: 'mqtt://HOST:PORT', mend: `${noBroker}.` };
  }
}

/** The framings of each carrier. A serial converter on TCP carries the framing of its line. */
const FRAMINGS: Readonly<Partial<Record<Place['kind'], readonly string[]>>> = {
  serial: ['hdlc', '62056-21'],
  tcp: ['wrapper', 'hdlc', '62056-21'],
};

/** Checks that the settings of a device's link fit its place. */
function* speechFaults(document: RigDocument, name: (typeof DEVICE_NAMES)[number]): Iterable<FieldFault> {
  const device = document.devices[name];
  const path: Path = ['devices', name];
  const { place, owner } = placeOf(document, name);
  const { framing, authentication, secret } = device;
  if (framing !== undefined) {
    const able = FRAMINGS[place.kind] ?? ['wrapper', 'hdlc'];
    if (owner !== name) yield { path: [...path, 'framing'], expected: 'nothing: the way to the hub is framed there' };
    else if (!able.includes(framing)) {
      yield {
        path: [...path, 'framing'],
        expected: `${able.join(' or ')} over ${place.kind === 'serial' ? 'a serial line' : place.kind}`,
      };
    }
  }
  const hasSecret = authentication !== 'gmac' && authentication !== 'none';
  if (hasSecret !== (secret !== undefined)) {
    const expected = hasSecret ? 'a secret' : `no secret: ${authentication} has none`;
    yield { path: [...path, 'secret'], found: secret === undefined ? 'nothing' : 'a secret', expected };
  }
  const isSpokenTo = place.kind !== 'emulated' && place.kind !== 'driver';
  if (isSpokenTo) return;
  const why = place.kind === 'emulated' ? 'it is emulated' : 'it is reached through a driver alone';
  if (authentication !== 'gmac') yield { path: [...path, 'authentication'], expected: `gmac: ${why}` };
  if (device.keys !== 'lab') yield { path: [...path, 'keys'], found: 'a map', expected: `nothing: ${why}` };
}

/** Checks titles. Two devices of one home never have the same title, because it is half of every nonce. */
function* titleFaults({ devices, headEnds, allow }: RigDocument): Iterable<FieldFault> {
  const named: [Path, string | undefined][] = [
    [['headEnds', 'dcc'], headEnds.dcc],
    [['headEnds', 'smso'], headEnds.smso],
    ...DEVICE_NAMES.map((name): [Path, string | undefined] => [
      ['devices', name, 'systemTitle'],
      devices[name].systemTitle,
    ]),
  ];
  const seen = new Set<string>();
  for (const [path, title] of named) {
    const key = title?.toUpperCase();
    if (key !== undefined && seen.has(key)) yield { path, expected: 'a title of its own' };
    if (key !== undefined) seen.add(key);
  }
  for (const what of ['keys', 'firmware', 'configuration'] as const) {
    for (const [i, title] of allow[what].entries()) {
      if (/^[0-9A-Fa-f]{16}$/.test(title)) continue;
      yield { path: ['allow', what, i], expected: 'a system title: 16 hexadecimal digits in quotes' };
    }
  }
}

/** Fields that have no meaning in wall time. */
const NOMINAL: readonly Path[] = [
  ['schedule', 'attempts', 'first'],
  ['schedule', 'preparation', 'at'],
];

function* scheduleFaults(document: RigDocument): Iterable<FieldFault> {
  const { schedule } = document;
  const isWall = clockOf(document) === 'wall';
  const start = parseInstant(schedule.start) as number;
  const { preparation, attempts } = schedule;
  if (preparation && preparation.failedTries > preparation.tries) {
    yield { path: ['schedule', 'preparation', 'failedTries'], expected: `at most its ${preparation.tries} tries` };
  }
  const given = [attempts.first, preparation ? preparation.at : undefined];
  for (const [i, text] of given.entries()) {
    if (text === undefined) continue;
    if (isWall) yield { path: NOMINAL[i] as Path, expected: 'nothing: with clock wall everything happens now' };
    else if ((parseInstant(text) as number) < start)
      yield { path: NOMINAL[i] as Path, expected: `an instant from ${schedule.start} on` };
  }
  if (!isWall && (nominalInstants(document).attempts.at(-1) ?? 0) > INSTANT_MAX) {
    yield { path: ['schedule', 'attempts'], found: 'attempts beyond 2037', expected: 'fewer, or an earlier start' };
  }
  if (isWall && (attempts.max ?? 1) > 1) {
    yield {
      path: ['schedule', 'attempts', 'max'],
      expected: '1 at most with clock wall, which does not wait for weeks',
      mend: 'Say `clock: nominal` to rehearse a calendar: its weeks pass at once.',
    };
  }
}

function* outageFaults(document: RigDocument): Iterable<FieldFault> {
  const { outages } = document;
  const isWall = clockOf(document) === 'wall';
  const isHubEmulated = placeOf(document, 'chf').place.kind === 'emulated';
  for (const [i, { link, from, to }] of outages.entries()) {
    const path: Path = ['outages', i];
    if (isWall) yield { path, expected: 'none with clock wall: what is down then is down' };
    if (link === 'han' && !isHubEmulated) {
      yield { path: [...path, 'link'], expected: "wan: an attached hub's own network is not ours to take down" };
    }
    if ((parseInstant(from) as number) >= (parseInstant(to) as number)) {
      yield { path: [...path, 'to'], expected: `an instant after ${from}` };
    }
  }
}

function* strikeFaults(document: RigDocument): Iterable<FieldFault> {
  const { faults, installation, schedule } = document;
  const max = attemptsMax(document);
  const struck = new Set<number>();
  for (const [i, fault] of faults.entries()) {
    const path: Path = ['faults', i];
    if (fault.attempt > max) yield { path: [...path, 'attempt'], expected: `an attempt from 1 to ${max}` };
    const hasGsme = installation.gas !== false && !schedule.attempts.esmeOnly;
    if (fault.step !== undefined && STEPS[fault.step].needsGsme && !hasGsme) {
      yield { path: [...path, 'step'], expected: 'a step that is taken: there is no gas meter in these attempts' };
    } else if ('effect' in fault) yield* effectFaults(fault, path, hasGsme);
    if (!('effect' in fault)) continue;
    if (struck.has(fault.attempt))
      yield { path: [...path, 'attempt'], expected: 'one effect an attempt: the first ends it' };
    struck.add(fault.attempt);
  }
}

function* effectFaults(
  { step, effect, silence, fromFrame }: EffectDocument,
  path: Path,
  gsme: boolean,
): Iterable<FieldFault> {
  if (!canStrike(step, effect)) {
    const able = EFFECTS.filter((one) => canStrike(step, one)).join(', ');
    yield { path: [...path, 'effect'], expected: `what ${step} has a code for: ${able}` };
    return;
  }
  for (const [name, value] of Object.entries({ silence, fromFrame })) {
    if (value !== undefined && effect !== 'silence')
      yield { path: [...path, name], expected: 'nothing: it belongs to a silence' };
  }
  if (silence !== undefined && effect === 'silence' && !silencesStep(silence, step, { gsme })) {
    yield { path: [...path, 'silence'], expected: `one that ${step} notices` };
  }
}

function* eventFaults({ events, installation }: RigDocument): Iterable<FieldFault> {
  const seen = new Set<string>();
  for (const [i, { at, event, value }] of events.entries()) {
    const path: Path = ['events', i];
    const expected = wrongEventValue(event, value);
    if (expected !== undefined) yield { path: [...path, 'value'], expected };
    if (GAS_EVENTS.includes(event) && installation.gas === false) {
      yield { path: [...path, 'event'], expected: 'an event of an installation without gas' };
    }
    if ((DMC_EVENTS as readonly string[]).includes(event) && installation.dmc === '') {
      yield { path: [...path, 'event'], expected: 'an event of the installation: its dmc is not known' };
    }
    // As in the records, these events of one instant count as one event and would contradict each other.
    const key = `${at} ${event.replace(/^(master-key|sos)-.*/, '$1')}`;
    if (seen.has(key)) yield { path, expected: 'one such event at an instant' };
    seen.add(key);
  }
}
