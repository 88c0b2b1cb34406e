import { counted, textTable, thousands } from '../../text/table.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { FleetSetup } from '../../../devices/index.ts';
import type { FleetCounts, FleetTally, Nearness } from './fleetTally.ts';
import type { FleetVerdicts } from './fleetVerdicts.ts';

/** Everything that is told of a fleet when it has ended. */
export interface FleetTold {
  readonly setup: FleetSetup;
  readonly hash: string;
  readonly version: string;
  readonly tally: FleetTally;
  readonly installations: number;
  readonly verdicts: FleetVerdicts;
  readonly start: Instant;
  readonly asOf: Instant;
  readonly isWhole: boolean;
  /** The longest time that anything waited for a free connection, in seconds. */
  readonly longestWait: number;
  readonly out: string | undefined;
}

/** Describes for a person what a fleet did. It is the same in a terminal and in a pipe. */
export function fleetText(told: FleetTold): string {
  const { setup, tally, out } = told;
  const attached = tally.attached().map(({ name, installation, last }) => `  ${name} (${installation}): ${last === '' ? 'nothing yet' : last}`); // prettier-ignore
  const sections = [
    headLines(told),
    ['What happened', groupTable(setup, tally), ...waitLines(told)],
    ...(attached.length > 0 ? [['Attached installations, and what came last', ...attached]] : []),
    ['Clauses, on these attempts and events', verdictTable(told.verdicts, tally.nearness())],
    ...(told.isWhole ? [] : [['INTERRUPTED: what is told here did happen, and more was to come.']]),
    [out === undefined ? 'nothing was written: --out DIR keeps the records for decide' : `outputs: ${out}`],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines({ setup, hash, version, start, asOf, installations }: FleetTold): string[] {
  const { document, clock, rules, seed } = setup;
  const clockWords = clock === 'wall' ? 'clock=wall' : `clock=virtual  seed=${seed}`;
  return [
    `${document.name}${document.title === '' ? '' : `: ${document.title}`}`,
    `fleet=${document.name}#${hash}  ${clockWords}  rules=${rules.name}  version=${version}`,
    `${counted(installations, 'installation')}, ${counted(document.headEnd.connections, 'connection')}, ${formatInstant(start)} to ${formatInstant(asOf)}`,
    "DLMS/COSEM with security suite 0 is a standards-based STAND-IN for the makers' own protocols.",
  ];
}

const HEAD = ['group', 'answered', 'silent', 'missed', 'prepared', 'not', 'migrated', 'failed', 'system', 'not done'];

function groupTable({ groups, attached }: FleetSetup, tally: FleetTally): string {
  const names = [...groups, ...attached].map(({ name }) => name);
  const rows = names.map((name) => cells(name, tally.groups.get(name) as FleetCounts));
  const total = names.length > 1 ? [cells('all', tally.total())] : [];
  const above = ['', 'contacts', '', '', 'instructions', '', 'attempts', '', '', ''];
  return indented(textTable([above, HEAD, ...rows, ...total], { right: HEAD.map((_, i) => i).slice(1) }));
}

function cells(name: string, counts: FleetCounts): string[] {
  const { contactsAnswered, contactsSilent, contactsMissed, instructionsOk, instructionsFailed } = counts;
  const { attemptsOk, attemptsFailed, attemptsSystem, notCarriedOut } = counts;
  const numbers = [contactsAnswered, contactsSilent, contactsMissed, instructionsOk, instructionsFailed];
  return [name, ...[...numbers, attemptsOk, attemptsFailed, attemptsSystem, notCarriedOut].map(thousands)];
}

function waitLines({ longestWait, setup, tally }: FleetTold): string[] {
  const { connections, lateSeconds } = setup.document.headEnd;
  const { contactsMissed, attemptsSystem } = tally.total();
  const words = `  longest wait for a free connection: ${thousands(longestWait)} s`;
  if (longestWait <= lateSeconds) return [words];
  return [
    words,
    `  ${counted(connections, 'connection')} did not do: ${thousands(contactsMissed)} contacts and ${thousands(attemptsSystem)} attempts and instructions`,
    '  fell to our side. They count against no device. Raise headEnd.connections, or spread the attempts.',
  ];
}

function verdictTable(verdicts: FleetVerdicts, nearness: Nearness): string {
  const rows = verdicts.map(({ category, holds, reported, effective }) => [
    category,
    thousands(holds),
    thousands(reported),
    thousands(effective),
    nearWords(nearness[category]),
  ]);
  return indented(textTable([['category', 'holds', 'reported', 'in effect', 'near'], ...rows], { right: [1, 2, 3] }));
}

/** `12 lack 1, 40 lack 2`: the installations in which something is counted and the category does not hold. */
export function nearWords(counts: Readonly<Record<string, number>>): string {
  const near = Object.entries(counts).filter(([missing]) => missing !== '0');
  return near.map(([missing, count]) => `${thousands(count)} lack ${missing}`).join(', ');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
