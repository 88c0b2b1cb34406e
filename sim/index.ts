export { fitLines, type FitLine, type FitOptions, type FitRound } from './calibrate/fit.ts';
export { migratedSeries, type MigratedPoint } from './forecast/migratedSeries.ts';
export { countOf, endCounts } from './forecast/results.ts';
export { ENDS, type End } from './scenario/ends.ts';
export { simulate, type SimulateOptions, type Simulation } from './kernel/run/simulate.ts';
export { failsAll, posterior, volume, wronglyExcluded, type NullFamily, type Posterior } from './world/nullModel.ts';
export { loadScenario, type LoadedScenario, type LoadResult } from './scenario/load.ts';
export type { Scenario } from './scenario/schema.ts';
