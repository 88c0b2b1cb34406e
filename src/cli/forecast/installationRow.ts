import { CATEGORIES } from '../../clauses/clause.ts';
import type { TableValue } from '../../interchange/table/tableTypes.ts';
import { COLUMN_COUNT } from '../../../sim/forecast/predict/lines.ts';
import type { LookAlikes } from '../../../sim/forecast/predict/lookAlikes.ts';
import type { StateCode } from '../../../sim/forecast/state/stateFacts.ts';
import type { ReadInstallation } from './portfolioReader.ts';

type Ends = readonly [lives: number, level: number, migrated: number, excluded: number, open: number, likely: string, share: number]; // prettier-ignore

/** Ends by state: installations that stand alike share a row's numbers. */
const KNOWN = new WeakMap<LookAlikes, Map<StateCode, Ends>>();

/** A row of `installations.csv`: what became of the look-alikes of an installation at a day. */
export function installationRow(
  lookAlikes: LookAlikes,
  id: string,
  { state, reported, tips }: ReadInstallation,
  day: number,
): readonly TableValue[] {
  const known = KNOWN.get(lookAlikes) ?? new Map<StateCode, Ends>();
  KNOWN.set(lookAlikes, known);
  let ends = known.get(state);
  if (ends === undefined) known.set(state, (ends = endsOf(lookAlikes, state, day)));
  const [lives, level, migrated, excluded, open, likely, share] = ends;
  const today = reported < 0 ? '' : (CATEGORIES[reported] as string);
  return [id, lives, level, today, tips, migrated, excluded, open, likely, share];
}

function endsOf(lookAlikes: LookAlikes, state: StateCode, day: number): Ends {
  const { reach, shares } = lookAlikes.of(state);
  const at = (column: number): number => shares[reach.at.indexOf(day * COLUMN_COUNT + column)] ?? 0;
  const { lives, level } = lookAlikes.support(state);
  const migrated = at(COLUMN_COUNT - 1);
  let excluded = 0;
  let best = -1;
  for (let c = 0; c < CATEGORIES.length; c += 1) {
    excluded += at(c);
    if (at(c) > 0 && (best < 0 || at(c) > at(best))) best = c;
  }
  const open = Math.max(0, 1 - migrated - excluded);
  const likely = best < 0 ? '' : (CATEGORIES[best] as string);
  return [round(lives, 1), level, round(migrated, 4), round(excluded, 4), round(open, 4), likely, best < 0 ? 0 : round(at(best), 4)]; // prettier-ignore
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
