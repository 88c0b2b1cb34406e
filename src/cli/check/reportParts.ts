import type { JunitCase } from '../../report/junit.ts';
import { counted, thousands } from '../../text/table.ts';
import { VERDICT_FIELDS, type VerdictField } from '../../../test/kit/compare.ts';
import { alternativeText, type Inference } from '../../../test/kit/trial/inference.ts';
import type { Counterexample } from '../../../test/kit/trial/minimise.ts';

/** A counterexample with the file it was written to. */
export interface Reported {
  readonly one: Counterexample;
  readonly file: string | undefined;
}

/** What was asked, and what came of it. */
export interface Asked {
  readonly asked: number;
  readonly failing: number;
  readonly accepted: number;
  readonly shapes: ReadonlyMap<string, number>;
  readonly given: ReadonlySet<VerdictField>;
  readonly clauses: readonly string[] | undefined;
  /** Why it ended before everything was asked; undefined: it did not. */
  readonly endedBy: string | undefined;
}

/** Sentences about what was asked and what came of it. `noun` is what is asked: `questions` or `histories`. */
export function questionLines(
  { asked, failing, accepted, shapes, given, clauses, endedBy }: Asked,
  noun = 'questions',
): string[] {
  if (asked === 0) return endedBy === undefined ? [] : [`${noun}  none asked: ${endedBy}`];
  const most = [...shapes].sort((a, b) => b[1] - a[1]);
  const names = most.slice(0, 8).map(([shape, count]) => `${shape}: ${thousands(count)}`);
  const more = most.length > 8 ? [`and ${most.length - 8} more shapes`] : [];
  const missing = VERDICT_FIELDS.filter((field) => !given.has(field) && field !== 'clause');
  return [
    `${noun}  ${thousands(asked)} asked, ${thousands(failing)} answered wrongly${accepted > 0 ? `, ${thousands(accepted)} accepted` : ''}`,
    ...[...names, ...more].map((text) => `             ${text}`),
    ...(endedBy === undefined ? [] : [`           ended early: ${endedBy}`]),
    ...(clauses === undefined
      ? []
      : [`           compared in ${clauses.join(', ')} alone, and not in what is reported`]),
    `           compared: ${['category', ...comparedColumns(given)].join(', ')}`,
    ...(missing.length > 0 ? [`           never given, hence not compared: ${missing.map(column).join(', ')}`] : []),
  ];
}

/** The fields that the engine gave at least once, by their names in the protocol. */
export function comparedColumns(given: Asked['given']): readonly string[] {
  return VERDICT_FIELDS.filter((field) => given.has(field)).map(column);
}

/** The name of a field in the protocol. */
function column(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
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

/** The same for a program. */
export function readingsJson(inference: Inference | null): Readonly<Record<string, unknown>> | null {
  return (
    inference && {
      asked: inference.asked,
      failing: inference.failing,
      best: inference.best?.readings ?? null,
      failingUnderBest: inference.best?.failing ?? null,
    }
  );
}

/** Failures of a check beside wrong answers, as sentences. */
export function otherFailures(unexplained: readonly string[], expired: readonly string[]): readonly string[] {
  return [
    ...unexplained.map((sentence) => `a fault that no single question explains: ${sentence}`),
    ...expired.map((row) => `the accepted row "${row}" has expired`),
  ];
}

/** Rows of an accept file that accept nothing. */
export function idleLines(idle: readonly string[]): readonly string[] {
  return idle.map((row) => `accepted   the row "${row}" accepts nothing: it can go`);
}

/** Failed cases for the shapes that have no counterexample. `words` says how many were asked. */
export function shapesLeft(
  shapes: Asked['shapes'],
  examples: readonly Reported[],
  words: (count: number) => string,
): readonly JunitCase[] {
  const shown = new Set(examples.map(({ one }) => one.shape));
  return [...shapes]
    .filter(([shape]) => !shown.has(shape))
    .map(([name, count]) => ({ name, failure: `${words(count)}: ${name}` }));
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
