import type { TableValue } from '../../interchange/table/tableTypes.ts';
import type { Instant } from '../../time.ts';
import type { Forecast } from '../../../sim/forecast/predict/forecaster.ts';
import type { ForecastRow } from '../../../sim/forecast/predict/forecastLines.ts';
import type { GivenParameter } from '../../../sim/calibrate/priors/givenParameters.ts';
import type { Library } from '../library/libraryFolder.ts';
import type { Portfolio } from './portfolioReader.ts';

/** A forecast and all that is said of it. */
export interface Answer {
  readonly library: Library;
  /** The switches of the process that were given, in the place of their priors. */
  readonly given: readonly GivenParameter[];
  readonly asOf: string;
  readonly instants: readonly Instant[];
  readonly days: readonly number[];
  readonly rows: readonly ForecastRow[];
  /** Undefined without histories. */
  readonly histories:
    { readonly forecast: Forecast; readonly portfolio: Portfolio; readonly support: Support } | undefined;
  /** Rows of `visits.csv`; empty without histories. */
  readonly visits: readonly (readonly TableValue[])[];
  readonly notes: readonly string[];
}

/** How well a portfolio is matched: installations by the first level of the back-off that has look-alikes. */
export interface Support {
  readonly installations: number;
  /** LEVELS + 1 numbers: the last counts those without any counterpart. */
  readonly byLevel: readonly number[];
  /** Look-alikes in the very same state: the median over installations. */
  readonly medianLives: number;
}
