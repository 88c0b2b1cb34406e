import { fieldsAt, formsOf } from '../../src/document/fields.ts';
import { parsePath } from '../../src/document/path.ts';
import { treeOf, type Tree } from '../../src/document/tree.ts';
import type { MarkedLeaf } from './marks.ts';
import { SCENARIO_FIELDS, type Scenario } from './schema.ts';
import { timesOf, type RangeEnd } from './schemaBasics.ts';
import { twelveDecimals } from '../../src/text/twelveDecimals.ts';

/**
 * Where a number of a scenario may lie. We hold it to be within these ends nine times in ten, so they are the 5 % and
 * the 95 % quantile of a prior. This is the one definition of a range: `sensitivity` moves a number to both ends, and
 * priors are built from the same two numbers.
 */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
  /** True if the mark of the number states the range; false if it is the stated share. */
  readonly isStated: boolean;
}

/** What the schema says of a field that holds a number. */
export interface NumberField {
  readonly isWhole: boolean;
  /** True for a share or a chance: the field takes numbers from 0 to 1. */
  readonly isChance: boolean;
  readonly minimum: number;
  readonly maximum: number;
}

/** Returns what the schema says of the number at a path; undefined if no number stands there. */
export function numberFieldOf(scenario: Scenario): (path: string) => NumberField | undefined {
  const tree: Tree = treeOf(scenario, { file: '', line: 0, column: 0, layer: 0 });
  return (text) => {
    const path = parsePath(text);
    const field = (path === undefined ? [] : fieldsAt(SCENARIO_FIELDS, path, tree))
      .flatMap(formsOf)
      .find(({ type }) => type === 'number' || type === 'integer');
    if (field === undefined) return undefined;
    const { minimum = -Infinity, maximum = Infinity } = field;
    const isWhole = field.type === 'integer';
    return { isWhole, isChance: !isWhole && minimum === 0 && maximum === 1, minimum, maximum };
  };
}

/**
 * The range of a marked number: what its mark states, else the number down and up by a share of it.
 *
 * A relative end multiplies a number, but the odds of a chance: 0.98 at `x0.7` is 0.972 and not 0.686, because 49 to 1
 * becomes 34 to 1. A small chance moves as any small number does. A number that is 0, or a chance that is 1, has no
 * relative range: both ends equal it. Whole numbers move by 1 at least, and no end leaves the bounds of the field.
 * @param share from 0 to 1, for a number whose mark states no range
 */
export function rangeOf(
  { value, range }: { readonly value: number; readonly range: MarkedLeaf['range'] },
  field: NumberField,
  share: number,
): ValueRange {
  const [low, high] = range ?? [`x${1 - share}`, `x${1 + share}`];
  return { low: endOf(low, value, field), high: endOf(high, value, field), isStated: range !== null };
}

function endOf(end: RangeEnd, value: number, field: NumberField): number {
  const times = timesOf(end);
  const moved = times === undefined ? (end as number) : field.isChance ? onOdds(value, times) : value * times;
  const isRelative = times !== undefined && value !== 0;
  const kept = field.isWhole && isRelative ? wholeStep(value, moved) : twelveDecimals(moved);
  return Math.min(Math.max(kept, field.minimum), field.maximum);
}

/** The chance whose odds are so many times those of another. */
export function onOdds(chance: number, times: number): number {
  return (chance * times) / (1 - chance + chance * times);
}

/** A whole number near `plain`, and another one than `value` where `plain` differs from it. */
function wholeStep(value: number, plain: number): number {
  const near = Math.round(plain);
  return near === value ? value + Math.sign(plain - value) : near;
}
