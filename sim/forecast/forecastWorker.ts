/** A thread of a pool of forecasts. */
import { serveShards } from '../kernel/run/serveShards.ts';
import { FORECAST_WATCHERS } from './forecastWatchers.ts';

serveShards(FORECAST_WATCHERS.watchers);
