import type { ExclusionCategory } from '../../src/clauses/clause.ts';
import type { Evaluation, Verdict } from '../../src/exclusion/verdict.ts';
import type { Instant } from '../../src/time.ts';

/** The fields of a verdict that are compared. */
export const VERDICT_FIELDS = [
  'clause',
  'excludes',
  'metAt',
  'effectiveFrom',
  'counted',
  'evidence',
  'reported',
] as const;
export type VerdictField = (typeof VERDICT_FIELDS)[number];

/** A verdict of the engine under test. A field that is left out is not compared. */
export type GivenVerdict = Pick<Verdict, 'category'> & Partial<Pick<Verdict, VerdictField>>;

/** An answer of the engine under test. */
export interface GivenAnswer {
  readonly verdicts: readonly GivenVerdict[];
  /** The notes. If they are left out, they are not compared. */
  readonly notes?: Evaluation['notes'];
}

/** One difference between two answers. `holds` tells whether the category holds at all. */
export interface Difference {
  readonly category: ExclusionCategory;
  readonly field: 'holds' | VerdictField;
  readonly found: unknown;
  readonly expected: unknown;
}

export interface CompareOptions {
  /** The categories that are compared; by default all. If some are left out, `reported` is not compared. */
  readonly clauses?: readonly ExclusionCategory[] | undefined;
  /**
   * If false, `reported` is not compared, because it depends on all categories. The default is true if `clauses` is not
   * given.
   */
  readonly reported?: boolean;
}

/**
 * Every difference between a given answer and the expected one, in the order of the expected verdicts. If a category
 * holds in only one of the answers, its other fields are not compared.
 */
export function differencesOf(
  found: GivenAnswer,
  expected: Pick<Evaluation, 'verdicts'>,
  { clauses, reported = clauses === undefined }: CompareOptions = {},
): readonly Difference[] {
  // Most histories hold no verdict at all.
  if (found.verdicts.length === 0 && expected.verdicts.length === 0) return [];
  const isCompared = (category: ExclusionCategory): boolean => clauses?.includes(category) ?? true;
  const differences: Difference[] = [];
  const given = new Map(found.verdicts.map((row) => [row.category, row]));
  for (const verdict of expected.verdicts) {
    const { category } = verdict;
    if (!isCompared(category)) continue;
    const row = given.get(category);
    given.delete(category);
    if (row === undefined) differences.push({ category, field: 'holds', found: false, expected: true });
    else differences.push(...fieldDifferences(row, verdict, reported));
  }
  for (const { category } of given.values()) {
    if (isCompared(category)) differences.push({ category, field: 'holds', found: true, expected: false });
  }
  return differences;
}

function fieldDifferences(row: GivenVerdict, verdict: Verdict, reported: boolean): Difference[] {
  const { category } = verdict;
  return VERDICT_FIELDS.flatMap((field) => {
    const found = row[field];
    if (found === undefined || (field === 'reported' && !reported)) return [];
    return isSame(field, found, verdict) ? [] : [{ category, field, found, expected: verdict[field] }];
  });
}

function isSame(field: VerdictField, found: unknown, verdict: Verdict): boolean {
  if (field !== 'evidence') return found === verdict[field];
  return isSameEvidence(found as readonly Instant[], verdict.evidence);
}

/** If an attempt and an instruction share an instant, the bench names the instant twice. An engine may name it once. */
function isSameEvidence(found: readonly Instant[], expected: readonly Instant[]): boolean {
  const isEqual = (other: readonly Instant[]) =>
    found.length === other.length && found.every((at, i) => at === other[i]);
  return isEqual(expected) || isEqual([...new Set(expected)]);
}

/** The shape of a difference. Two counterexamples of the same shape most likely show the same bug. */
export function shapeOf({ category, field, found, expected }: Difference): string {
  if (field === 'holds') return `${category} ${found === true ? 'holds wrongly' : 'is missed'}`;
  return `${category} ${field} ${direction(found, expected)}`;
}

function direction(found: unknown, expected: unknown): string {
  if (Array.isArray(found) && Array.isArray(expected)) {
    if (found.length === expected.length) return 'differs';
    return found.length > expected.length ? 'too many' : 'too few';
  }
  if (found === null || expected === null) return found === null ? 'missing' : 'unexpected';
  if (typeof found === 'number' && typeof expected === 'number') return found > expected ? 'too high' : 'too low';
  return found === true ? 'wrongly yes' : found === false ? 'wrongly no' : 'differs';
}
