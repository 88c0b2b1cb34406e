import { formatNearMisses, nearMisses } from '../../exclusion/explain/nearMiss.ts';
import { formatTrace } from '../../exclusion/explain/formatTrace.ts';
import type { Trace } from '../../exclusion/explain/trace.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { JournalRecord, RigSetup, Settled, WatchState } from '../../../devices/index.ts';
import { duration, facts, outcomeMeaning } from '../../text/words.ts';
import { countedWords, deviceLines } from './rigText.ts';
import type { WatchFace } from './watchFace.ts';
import { clauseLines, historyOf, passedAt, whyDoubtful } from './watchTrace.ts';
import type { WatchSummary } from './watchSummary.ts';

/** The text printed at start: the settings of the watch, and the journal that it resumes from. */
export function takenUpText(of: {
  readonly summary: WatchSummary;
  readonly setup: RigSetup;
  readonly state: WatchState;
  readonly ledgerFolder: string;
  readonly tornBytes: number;
}): string {
  const { summary, setup, state, ledgerFolder, tornBytes } = of;
  const { starts, begun } = summary;
  const last = state.downtimes.at(-1);
  const torn = tornBytes > 0 ? [`  a torn last line of ${tornBytes} octets was taken off the journal`] : [];
  return `${[
    `watch ${summary.rig}#${summary.rigHash}: installation ${summary.installation}, rules=${summary.rules}  version=${summary.version}`,
    "DLMS/COSEM with security suite 0 is a standards-based STAND-IN for the makers' own protocols.",
    ...deviceLines(setup, ledgerFolder),
    ...(starts === 1
      ? [`  begun ${begun ?? ''}`]
      : [
          `  begun ${begun ?? ''}, started ${starts} times; ${last ? `away since ${formatInstant(last.from)} (${last.how})` : 'never away'}`,
          ...recordLines(summary),
        ]),
    ...torn,
    ...scheduleLines(summary),
  ].join('\n')}\n`;
}

function recordLines({ attempts, contacts }: WatchSummary): string[] {
  const { settled, device, system, passed, unknown } = attempts;
  return [
    `  on record: ${settled} attempts (${device} of the device, ${system} of the system, ${passed.length} only read and found nothing wrong, ${unknown.length} not to be judged); ${contacts.answered} of ${contacts.due} contacts answered`,
  ];
}

function scheduleLines({ schedule, migrate, next, over }: WatchSummary): string[] {
  const { contact, attempt } = schedule;
  const every = (seconds: number | undefined, usual: string): string =>
    seconds === undefined ? usual : `every ${duration(seconds)}`;
  return [
    `  contact ${every(contact.everySeconds, `daily from ${contact.timeUtc} UTC`)}, ${contact.tries} tries; attempt ${every(attempt.everySeconds, `${attempt.weekdays.join(', ')} ${attempt.timeLondon} London`)}`,
    migrate
      ? '  attempts may write, to devices on the allow-list'
      : '  attempts only read: one that finds nothing wrong is no migration, and in no record',
    over === null ? `  next: ${next ? `${next.is} ${next.at}` : 'nothing'}` : `  over: ${over}`,
  ];
}

/** The text of a journal record for a person; empty if the record is not for people. */
export function recordText(
  record: JournalRecord,
  state: WatchState,
  judged: { readonly trace: () => Trace; readonly face: WatchFace; readonly rules: RuleSet },
): string {
  switch (record.is) {
    case 'try': {
      const { contact } = state.schedule;
      const what = { answered: 'answered', silent: 'no answer', ours: 'our own side failed', missed: 'missed' };
      const why = record.why === undefined ? '' : `: ${record.why}`;
      return `${record.at}  contact      try ${record.number} of ${contact.tries}: ${what[record.result]}${why}\n`;
    }
    case 'attempt':
    case 'missed':
    case 'passed':
    case 'unknown':
      return settledText(record, state, { ...judged, trace: judged.trace() });
    case 'jump':
      return `${record.t}  clock        it moved by ${record.seconds} s by itself\n`;
    case 'ended':
      return `${record.t}  over         ${record.why}\n`;
    default:
      return '';
  }
}

interface Judged {
  readonly trace: Trace;
  readonly face: WatchFace;
  readonly rules: RuleSet;
}

function settledText(settled: Settled, state: WatchState, { trace, face, rules }: Judged): string {
  const attempt = face.attemptOf(settled);
  const head = (words: string): string => `${settled.at}  migration    ${words}`;
  if (!attempt) {
    const is = settled.is === 'passed' ? 'nothing wrong as far as it went' : 'not judged';
    return `${head(`${is}, in no record: ${settled.why ?? ''}`)}\n`;
  }
  const why = settled.why === undefined ? '' : `; ${settled.why}`;
  const marks = `${attempt.cause === 'system' ? ', cause system' : ''}${attempt.table510 ? ', Table 5.10' : ''}`;
  return `${[
    head(`${attempt.outcome}: ${outcomeMeaning(attempt, rules)}${marks}${why}`),
    ...(attempt.cause === 'system' ? [] : [`    ${countedWords(attempt, trace)}`]),
    ...clauseLines(trace, state).map((line) => `    ${line}`),
  ].join('\n')}\n`;
}

/** The text of `rig status`: the state of a watch, and the distance of each clause from holding. */
export function statusText(of: {
  readonly summary: WatchSummary;
  readonly setup: RigSetup;
  readonly state: WatchState;
  readonly trace: Trace;
  readonly face: WatchFace;
  readonly asOf: Instant;
}): string {
  const { summary, setup, state, trace, face, asOf } = of;
  const { lastHeard } = summary.contacts;
  const passed = passedAt(state);
  const away = summary.downtimes.map(
    ({ from, to, how, attempts, tries }) =>
      `  away ${from} to ${to} (${how}): ${attempts} attempts and ${tries} tries of contacts fell into it`,
  );
  const doubts = trace.clauses.flatMap((clause) => {
    const why = whyDoubtful(clause, state);
    return why === undefined ? [] : [`  ${clause.category} holds, but ${why}`];
  });
  const sections = [
    [
      `watch ${summary.rig}#${summary.rigHash}: installation ${summary.installation}, begun ${summary.begun ?? ''}, ${summary.starts === 1 ? 'started once' : `started ${summary.starts} times`}`,
      ...recordLines(summary),
      ...facts([
        ['WAN last heard', lastHeard.wan ?? 'never'],
        ['HAN last heard', lastHeard.han ?? 'never'],
        ['last sign of life', summary.lastSignOfLife],
      ]),
      ...(passed.length > 0 ? [`  only read and found nothing wrong: ${passed.map(formatInstant).join(', ')}`] : []),
      ...summary.attempts.unknown.map(({ at, why }) => `  not judged ${at}: ${why}`),
      ...away,
      ...scheduleLines(summary),
    ],
    [formatTrace(trace).trimEnd()],
    ...(doubts.length > 0 ? [['Doubts', ...doubts]] : []),
    [
      'Near misses: the fewest rows after the as-of that would make a category hold, then the earliest',
      formatNearMisses(nearMisses(historyOf(state, setup, face), setup.rules, asOf))
        .trimEnd()
        .replace(/^/gm, '  '),
    ],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
