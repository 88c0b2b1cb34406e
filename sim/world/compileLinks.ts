import { RecentlyUsed } from '../../src/recentlyUsed.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import type { HanProfile, LinkClass, WanProfile } from './profile/linkSchema.ts';
import { LinkRegime, LinkRegimes } from './alternating.ts';
import { LENGTH_CELLS, LENGTH_SHIFT } from './dice/bounds.ts';
import { outageDurations, pickerOf } from './dice/distributions.ts';
import { uniform } from './dice/draws.ts';
import type { Durations } from './dice/durations.ts';
import { normalQuantile } from './dice/normal.ts';
import { CERTAIN_SDS, CompiledHan } from './hanLink.ts';
import { CompiledWan } from './wanLink.ts';

const YEAR = 365.25 * DAY;

/** The classes of a link profile as numbers, in the order of their names in the profile. */
export function compileRegimes(classes: Readonly<Record<string, LinkClass>>): LinkRegimes {
  const rows = Object.values(classes);
  const stated = rows.reduce((sum, row) => sum + (row.share ?? 0), 0);
  const compiled = new LinkRegimes();
  compiled.picker = pickerOf(rows.map((row) => row.share ?? Math.max(0, 1 - stated)));
  compiled.regimes = rows.map((row) => {
    const regime = new LinkRegime();
    regime.dead = row.dead || !row.down;
    if (regime.dead || !row.down) return regime;
    regime.down = outageDurations(row.down);
    regime.upSecondsMean = (row.upDaysMean ?? 0) * DAY;
    regime.downBounds = BOUNDS.use(JSON.stringify(row.down), () => lengthBounds(regime.down));
    regime.availability = regime.upSecondsMean / (regime.upSecondsMean + regime.down.meanSeconds);
    return regime;
  });
  return compiled;
}

/** Bounds of a length further apart than this are of no use: it is computed instead. Our choice; no result depends on it. */
const APART_SECONDS = DAY;
/** Rounding of a quantile stays below this part of it. */
const ROUNDING = 1e-9;
/** The tables cost as much as thousands of lives; links mostly share what they say of outages. */
const BOUNDS = new RecentlyUsed<Float64Array>(128);

/** Within a part of the mixture the quantile rises or falls all the way: its ends bound a cell that lies in one part. */
function lengthBounds(down: Durations): Float64Array {
  const bounds = new Float64Array(2 * LENGTH_CELLS).fill(-1);
  const width = 1 << LENGTH_SHIFT;
  const at = (u: number) => ({ length: down.quantile(u), part: down.parts.length === 1 ? 0 : down.picker.pick(u) });
  for (let cell = 0; cell < LENGTH_CELLS; cell += 1) {
    const a = at(uniform((cell * width) | 0));
    const b = at(uniform(((cell + 1) * width - 1) | 0));
    if (a.part !== b.part || Math.abs(a.length - b.length) > APART_SECONDS) continue;
    bounds[2 * cell] = Math.min(a.length, b.length) * (1 - ROUNDING);
    bounds[2 * cell + 1] = Math.max(a.length, b.length) * (1 + ROUNDING);
  }
  return bounds;
}

export function compileWan(profile: WanProfile): CompiledWan {
  const { contact } = profile;
  const compiled = new CompiledWan();
  compiled.regimes = compileRegimes(profile.classes);
  compiled.deathPerSecond = profile.deathPerYear / YEAR;
  if (contact.mode === 'continuous') return compiled;
  compiled.tries = contact.tries;
  compiled.windowSeconds = contact.windowHours * HOUR;
  compiled.retrySeconds = contact.retryHours * HOUR;
  compiled.wakeUpLossChance = contact.wakeUpLossChance;
  return compiled;
}

export function compileHan(profile: HanProfile): CompiledHan {
  const { budget } = profile;
  const compiled = new CompiledHan();
  compiled.regimes = compileRegimes(profile.classes);
  compiled.wakeSeconds = profile.wakeMinutes * MINUTE;
  compiled.batteryPerSecond = profile.batteryDeathPerYear / YEAR;
  compiled.lostJoinPerSecond = profile.lostJoinPerYear / YEAR;
  if (budget) Object.assign(compiled, budget, { hasBudget: true, audibleAbove: audibleAbove(budget) });
  return compiled;
}

function audibleAbove({ marginDbMean, marginDbSd, driftDbSd }: NonNullable<HanProfile['budget']>): number {
  // A little above where the margin reaches what the drift can take from it: rounding may not make a difference.
  const sds = (CERTAIN_SDS * driftDbSd - marginDbMean) / marginDbSd + 1e-6;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (middle > 0 && middle < 1 && normalQuantile(middle) < sds) low = middle;
    else high = middle;
  }
  return high;
}
