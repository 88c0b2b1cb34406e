import { alarmLines } from '../../report/forecast/alarmLines.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { percentage } from '../../text/numberWords.ts';
import { counted, thousands } from '../../text/table.ts';
import { ALARM, type Forecast, type Forecaster } from '../../../sim/forecast/predict/forecaster.ts';
import { hasBegun } from '../../../sim/forecast/predict/summaries.ts';
import { factsOf, LEVELS } from '../../../sim/forecast/state/stateFacts.ts';
import type { WeeklyRecords } from '../../../sim/forecast/state/weeklyRecords.ts';
import type { Portfolio } from './portfolioReader.ts';

/** What a reader of a forecast has to know of the records and of the library, a sentence or more each. */
export function forecastNotes(forecaster: Forecaster, forecast: Forecast, portfolio: Portfolio): readonly string[] {
  return [
    ...alarmNotes(forecast),
    ...beginningNotes(portfolio),
    ...missingNotes(forecaster, portfolio),
    ...gapNotes(portfolio.weekly),
    ...sharedNotes(portfolio.weekly),
  ];
}

function alarmNotes({ alarm, widened, scores }: Forecast): readonly string[] {
  if (alarm <= ALARM) return [];
  return alarmLines(scores, widened);
}

/** With a smaller share of installations that have begun, a forecast rests on the priors. Ours. */
const BEGUN_MIN = 0.1;

function beginningNotes({ states }: Portfolio): readonly string[] {
  let [all, begun] = [0, 0];
  for (const [state, count] of states) {
    all += count;
    if (hasBegun(factsOf(state))) begun += count;
  }
  if (begun >= BEGUN_MIN * all) return [];
  const how = begun === 0 ? 'No installation was' : `Only ${percentage(begun / all, 1)} of the installations were`;
  return [`${how} instructed, attempted or reported by the as-of: the histories say little, and the forecast rests on the priors`]; // prettier-ignore
}

function missingNotes({ lookAlikes }: Forecaster, { states }: Portfolio): readonly string[] {
  const average = COHORTS.map(() => 0);
  const none = COHORTS.map(() => 0);
  for (const [state, count] of states) {
    const { level } = lookAlikes.support(state);
    if (level < LEVELS - 1) continue;
    const counts = level === LEVELS ? none : average;
    const { cohort } = factsOf(state);
    counts[cohort] = (counts[cohort] as number) + count;
  }
  const told = (counts: readonly number[], what: string): readonly string[] =>
    counts.flatMap((count, cohort) => (count === 0 ? [] : [`${counted(count, 'installation')} of ${COHORTS[cohort]} ${what}`])); // prettier-ignore
  return [
    ...told(average, "with no look-alike but by cohort and dormancy: their share of the forecast is the library's average"), // prettier-ignore
    ...told(none, 'without any counterpart in the library: nothing is forecast of them, and they are in no line'),
  ];
}

function gapNotes(weekly: WeeklyRecords): readonly string[] {
  return weekly
    .gaps()
    .map(({ from, to, weeks }) => `No attempt stands from ${from} to ${to} (${counted(weeks, 'week')}): taken as it stands, nobody was attempted. If rows are missing, the forecast is wrong`); // prettier-ignore
}

const SHARED_WORDS = { hubModel: 'hub model', operator: 'operator' } as const;
/** Weeks that are named. */
const WEEKS_NAMED = 3;

function sharedNotes(weekly: WeeklyRecords): readonly string[] {
  const found = weekly.sharedFailures();
  const named = found.slice(0, WEEKS_NAMED);
  if (named.length === 0) return [];
  return [
    `Shared outages show in the histories, in ${thousands(found.length)} of the weeks of a hub model or operator:`,
    ...named.map(({ by, name, week, share, usual }) => `  MA112 in ${percentage(share, 1)} of the attempts of ${SHARED_WORDS[by]} ${name} in the week of ${week}, ${percentage(usual, 1)} in its median week`), // prettier-ignore
    '  A state does not hold them: later ones are forecast as the priors have them, and a category that three weeks of MA112 bring may be off', // prettier-ignore
  ];
}
