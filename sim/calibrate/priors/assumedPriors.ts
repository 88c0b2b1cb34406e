import { fieldsAt, formsOf } from '../../../src/document/fields.ts';
import { parsePath, type Path } from '../../../src/document/path.ts';
import { treeOf } from '../../../src/document/tree.ts';
import { SCENARIO_FIELDS, type LoadedScenario } from '../../scenario/load.ts';
import { DECIDES_NOTHING } from '../../sweep/factor/assumedFactors.ts';
import type { Factor } from '../../sweep/factor/factors.ts';
import { isShareOfGroup } from '../../sweep/factor/shareGroups.ts';
import { spreadFactor } from './priorFactor.ts';

/** Entry curves rise: their shares cannot move alone. A file of priors names them, with ranges that keep them apart. */
const MOVES_WITH_OTHERS = /^entryCurves\b/;

/**
 * A parameter for every number that the scenario marks "our assumption", besides those that other parameters move. Zeros
 * and ones of shares stay: a ratio does not move them. Shares that must sum to 1 stay too.
 * @param taken paths that other parameters move
 */
export function assumedPriors(
  base: LoadedScenario,
  { ratio, except, taken }: { readonly ratio: number; readonly except: readonly string[]; readonly taken: ReadonlySet<string> }, // prettier-ignore
): readonly Factor[] {
  const tree = treeOf(base.scenario, { file: '', line: 0, column: 0, layer: 0 });
  const kept = except.flatMap((text): Path[] => {
    const path = parsePath(text);
    return path === undefined ? [] : [path];
  });
  const factors: Factor[] = [];
  for (const { path: text, value, isClaim, mark } of base.marks) {
    if (!isClaim || mark !== 'our assumption' || typeof value !== 'number' || value === 0 || taken.has(text)) continue;
    const path = parsePath(text) as Path;
    if (DECIDES_NOTHING.test(text) || MOVES_WITH_OTHERS.test(text) || isShareOfGroup(path)) continue;
    if (kept.some((above) => isBelow(path, above))) continue;
    const field = fieldsAt(SCENARIO_FIELDS, path, tree).flatMap(formsOf).find(({ type }) => type === 'number' || type === 'integer'); // prettier-ignore
    const { minimum = -Infinity, maximum = Infinity } = field ?? {};
    if (maximum === 1 && value === 1) continue;
    const kind = maximum === 1 && value < 1 ? 'odds' : 'ratio';
    const whole = field?.type === 'integer';
    factors.push(spreadFactor(text, [path], { kind, by: ratio, whole, bounds: { minimum, maximum } }, base));
  }
  return factors;
}

function isBelow(path: Path, above: Path): boolean {
  return above.length <= path.length && above.every((part, i) => part === '*' || part === path[i]);
}
