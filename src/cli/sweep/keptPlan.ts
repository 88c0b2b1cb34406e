import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { canonicalJson, digest } from '../../../sim/scenario/hash.ts';
import { SCENARIO_FIELDS } from '../../../sim/scenario/schema.ts';
import { planCells, type CellPlan } from '../../../sim/sweep/plan/cellPlan.ts';
import type { Sweep } from '../../../sim/sweep/plan/loadSweep.ts';
import { BASE_POINT, pointCells, pointOf, resolvePoint } from '../../../sim/sweep/plan/points.ts';
import type { CellStore } from './cellStore.ts';

/** Version of the file of a plan. */
const FORMAT = 1;

/**
 * The plan of a sweep, from the store where it stands there. A plan is a pure function of the texts of the files, the sweep
 * and this version of the bench; the keys of the base point's cells speak for the version. A plan that cannot be read, or
 * not be kept, is made anew: it is memory and no result.
 */
export function keptPlan(
  sweep: Sweep,
  { replications, store, onPoint }: { readonly replications: number; readonly store: CellStore; readonly onPoint?: (share: number) => void }, // prettier-ignore
): CellPlan {
  const name = planName(sweep, replications);
  const kept = name === undefined ? undefined : readPlan(store.plan(name));
  if (kept !== undefined) return kept;
  const plan = planCells(sweep, replications, onPoint);
  if (name !== undefined) keepPlan(store, name, plan);
  return plan;
}

/** Undefined where the base point is refused, or where more than files decides the points: then no plan is kept. */
function planName(sweep: Sweep, replications: number): string | undefined {
  if (sweep.texts === undefined) return undefined;
  const base = resolvePoint(sweep, pointOf(sweep, BASE_POINT));
  if (!base.ok) return undefined;
  const keys = pointCells(sweep, base, replications).map(({ key }) => key);
  const { file, seed, design } = sweep;
  const fields = digest(JSON.stringify(SCENARIO_FIELDS));
  return digest(
    canonicalJson({ FORMAT, KERNEL, fields, file, seed, design, replications, keys, texts: sweep.texts() }),
  );
}

/** Reads the text of a kept plan; undefined if it is missing or torn. */
export function readPlan(text: string | undefined): CellPlan | undefined {
  if (text === undefined) return undefined;
  const hash = text.slice(0, text.indexOf('\n'));
  const body = text.slice(hash.length + 1);
  if (digest(body) !== hash) return undefined;
  const { scaleCheck, ...rest } = JSON.parse(body) as Omit<CellPlan, 'scaleCheck'> & Partial<CellPlan>;
  return { ...rest, scaleCheck };
}

function keepPlan(store: CellStore, name: string, plan: CellPlan): void {
  const body = JSON.stringify(plan);
  try {
    store.putPlan(name, `${digest(body)}\n${body}`);
  } catch {
    // A store that is full or read only says so when a cell is put into it.
  }
}
