import { fieldsAt, formsOf, type FieldSchema } from '../../../src/document/fields.ts';
import { parsePath, type Path } from '../../../src/document/path.ts';
import { treeOf, type Tree } from '../../../src/document/tree.ts';
import { SCENARIO_FIELDS, type LoadedScenario } from '../../scenario/load.ts';

/** Factors by path, as a sweep file would have them. */
export interface AssumedFactors {
  readonly factors: Readonly<Record<string, { readonly path: string; readonly values: readonly number[] }>>;
  /** Assumptions that cannot be moved alone: the scenario would be refused, or nothing would change. */
  readonly fixed: number;
}

/** Paths that decide no count: the rest of the estate, the comparison with published figures, prices. */
export const DECIDES_NOTHING = /^(notSimulated|metersPerInstallation|comparison|fit)\b|\.dmctCostPounds$/;

/**
 * Every number of a scenario that is marked "our assumption", up and down by a share of it. Zeros stay: a share of nothing
 * is nothing. A number stays within the bounds of its field, and whole where the field is.
 * @param isRight whether the scenario is accepted under a setting `path=value`
 */
export function assumedFactors(
  base: LoadedScenario,
  { share, only, isRight }: { readonly share: number; readonly only?: string | undefined; readonly isRight: (setting: string) => boolean }, // prettier-ignore
): AssumedFactors {
  const tree = treeOf(base.scenario, { file: '', line: 0, column: 0, layer: 0 });
  const factors: Record<string, { path: string; values: number[] }> = {};
  let fixed = 0;
  for (const { path, value, isClaim, mark, note } of base.marks) {
    if (!isClaim || mark !== 'our assumption' || typeof value !== 'number' || value === 0) continue;
    if (DECIDES_NOTHING.test(path) || note === 'the remainder of the classes') continue;
    if (only !== undefined && !isBelow(path, only)) continue;
    const values = movedValues(value, share, fieldOf(parsePath(path) as Path, tree));
    const accepted = values.filter((to) => isRight(`${path}=${to}`));
    if (accepted.length > 0) factors[path] = { path, values: accepted };
    else fixed += 1;
  }
  return { factors, fixed };
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
}

function fieldOf(path: Path, tree: Tree): FieldSchema | undefined {
  return fieldsAt(SCENARIO_FIELDS, path, tree)
    .flatMap(formsOf)
    .find(({ type }) => type === 'number' || type === 'integer');
}

/** The number down and up, where that changes it. Below 1 a whole number would vanish: it moves by one at least. */
function movedValues(value: number, share: number, field: FieldSchema | undefined): readonly number[] {
  const isWhole = field?.type === 'integer';
  return [-share, share].flatMap((by) => {
    const plain = value * (1 + by);
    const moved = isWhole ? wholeStep(value, plain) : Math.round(plain * 1e12) / 1e12;
    const kept = Math.min(Math.max(moved, field?.minimum ?? -Infinity), field?.maximum ?? Infinity);
    return kept === value ? [] : [kept];
  });
}

function wholeStep(value: number, plain: number): number {
  const near = Math.round(plain);
  return near === value ? value + Math.sign(plain - value) : near;
}
