import { formatInstant } from '../../time.ts';
import { counted, thousands } from '../../text/table.ts';
import type { JunitSuite } from '../../report/junit.ts';
import type { Provenance } from '../../report/provenance.ts';
import { categoryOf, expectedOf } from '../../../test/kit/trial/finding.ts';
import { rawQuestion } from '../../../test/kit/cases/caseForm.ts';
import { counterexampleText } from '../../../test/kit/trial/counterexample.ts';
import type { Inference } from '../../../test/kit/trial/inference.ts';
import type { LawResult } from '../../../test/kit/trial/askAgain.ts';
import type { Accepted } from './accepted.ts';
import type { Replayed } from './replay.ts';
import {
  comparedColumns,
  idleLines,
  indented,
  inferenceLines,
  otherFailures,
  questionLines,
  readingsJson,
  shapesLeft,
  sizeWords,
  type Asked,
  type Reported,
} from './reportParts.ts';

/** Everything that a check of an engine has found. */
export interface EngineReport extends Asked {
  readonly provenance: Provenance;
  readonly engine: string;
  readonly rules: string;
  readonly seed: string;
  /** The command line that does the same again. */
  readonly again: string;
  readonly replayed: readonly Replayed[];
  readonly inference: Inference | null;
  readonly counterexamples: readonly Reported[];
  readonly laws: readonly LawResult[];
  readonly cells: number;
  readonly unreached: readonly string[];
  /** The rows of `coverage.csv`, its head first. */
  readonly coverage: readonly (readonly [string, number | string])[];
  readonly acceptFile: Pick<Accepted, 'expired' | 'idle'>;
  readonly unexplained: readonly string[];
}

/** Everything that fails the check, as sentences; empty: it has passed. */
export function failuresOf(report: EngineReport): readonly string[] {
  const cases = report.replayed.filter(({ differences }) => differences.length > 0).length;
  const laws = report.laws.filter(({ broken }) => broken !== undefined).length;
  return [
    ...(cases > 0 ? [`${counted(cases, 'case')} of ${report.replayed.length}`] : []),
    ...(report.failing > 0 ? [`${counted(report.failing, 'question')} of ${thousands(report.asked)}`] : []),
    ...(laws > 0 ? [`${counted(laws, 'law')} of ${report.laws.length}`] : []),
    ...otherFailures(report.unexplained, report.acceptFile.expired),
  ];
}

/** The report for a person. Plain text, fit for a log; the last line is the summary. */
export function engineReportText(report: EngineReport): string {
  const { counterexamples } = report;
  const lines = [
    `Engine "${report.engine}", rules ${report.rules}, seed ${report.seed}`,
    ...replayedLines(report),
    ...questionLines(report),
    ...lawLines(report),
    ...coverageLines(report),
    ...idleLines(report.acceptFile.idle),
    ...inferenceLines(report.inference),
    ...counterexamples.flatMap((one, i) => ['', ...counterexampleLines(one, i, counterexamples.length)]),
    ...report.laws
      .filter(({ broken }) => broken)
      .flatMap(({ name, broken }) => ['', `Broken law: ${name}`, indented(broken ?? '')]),
    ...report.unexplained.map((sentence) => `\nA fault that no single question explains: ${sentence}`),
    '',
    ...(failuresOf(report).length > 0 ? [`again: ${report.again}`] : []),
    summaryLine(report),
  ];
  return `${lines.join('\n')}\n`;
}

function summaryLine(report: EngineReport): string {
  const failures = failuresOf(report);
  const laws = report.laws.filter(({ skipped }) => skipped === undefined).length;
  if (failures.length > 0) return `FAILED: ${report.engine}: ${failures.join('; ')} (seed ${report.seed})`;
  const accepted = report.accepted > 0 ? `, ${thousands(report.accepted)} accepted` : '';
  const parts = [`${thousands(report.asked)} questions${accepted}`, `${counted(report.replayed.length, 'case')}`, `${counted(laws, 'law')}`]; // prettier-ignore
  return `PASSED: ${report.engine}: ${parts.join(', ')} (seed ${report.seed})`;
}

