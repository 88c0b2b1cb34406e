import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import type { HanProfile, LinkClass, WanProfile } from '../scenario/schema.ts';
import { LinkRegime, LinkRegimes } from './alternating.ts';
import { outageDurations, pickerOf } from './dice/distributions.ts';
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
    regime.availability = regime.upSecondsMean / (regime.upSecondsMean + regime.down.meanSeconds);
    return regime;
  });
  return compiled;
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
