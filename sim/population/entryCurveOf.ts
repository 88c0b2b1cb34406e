import { assert } from '../../src/assert.ts';
import { parseDate } from '../../src/time.ts';
import type { Curve } from '../scenario/schema.ts';
import { EntryCurve } from '../world/entryCurve.ts';

/** Compiles a scenario's curve. `from` is the first day of the simulation, `YYYY-MM-DD`. */
export function entryCurveOf(curve: Curve, from: string): EntryCurve {
  const start = parseDate(from);
  assert(start !== undefined, 'a checked scenario has dates');
  // A date stands for its end: a curve that reaches 1 on the 31st has everybody by the end of that day.
  const points = curve.map((point) => [(parseDate(point.date) as number) + 1, point.share] as const);
  return new EntryCurve(
    Float64Array.of(start, ...points.map((point) => point[0])),
    Float64Array.of(0, ...points.map((point) => point[1])),
  );
}
