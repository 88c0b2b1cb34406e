import { formatTrace } from '../../exclusion/explain/formatTrace.ts';
import type { Trace } from '../../exclusion/explain/trace.ts';
import { OK, OK_ESME, type Attempt } from '../../migration/history.ts';
import { STEPS } from '../../migration/steps.ts';
import { CHECKS } from '../../migration/checks.ts';
import { limitsAt } from '../../rules/limits.ts';
import { formatInstant, parseInstant } from '../../time.ts';
import { counted } from '../../text/table.ts';
import type { RigRun, RigSetup, RunRigOptions, StepRow } from '../../../devices/index.ts';
import { codeMeaning, duration, facts, installationRows, outcomeMeaning } from '../../text/words.ts';
import type { RigHead } from './rigJson.ts';

export interface RigTold {
  readonly run: RigRun;
  readonly setup: RigSetup;
  readonly head: RigHead;
  readonly trace: Trace;
  readonly out: string | undefined;
  readonly ledgerFolder: string;
}

/** Describes for a person what a rig did, as plain text. It is the same in a terminal and in a pipe. */
export function rigText(told: RigTold): string {
  const { run, setup, head, trace, out } = told;
  const sections = [
    headLines(setup, head),
    ['Devices', ...deviceLines(setup, told.ledgerFolder)],
    [`Installation ${setup.installation.installationId}`, ...facts(installationRows(setup.installation))],
    ['What happened', ...eventLines(run, trace, setup)],
    ...(run.partial ? [['INTERRUPTED: what is told here did happen, and more was to come.']] : []),
  ];
  const text = sections.map((lines) => lines.join('\n')).join('\n\n');
  const where =
    out === undefined ? 'nothing was written: --out DIR keeps records, frames and steps' : `outputs: ${out}`;
  return `${text}\n\nClauses, on these attempts and events\n${formatTrace(trace)}\n${where}\n`;
}

function headLines({ document, clock, rules }: RigSetup, head: RigHead): string[] {
  return [
    `${document.name}${document.title === '' ? '' : `: ${document.title}`}`,
    `rig=${head.rig}#${head.rigHash}  clock=${clock}  rules=${rules.name}  version=${head.version}`,
    "DLMS/COSEM with security suite 0 is a standards-based STAND-IN for the makers' own protocols.",
  ];
}

/** The address of each device, its protocol, and what may be written to it. */
export function deviceLines(setup: RigSetup, ledgerFolder: string): string[] {
  const rows = setup.devices.map((device): [string, string] => [device.name.toUpperCase(), placeWords(device)]);
  const lines = facts(rows);
  const attached = setup.devices.filter(({ isAttached, place }) => isAttached && place.kind !== 'driver');
  if (attached.length === 0) return lines;
  const { keys, firmware, configuration, power } = setup.allow;
  const lists = Object.entries({ keys, firmware, configuration, power }).filter(([, titles]) => titles.length > 0);
  const allowed = lists.map(([what, titles]) => `${what} of ${titles.join(', ')}`).join('; ');
  return [
    ...lines,
    `  ${allowed === '' ? 'read-only: nothing is on the allow-list, so nothing is written to attached hardware' : `may be written: ${allowed}`}`,
    `  keys of attached devices are kept in ${setup.ledgerFolder ?? ledgerFolder}`,
  ];
}

function placeWords({ name, place, framing, call, authentication, driver }: RigSetup['devices'][number]): string {
  switch (place.kind) {
    case 'emulated':
      return name === 'chf' ? 'emulated in memory' : 'emulated in memory, behind the hub';
    case 'driver':
      return `through a driver${place.driver.endpoint === '' ? '' : ` at ${place.driver.endpoint}`}: ${place.driver.command.join(' ')}`;
    default: {
      const at =
        place.kind === 'tcp'
          ? `TCP ${place.host}:${place.port}`
          : place.kind === 'serial'
            ? `serial ${place.path} at ${place.baud} Bd`
            : `MQTT ${place.bench}/${place.rig}`;
      const power = driver ? ', its power by a driver' : '';
      return `${at} (${framing}), client SAP ${call.client}, server SAP ${call.server}, ${authentication}, answers within ${call.timeoutSeconds} s${power}`;
    }
  }
}

function eventLines({ rows, attempts }: RigRun, trace: Trace, setup: RigSetup): string[] {
  const lines: string[] = [];
  for (const group of grouped(rows)) {
    const first = group[0] as StepRow;
    if (first.kind === 'contact') lines.push(contactLine(group));
    else lines.push(...attemptLines(group, attempts, { trace, setup }));
  }
  return lines.length === 0 ? ['  nothing'] : lines;
}

