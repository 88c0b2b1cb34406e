import { formatInstant } from '../../time.ts';
import { counted, thousands } from '../../text/table.ts';
import type { JunitSuite } from '../../report/junit.ts';
import { categoryOf, expectedOf } from '../../../test/kit/trial/finding.ts';
import { rawQuestion } from '../../../test/kit/cases/caseForm.ts';
import { VERDICT_FIELDS, type VerdictField } from '../../../test/kit/compare.ts';
import { counterexampleText } from '../../../test/kit/trial/counterexample.ts';
import { alternativeText, type Inference } from '../../../test/kit/trial/inference.ts';
import type { Counterexample } from '../../../test/kit/trial/minimise.ts';
import type { LawResult } from '../../../test/kit/trial/askAgain.ts';
import type { Accepted } from './accepted.ts';
import type { Replayed } from './replay.ts';

/** A counterexample with the file it was written to. */
export interface Reported {
  readonly one: Counterexample;
  readonly file: string | undefined;
}

/** Everything that a check of an engine has found. */
export interface EngineReport {
  readonly engine: string;
  readonly rules: string;
  readonly seed: string;
  /** The command line that does the same again. */
  readonly again: string;
  readonly replayed: readonly Replayed[];
  readonly asked: number;
  readonly failing: number;
  readonly accepted: number;
  readonly shapes: ReadonlyMap<string, number>;
  readonly given: ReadonlySet<VerdictField>;
  readonly clauses: readonly string[] | undefined;
  readonly inference: Inference | null;
  readonly counterexamples: readonly Reported[];
  readonly laws: readonly LawResult[];
  readonly cells: number;
  readonly unreached: readonly string[];
  /** The rows of `coverage.csv`, its head first. */
  readonly coverage: readonly (readonly [string, number | string])[];
  readonly acceptFile: Pick<Accepted, 'expired' | 'idle'>;
  readonly unexplained: readonly string[];
  /** Set where the search ended before all questions were asked. */
  readonly endedBy: string | undefined;
}

/** Everything that fails the check, as sentences; empty: it has passed. */
export function failuresOf(report: EngineReport): readonly string[] {
  const cases = report.replayed.filter(({ differences }) => differences.length > 0).length;
  const laws = report.laws.filter(({ broken }) => broken !== undefined).length;
  return [
    ...(cases > 0 ? [`${counted(cases, 'case')} of ${report.replayed.length}`] : []),
    ...(report.failing > 0 ? [`${counted(report.failing, 'question')} of ${thousands(report.asked)}`] : []),
    ...(laws > 0 ? [`${counted(laws, 'law')} of ${report.laws.length}`] : []),
    ...report.unexplained.map((sentence) => `a fault that no single question explains: ${sentence}`),
    ...report.acceptFile.expired.map((row) => `the accepted row "${row}" has expired`),
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
    ...report.acceptFile.idle.map((row) => `accepted   the row "${row}" accepts nothing: it can go`),
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

/** Sentences about what was asked and what came of it. `noun` is what is asked: `questions` or `histories`. */
export function questionLines(
  {
    asked,
    failing,
    accepted,
    shapes,
    given,
    clauses,
    endedBy,
  }: Pick<EngineReport, 'asked' | 'failing' | 'accepted' | 'shapes' | 'given' | 'clauses' | 'endedBy'>,
  noun = 'questions',
): string[] {
  if (asked === 0) return endedBy === undefined ? [] : [`${noun}  none asked: ${endedBy}`];
  const most = [...shapes].sort((a, b) => b[1] - a[1]);
  const names = most.slice(0, 8).map(([shape, count]) => `${shape}: ${thousands(count)}`);
  const more = most.length > 8 ? [`and ${most.length - 8} more shapes`] : [];
  const fields = VERDICT_FIELDS.filter((field) => given.has(field));
  const missing = VERDICT_FIELDS.filter((field) => !given.has(field) && field !== 'clause');
  return [
    `${noun}  ${thousands(asked)} asked, ${thousands(failing)} answered wrongly${accepted > 0 ? `, ${thousands(accepted)} accepted` : ''}`,
    ...[...names, ...more].map((text) => `             ${text}`),
    ...(endedBy === undefined ? [] : [`           ended early: ${endedBy}`]),
    ...(clauses === undefined
      ? []
      : [`           compared in ${clauses.join(', ')} alone, and not in what is reported`]),
    `           compared: ${['category', ...fields].map(column).join(', ')}`,
    ...(missing.length > 0 ? [`           never given, hence not compared: ${missing.map(column).join(', ')}`] : []),
  ];
}

/** The name of a field in the protocol. */
export function column(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
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

/** What the inference of readings says, in a sentence of its own. */
export function inferenceLines(
  inference: Inference | null,
  { noun = 'questions', option = '--set-rule readings.' } = {},
): string[] {
  if (inference === null || inference.failing === 0) return [];
  const { best, asked, failing } = inference;
  const differs = `Your engine differs on ${thousands(failing)} of ${thousands(asked)} ${noun}`;
  if (best === null) return ['', `${differs}. No other reading, and no two, explain any of it.`];
  const readings = alternativeText(best.readings);
  if (best.failing > 0) {
    return [
      '',
      `${differs}; with \`${readings}\` on ${thousands(best.failing)}. Other readings do not explain the rest.`,
    ];
  }
  return [
    '',
    `${differs}; with \`${readings}\` on none.`,
    'It follows another reading of the text. That is no defect by itself: run the check with',
    `  ${Object.entries(best.readings)
      .map(([name, value]) => `${option}${name}=${value}`)
      .join(' ')}`,
    'or accept it in an --accept file, with a reason and a date.',
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

/** How small a counterexample is, and what that took. */
export function sizeWords({ question, rounds, isMinimal }: Counterexample): string {
  const rows = question.history.attempts.length + question.history.events.length;
  return `${counted(rows, 'row')}${isMinimal ? ', none of which can be dropped' : ', not the smallest'}; ${rounds} round trips`;
}

/** A text, each line of which begins further right. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

/** The report for a program. */
export function engineReportJson(report: EngineReport): string {
  const failures = failuresOf(report);
  const { inference } = report;
  const value = {
    format: 1,
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
    compared: VERDICT_FIELDS.filter((field) => report.given.has(field)).map(column),
    readings: inference && {
      asked: inference.asked,
      failing: inference.failing,
      best: inference.best?.readings ?? null,
      failingUnderBest: inference.best?.failing ?? null,
    },
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
      cases: report.asked === 0 ? [] : report.failing === 0 ? [compared] : [...wrong, ...shapesLeft(report)],
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

/** Shapes that have no counterexample of their own. */
function shapesLeft({ shapes, counterexamples }: EngineReport): JunitSuite['cases'] {
  const shown = new Set(counterexamples.map(({ one }) => one.shape));
  return [...shapes]
    .filter(([shape]) => !shown.has(shape))
    .map(([name, count]) => ({ name, failure: `${counted(count, 'question')}: ${name}` }));
}
