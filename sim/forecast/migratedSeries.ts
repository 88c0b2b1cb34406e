import { endOfLondonDate, lastDayOfMonth, londonDay, formatDay } from '../../src/time.ts';
import { entryCurveOf } from '../population/entryCurveOf.ts';
import type { Simulation } from '../kernel/run/simulate.ts';

/** The cumulative number that has migrated by the end of a month. */
export interface MigratedPoint {
  readonly date: string;
  /** Meters of the simulated risk set: the mean over replications. */
  readonly simulated: number;
  /** Meters of installations that are counted and not simulated, from their entry curves. */
  readonly counted: number;
  /** Installations of both kinds. */
  readonly installations: number;
}

/** The migrated series by month: the simulated installations, and the others by their entry curves. */
export function migratedSeries({ model, counts }: Simulation): readonly MigratedPoint[] {
  const { scenario } = model;
  const others = scenario.notSimulated.flatMap((row) => {
    const curve = row.migratedBy === undefined ? undefined : scenario.entryCurves[row.migratedBy];
    return curve ? [{ row, curve: entryCurveOf(curve.firstAttempt, scenario.from) }] : [];
  });
  const horizonDay = londonDay(endOfLondonDate(scenario.horizon));
  let simulated = 0;
  let simulatedInstallations = 0;
  return Array.from({ length: model.months }, (_, month) => {
    const day = Math.min(lastDayOfMonth(model.firstMonth + month), horizonDay);
    for (const replication of counts) {
      simulated += (replication.migratedMeters[month] as number) / counts.length;
      simulatedInstallations += (replication.migratedInstallations[month] as number) / counts.length;
    }
    const counted = others.reduce((sum, { row, curve }) => sum + row.installations * curve.shareBy(day), 0);
    return {
      date: formatDay(day),
      simulated,
      counted: counted * scenario.metersPerInstallation,
      installations: simulatedInstallations + counted,
    };
  });
}