/** One step while the rig goes on: what was observed, and what was read. */
export function progressText({ step, observation, why, readings = [] }: StepProgress): string {
  const read = readings.length === 0 ? '' : `, ${counted(readings.length, 'value')} read`;
  const words = observation === 'notCarriedOut' ? 'not carried out' : observation;
  return `${step}: ${words}${read}${why === undefined ? '' : ` (${why})`}`;
}

type StepProgress = Parameters<NonNullable<RunRigOptions['onStep']>>[0];

/** Groups the steps of one attempt, and consecutive contacts with the same result. */
function grouped(rows: readonly StepRow[]): StepRow[][] {
  const groups: StepRow[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isSame =
      last?.kind === row.kind &&
      (row.kind === 'contact' ? last.observation === row.observation : last.number === row.number);
    if (group && isSame) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

function contactLine(group: readonly StepRow[]): string {
  const [first, last] = [group[0] as StepRow, group.at(-1) as StepRow];
  const until = group.length === 1 ? '' : `, the last of ${group.length} at ${last.at}`;
  const why = first.why === null ? '' : `: ${first.why}`;
  return `  ${first.at}  contact      ${first.asked}: ${observationWords(first)}${until}${why}`;
}

interface Judged {
  readonly trace: Trace;
  readonly setup: RigSetup;
}

function attemptLines(group: readonly StepRow[], attempts: readonly Attempt[], { trace, setup }: Judged): string[] {
  const last = group.at(-1) as StepRow;
  const attempt = attempts.find(({ at, kind }) => kind === last.kind && formatInstant(at) === last.at);
  const marks = attempt
    ? `${attempt.cause === 'system' ? ', system side' : ''}${attempt.table510 ? ', Table 5.10' : ''}`
    : '';
  const outcome = attempt
    ? `${attempt.outcome}: ${outcomeMeaning(attempt, setup.rules)}${marks}`
    : last.observation === 'notCarriedOut'
      ? `not carried out, and in no record: ${last.why ?? ''}`
      : 'interrupted';
  return [
    `  ${last.at}  ${last.kind.padEnd(11)}  ${outcome}`,
    ...group.flatMap((row) => [`      ${stepWords(row, setup)}`, ...readingLines(row)]),
    ...group.flatMap(({ notRealised }) => notRealised.map((what) => `      NOT REALISED: ${what}`)),
    ...(attempt && !SUCCESSES.includes(attempt.outcome) ? [`      ${countedWords(attempt, trace)}`] : []),
  ];
}

/** The values that were read in a step, one per line. */
function readingLines({ readings }: StepRow): string[] {
  return readings.map(({ device, object, attribute, value, unit }) => {
    const what = attribute === null ? object : `${object} attribute ${attribute}`;
    return `        ${device} ${what} = ${value}${unit === null ? '' : ` ${unit}`}`;
  });
}

const SUCCESSES: readonly string[] = [OK, OK_ESME];

function stepWords(row: StepRow, { rules, installation }: RigSetup): string {
  const { step, asked, code, byCheck } = row;
  const at = parseInstant(row.at) as number;
  const check = step in STEPS ? STEPS[step as keyof typeof STEPS].check : undefined;
  const rule =
    byCheck && check ? `; the check asks: ${CHECKS[check].meaning(limitsAt(rules, at, installation.cohort))}` : '';
  const found =
    code === null ? observationWords(row) : `${observationWords(row)} -> ${code}, ${codeMeaning(code, { rules, at })}`;
  return `${step.padEnd(16)}  ${asked}: ${found}${rule}${measuredWords(row)}`;
}

function observationWords({ observation, byCheck, why }: StepRow): string {
  if (observation === 'notCarriedOut') return 'not carried out';
  if (observation === 'answered' && why !== null) return `passed: ${why}`;
  if (byCheck) return `${observation}, known before anything was sent`;
  return why === null ? observation : `${observation} (${why})`;
}

function measuredWords({ measured }: StepRow): string {
  const { associations, roundTrips, bytesSent, bytesReceived, seconds } = measured;
  if (associations === 0) return '';
  const bytes = `${bytesSent} bytes out, ${bytesReceived} in`;
  const time = seconds < 60 ? `${seconds} s` : duration(Math.round(seconds));
  return ` [${associations} associations, ${roundTrips} round trips, ${bytes}, ${time}]`;
}

/** The clauses that count an attempt, in the words of `explain`. */
export function countedWords(attempt: Attempt, { clauses }: Trace): string {
  const looked = clauses.map(({ category, clause, inScope, rows }) => {
    const row = rows.find(
      ({ record }) => 'outcome' in record && record.at === attempt.at && record.kind === attempt.kind,
    );
    return { name: `${category} (${clause.clause})`, inScope, counted: row?.counted ?? false };
  });
  const counting = looked.filter(({ counted }) => counted);
  if (counting.length === 0) return 'counted by no clause';
  return `counted by ${counting.map(({ name, inScope }) => `${name}${inScope ? '' : ', which does not apply here'}`).join(' and ')}`;
}
