import { formatPath, parsePath, type Path } from '../../../src/document/path.ts';
import type { LoadedScenario } from '../../scenario/load.ts';
import type { MarkedLeaf } from '../../scenario/marks.ts';
import { twelveDecimals } from '../../../src/text/twelveDecimals.ts';
import { numberFieldOf, rangeOf, type NumberField } from '../../scenario/valueRange.ts';
import { DECIDES_NOTHING } from '../../sweep/factor/assumedFactors.ts';
import type { Factor } from '../../sweep/factor/factors.ts';
import { isShareOfGroup } from '../../sweep/factor/shareGroups.ts';

/** Entry curves rise: their shares cannot move alone. A file of priors names them, with ranges that keep them apart. */
const MOVES_WITH_OTHERS = /^entryCurves\b/;

interface AssumedOptions {
  /** How far a number is moved whose mark states no range: it is divided and multiplied by up to so much. */
  readonly ratio: number;
  /** Paths below which nothing is moved; `*` for one name. */
  readonly except: readonly string[];
  /** Paths that other parameters move. */
  readonly taken: ReadonlySet<string>;
}

/**
 * A parameter for every number that the scenario marks "our assumption", besides those that other parameters move. The
 * range of the mark holds it nine times in ten. A number without a range of its own, such as 0, stays; so do shares that
 * must sum to 1.
 */
export function assumedPriors(base: LoadedScenario, { ratio, except, taken }: AssumedOptions): readonly Factor[] {
  const kept = except.flatMap((text): Path[] => {
    const path = parsePath(text);
    return path === undefined ? [] : [path];
  });
  const fieldOf = numberFieldOf(base.scenario);
  const factors: Factor[] = [];
  for (const leaf of base.marks) {
    const path = movablePath(leaf, taken);
    const field = path && fieldOf(leaf.path);
    if (path === undefined || field === undefined || kept.some((above) => isBelow(path, above))) continue;
    const { value, range } = leaf;
    const own = value as number;
    const stated = { value: own, range: range ?? ([`x${1 / ratio}`, `x${ratio}`] as const) };
    const { low, high } = rangeOf(stated, field, 0);
    if (low < high) factors.push(rangeFactor(path, own, { low, high }, field));
  }
  return factors;
}

/** The path of a number that moves on its own; undefined for anything else. */
function movablePath({ path: text, value, isClaim, mark }: MarkedLeaf, taken: ReadonlySet<string>): Path | undefined {
  if (!isClaim || mark !== 'our assumption' || typeof value !== 'number' || taken.has(text)) return undefined;
  if (DECIDES_NOTHING.test(text) || MOVES_WITH_OTHERS.test(text)) return undefined;
  const path = parsePath(text);
  return path === undefined || isShareOfGroup(path) ? undefined : path;
}

/** The part of a prior below its lower end, and above its upper end: `ValueRange` holds nine times in ten. */
const OUTSIDE = 0.05;

/** A number between the ends of its range and somewhat beyond: by ratios where it can, else by steps. */
function rangeFactor(
  path: Path,
  own: number,
  ends: { readonly low: number; readonly high: number },
  field: NumberField,
): Factor {
  const { low, high } = ends;
  const scale = scaleOf(low, high, field);
  const at = (coordinate: number): number => {
    const along = (coordinate - OUTSIDE) / (1 - 2 * OUTSIDE);
    const plain = scale.back(scale.to(low) + (scale.to(high) - scale.to(low)) * along);
    const inside = Math.min(Math.max(plain, field.minimum), field.maximum);
    return field.isWhole ? Math.round(inside) : twelveDecimals(inside);
  };
  const name = formatPath(path);
  return {
    name,
    paths: [name],
    choices: undefined,
    own,
    isNumeric: true,
    isOfRules: false,
    at: (coordinate) => {
      if (coordinate === null) return { label: own, values: [], scenario: undefined };
      const value = at(coordinate);
      return { label: value, values: [{ path, value }], scenario: undefined };
    },
  };
}

interface Scale {
  readonly to: (value: number) => number;
  readonly back: (value: number) => number;
}

const PLAIN: Scale = { to: (value) => value, back: (value) => value };
const RATIOS: Scale = { to: Math.log, back: Math.exp };
const ODDS: Scale = {
  to: (value) => Math.log(value / (1 - value)),
  back: (value) => 1 / (1 + Math.exp(-value)),
};

function scaleOf(low: number, high: number, { isChance }: NumberField): Scale {
  if (low <= 0) return PLAIN;
  return isChance && high < 1 ? ODDS : RATIOS;
}

function isBelow(path: Path, above: Path): boolean {
  return above.length <= path.length && above.every((part, i) => part === '*' || part === path[i]);
}