function replayedLines({ replayed }: EngineReport): string[] {
  if (replayed.length === 0) return [];
  const failed = replayed.filter(({ differences }) => differences.length > 0);
  const skipped = replayed.filter(({ skipped: why }) => why !== undefined).length;
  return [
    `cases      ${replayed.length} replayed, ${failed.length} fail${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    ...failed.flatMap(({ one, differences }) => [
      `  ${one.file}: ${one.name}`,
      ...differences.map((text) => `    ${text}`),
    ]),
  ];
}

function lawLines({ laws }: EngineReport): string[] {
  if (laws.length === 0) return [];
  const skipped = laws.filter((one) => one.skipped !== undefined);
  const broken = laws.filter((one) => one.broken !== undefined);
  const reasons = new Map<string, number>();
  for (const { skipped: why } of skipped) if (why) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  return [
    `laws       ${laws.length - skipped.length} tried, ${broken.length} broken, ${skipped.length} skipped`,
    ...[...reasons].map(([why, count]) => `             ${count} skipped: ${why}`),
  ];
}

/** Cells that are named in the text; all are in `coverage.csv`. */
const CELLS_NAMED = 12;

function coverageLines({ cells, unreached, asked }: EngineReport): string[] {
  if (asked === 0) return [];
  const named = unreached.slice(0, CELLS_NAMED);
  const more = unreached.length - named.length;
  return [
    `coverage   ${cells - unreached.length} of ${cells} cells of behaviour reached${unreached.length > 0 ? '; never:' : ''}`,
    ...named.map((cell) => `             ${cell}`),
    ...(more > 0 ? [`             and ${more} more (--out writes coverage.csv)`] : []),
  ];
}

function counterexampleLines({ one, file }: Reported, i: number, of: number): string[] {
  const { shape, count, run, question, outcome, finding } = one;
  const origin = run === undefined ? '' : `, first at question ${thousands(run)}`;
  return [
    `Counterexample ${i + 1} of ${of}: ${shape} (${counted(count, 'question')}${origin}; ${sizeWords(one)})`,
    indented(counterexampleText(question, outcome, finding, categoryOf(shape)).trimEnd()),
    ...(file === undefined ? [] : [`  Case: ${file}`]),
  ];
}

/** The report for a program. */
export function engineReportJson(report: EngineReport): string {
  const failures = failuresOf(report);
  const value = {
    format: 1,
    provenance: report.provenance,
    passed: failures.length === 0,
    failures,
    engine: report.engine,
    rules: report.rules,
    seed: report.seed,
    again: report.again,
    cases: report.replayed.map(({ one, differences, skipped }) => ({
      file: one.file,
      name: one.name,
      differences,
      skipped,
    })),
    questions: { asked: report.asked, failing: report.failing, accepted: report.accepted, endedBy: report.endedBy },
    shapes: Object.fromEntries(report.shapes),
    compared: comparedColumns(report.given),
    readings: readingsJson(report.inference),
    counterexamples: report.counterexamples.map(({ one, file }) => ({
      shape: one.shape,
      count: one.count,
      run: one.run,
      rounds: one.rounds,
      minimal: one.isMinimal,
      file,
      question: rawQuestion(one.question),
      finding: one.finding,
      expected: expectedOf(one.question).verdicts.map((row) => ({ ...row, metAt: formatInstant(row.metAt) })),
    })),
    laws: report.laws,
    coverage: { cells: report.cells, unreached: report.unreached },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The report for CI. A law or a case that could not be tried is skipped, with the reason. */
export function engineReportSuites(report: EngineReport): readonly JunitSuite[] {
  const failed = (text: string | undefined) => (text === undefined || text === '' ? {} : { failure: text });
  const skip = (why: string | undefined) => (why === undefined ? {} : { skipped: why });
  const wrong = report.counterexamples.map(({ one, file }) => ({
    name: one.shape,
    failure: `${counterexampleText(one.question, one.outcome, one.finding, categoryOf(one.shape))}${file ? `case: ${file}\n` : ''}again: ${report.again}`,
  }));
  const compared = { name: `${report.asked} questions are answered as the rules ask (seed ${report.seed})` };
  return [
    {
      name: 'cases',
      cases: report.replayed.map(({ one, differences, skipped }) => ({
        name: one.name,
        ...failed(differences.join('\n')),
        ...skip(skipped),
      })),
    },
    {
      name: 'questions',
      cases:
        report.asked === 0
          ? []
          : report.failing === 0
            ? [compared]
            : [...wrong, ...shapesLeft(report.shapes, report.counterexamples, (count) => counted(count, 'question'))],
    },
    {
      name: 'laws',
      cases: report.laws.map(({ name, broken, skipped }) => ({ name, ...failed(broken), ...skip(skipped) })),
    },
    {
      name: 'engine',
      cases: [...report.unexplained, ...report.acceptFile.expired].map((name) => ({ name, failure: name })),
    },
  ].filter(({ cases }) => cases.length > 0);
}
