import { rawQuestion } from '../../../test/kit/cases/caseForm.ts';
import type { GivenVerdict } from '../../../test/kit/compare.ts';
import { counterexampleText } from '../../../test/kit/trial/counterexample.ts';
import type { Found } from '../../../test/kit/trial/failures.ts';
import { categoryOf } from '../../../test/kit/trial/finding.ts';
import type { Inference } from '../../../test/kit/trial/inference.ts';
import type { JunitSuite } from '../../report/junit.ts';
import type { Provenance } from '../../report/provenance.ts';
import { thousands } from '../../text/table.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { Needed } from './fleet/neededTroubles.ts';
import {
  comparedColumns,
  idleLines,
  indented,
  inferenceLines,
  questionLines,
  readingsJson,
  shapesLeft,
  sizeWords,
  type Reported,
} from './reportParts.ts';

/** A counterexample that was made from an installation of a fleet. */
export interface FleetExample extends Reported {
  /** The installation, in words. */
  readonly origin: string;
  /** What the rules ask for on it. */
  readonly expected: readonly GivenVerdict[];
  /** The troubles of the scenario that it needs; undefined: no scenario says where the history comes from. */
  readonly needed?: Needed | undefined;
  /** The command line that tells the story of the installation. */
  readonly explain?: string | undefined;
  /** False: there was no engine that could be asked about smaller histories. */
  readonly isShrunk: boolean;
}

/** Everything that a check of an engine on a fleet of histories has found. */
export interface FleetReport extends Pick<Found, 'asked' | 'failingCount' | 'acceptedCount' | 'shapes' | 'given'> {
  readonly provenance: Provenance;
  readonly engine: string;
  readonly rules: string;
  /** What the histories are. */
  readonly histories: string;
  readonly asOf: Instant;
  readonly seed: string | undefined;
  readonly clauses: readonly string[] | undefined;
  readonly inference: Inference | null;
  /** The option that sets another reading. */
  readonly readingOption: string;
  readonly examples: readonly FleetExample[];
  /** Further faults, each a sentence. */
  readonly others: readonly string[];
  readonly idle: readonly string[];
  readonly endedBy: string | undefined;
  readonly again: string;
}

function historiesOf(count: number): string {
  return `${thousands(count)} ${count === 1 ? 'history' : 'histories'}`;
}

/** Everything that fails the check, as sentences; empty: it has passed. */
export function fleetFailures({ failingCount, asked, others }: FleetReport): readonly string[] {
  const wrong = `${thousands(failingCount)} of ${historiesOf(asked)}`;
  return [...(failingCount > 0 ? [wrong] : []), ...others];
}

/** The report for a person. The last line is the summary. */
export function fleetReportText(report: FleetReport): string {
  const { engine, rules, histories, asOf, seed, examples, inference, readingOption, idle, others, again } = report;
  const failures = fleetFailures(report);
  const asked = { ...report, failing: report.failingCount, accepted: report.acceptedCount };
  const verdict =
    failures.length > 0
      ? `FAILED: ${engine}: ${failures.join('; ')}`
      : `PASSED: ${engine}: ${historiesOf(report.asked)}${report.acceptedCount > 0 ? `, ${thousands(report.acceptedCount)} accepted` : ''}`;
  const lines = [
    `Engine "${engine}", rules ${rules}${seed === undefined ? '' : `, seed ${seed}`}`,
    `fleet      ${histories}, as of ${formatInstant(asOf)}`,
    ...questionLines(asked, 'histories'),
    ...idleLines(idle),
    ...inferenceLines(inference, { noun: 'histories', option: readingOption }),
    ...examples.flatMap((one, i) => ['', ...exampleLines(one, i, examples.length)]),
    ...others.map((sentence) => `\n${sentence}`),
    '',
    ...(failures.length > 0 ? [`again: ${again}`] : []),
    `${verdict}${seed === undefined ? '' : ` (seed ${seed})`}`,
  ];
  return `${lines.join('\n')}\n`;
}

function exampleLines(example: FleetExample, i: number, of: number): string[] {
  const { one, file, origin, explain, isShrunk } = example;
  const size = isShrunk ? sizeWords(one) : 'as it is recorded: the fewest rows of those that differ so';
  return [
    `Counterexample ${i + 1} of ${of}: ${one.shape} (${historiesOf(one.count)}; ${size})`,
    ...(isShrunk ? [`  Made from ${origin}.`] : [`  It is ${origin}.`]),
    ...neededLines(example),
    indented(textOf(example).trimEnd()),
    ...(explain === undefined ? [] : [`  Its story: ${explain}`]),
    ...(file === undefined ? [] : [`  Case: ${file}`]),
  ];
}

function neededLines({ needed }: FleetExample): string[] {
  if (needed === undefined) return [];
  const { needed: kept, spared } = needed;
  const names = kept.map(({ name, words }) => `${name} (${words})`).join(', ');
  const others = spared.map(({ name }) => name).join(', ');
  return [
    kept.length > 0
      ? `  Of the scenario's troubles it needs ${names}.`
      : "  It needs none of the scenario's troubles: it differs for an installation to which nothing happens.",
    ...(others === '' || kept.length === 0 ? [] : [`  It stays without ${others}.`]),
  ];
}

function textOf({ one, expected }: FleetExample): string {
  return counterexampleText(one.question, one.outcome, one.finding, categoryOf(one.shape), expected);
}

/** The report for a program. */
export function fleetReportJson(report: FleetReport): string {
  const failures = fleetFailures(report);
  const value = {
    format: 1,
    provenance: report.provenance,
    passed: failures.length === 0,
    failures,
    engine: report.engine,
    rules: report.rules,
    histories: report.histories,
    asOf: formatInstant(report.asOf),
    seed: report.seed,
    again: report.again,
    asked: report.asked,
    failing: report.failingCount,
    accepted: report.acceptedCount,
    endedBy: report.endedBy,
    shapes: Object.fromEntries(report.shapes),
    compared: comparedColumns(report.given),
    readings: readingsJson(report.inference),
    counterexamples: report.examples.map(({ one, file, origin, needed, explain, isShrunk }) => ({
      shape: one.shape,
      count: one.count,
      origin,
      shrunk: isShrunk,
      minimal: one.isMinimal,
      rounds: one.rounds,
      needs: needed?.needed.map(({ name }) => name),
      spares: needed?.spared.map(({ name }) => name),
      explain,
      file,
      question: rawQuestion(one.question),
      finding: one.finding,
    })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The report for CI. */
export function fleetReportSuites(report: FleetReport): readonly JunitSuite[] {
  const { examples, shapes, others, again, histories } = report;
  const wrong = [
    ...examples.map((example) => ({
      name: example.one.shape,
      failure: [...neededLines(example), `${textOf(example)}again: ${again}`].join('\n').trimStart(),
    })),
    ...shapesLeft(shapes, examples, historiesOf),
  ];
  const right = { name: `${histories} are decided as the rules ask` };
  return [
    { name: 'histories', cases: wrong.length > 0 ? wrong : report.asked > 0 ? [right] : [] },
    { name: 'engine', cases: others.map((sentence) => ({ name: sentence, failure: sentence })) },
  ].filter(({ cases }) => cases.length > 0);
}
