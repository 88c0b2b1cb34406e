import type { PoolWatchers } from '../kernel/run/watcher.ts';
import { FutureWatcher, type FutureRequest } from './library/futureWatcher.ts';
import type { ThresholdVariant } from './thresholds/thresholdPlan.ts';
import { ThresholdWatcher } from './thresholds/thresholdWatcher.ts';

/** The watchers of forecasts: a pool that is opened with them serves them on every thread. */
export const FORECAST_WATCHERS: PoolWatchers = {
  watchers: {
    thresholds: (model, of) => new ThresholdWatcher(model, of as readonly ThresholdVariant[]),
    futures: (model, of) => new FutureWatcher(model, of as FutureRequest),
  },
  module: new URL('./forecastWorker', import.meta.url),
};
