import { formatPath, type Path } from '../../../src/document/path.ts';
import { twelveDecimals } from '../../../src/text/twelveDecimals.ts';
import { onOdds } from '../../scenario/valueRange.ts';
import type { Coordinate } from '../../sweep/design/designMatrix.ts';
import { factorOf, type Factor, type FactorResult, type FactorSetting } from '../../sweep/factor/factors.ts';
import { expandPath, ownValue, settingPathOf, type OwnValues } from '../../sweep/factor/ownValue.ts';
import type { PriorSpec } from './priorsSchema.ts';

/** How a number moves: by a ratio, or, for a share, by a ratio of its odds. */
interface Spread {
  readonly kind: 'ratio' | 'odds';
  /** Above 1. The number is divided and multiplied by up to so much. */
  readonly by: number;
  readonly whole: boolean;
}

/** A parameter of a prior as a factor of a sweep, or what is wrong with it. */
export function priorFactor(name: string, spec: PriorSpec, own: OwnValues): FactorResult {
  const { ratio, odds, mark: _mark, note: _note, ...rest } = spec;
  const texts = rest.paths ?? [rest.path as string];
  const ofRules = texts.findIndex((text) => /^(amendments|rules)\b/.test(text));
  if (ofRules >= 0)
    return { path: placeOf(spec, ofRules), expected: 'a path outside the rules: rules are given and never drawn' };
  const by = ratio ?? odds;
  if (by === undefined) return factorOf(name, rest, own);
  const targets: Path[] = [];
  for (const [i, text] of texts.entries()) {
    const pattern = settingPathOf(text);
    const found = pattern === undefined ? [] : expandPath(pattern, own);
    const wrong = found.length === 0 || found.some((path) => !isMovable(ownValue(path, own), ratio === undefined));
    if (wrong) return { path: placeOf(spec, i), expected: ratio === undefined ? SHARE : NUMBER };
    targets.push(...found);
  }
  return { factor: spreadFactor(name, targets, { kind: ratio === undefined ? 'odds' : 'ratio', by, whole: rest.whole }, own) }; // prettier-ignore
}

const NUMBER = 'a path of numbers in the scenario: a ratio multiplies them';
const SHARE = 'a path of shares from 0 to 1 in the scenario';

function placeOf(spec: PriorSpec, i: number): Path {
  return spec.paths ? ['paths', i] : ['path'];
}

function isMovable(value: unknown, isShare: boolean): boolean {
  return typeof value === 'number' && (!isShare || (value >= 0 && value <= 1));
}

/** A factor that moves numbers together by one ratio. Its label is the value of a single number, else the ratio. */
function spreadFactor(name: string, targets: readonly Path[], spread: Spread, own: OwnValues): Factor {
  const owns = targets.map((path) => ownValue(path, own) as number);
  const only = owns.length === 1 ? owns[0] : undefined;
  const at = (coordinate: Coordinate): FactorSetting => {
    if (coordinate === null) return { label: only ?? 1, values: [], scenario: undefined };
    const times = Math.exp(Math.log(spread.by) * (2 * coordinate - 1));
    const values = targets.map((path, i) => ({ path, value: movedBy(owns[i] as number, times, spread) }));
    return {
      label: only === undefined ? twelveDecimals(times) : (values[0]?.value as number),
      values,
      scenario: undefined,
    };
  };
  const paths = targets.map(formatPath);
  return { name, paths, choices: undefined, own: only ?? 1, isNumeric: true, isOfRules: false, at };
}

function movedBy(own: number, times: number, { kind, whole }: Spread): number {
  const moved = kind === 'ratio' ? own * times : onOdds(own, times);
  return whole ? Math.max(1, Math.round(moved)) : twelveDecimals(moved);
}
