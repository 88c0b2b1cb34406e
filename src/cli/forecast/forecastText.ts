import { textTable, thousands } from '../../text/table.ts';
import type { Instant } from '../../time.ts';
import { farLines } from '../../report/forecast/alarmLines.ts';
import { PROBABILITIES, quantileAt } from '../../../sim/forecast/predict/predictive.ts';
import { ALARM } from '../../../sim/forecast/predict/forecaster.ts';
import { LEVELS } from '../../../sim/forecast/state/stateFacts.ts';
import { todayOf, type ForecastRow } from '../../../sim/forecast/predict/forecastLines.ts';
import { switchesOf } from '../../../sim/calibrate/priors/givenParameters.ts';
import { givenText, switchText } from '../library/givenOption.ts';
import { dayText } from './forecastRows.ts';
import type { Answer, Support } from './forecastAnswer.ts';
import { givenChangeLines, whatIfText } from './whatIfs.ts';

/** What `forecast` prints: the lines at the last day, and how well the portfolio is matched. */
export function forecastText({ asOf, instants, days, rows, histories, library, given }: Answer): string {
  const last = days.at(-1) as number;
  const { head } = library;
  const shown = rows.filter(({ day, part, line, whatIf }) => day === last && whatIf === '' && part === 'all' && line.measure !== 'effective'); // prettier-ignore
  const table = shown.map((row) => lineOf(row, histories?.portfolio.today));
  const what = histories ? 'with the histories' : 'without histories (prior predictive)';
  return [
    `Forecast as of ${asOf} ${what}: ${dayText(instants[last] as Instant)}`,
    `${head.scenarioHash}, rules ${library.priors.base.rules.name}, priors ${head.priors}, seed ${head.seed}: ${head.options.draws} draws, ${head.options.replications} runs each`,
    '',
    textTable([['cohort', 'category', 'as of', ...PROBABILITIES.map((p) => `${100 * p} %`)], ...table], {
      right: [2, 3, 4, 5, 6, 7],
    }),
    'all: a total, drawn from all its lines together. Over categories it counts installations, so gt01 (gas meters) is no part of it.',
    histories
      ? 'as of: what the rules report from the records. Sizes, dormancy, gas and payment mode are those of the records. The range holds parameters, shocks and dice.'
      : 'Sizes and all else are drawn from the priors. The range holds parameters, shocks and dice.',
    ...(histories
      ? ['', supportText(histories.support), alarmText(histories.forecast), ...nearLines(histories.forecast)]
      : []),
    ...evidenceLines(library, given),
    ...givenChangeLines(rows, last, given),
    whatIfText(rows, last),
    ...nextLines(asOf, histories !== undefined),
  ].join('\n');
}

/** What to ask next, with LIBRARY for the folder of the library. */
function nextLines(asOf: string, hasHistories: boolean): readonly string[] {
  return [
    hasHistories
      ? `What the histories say of the parameters: smets1-bench calibrate LIBRARY --histories DIR --as-of ${asOf}`
      : `From histories: smets1-bench forecast LIBRARY --histories DIR --as-of ${asOf}`,
    `How often the intervals hold: smets1-bench forecast coverage LIBRARY --as-of ${asOf}`,
    '',
  ];
}

function lineOf({ line, values }: ForecastRow, today: Float64Array | undefined): readonly string[] {
  const { cohort, measure, category } = line;
  const count = today && todayOf(line, today);
  const now = count === undefined ? '' : thousands(count);
  const quantiles = PROBABILITIES.map((p) => thousands(quantileAt(values, p)));
  return [cohort, measure === 'migrated' ? 'migrated' : category, now, ...quantiles];
}

function supportText({ installations, byLevel, medianLives }: Support): string {
  const percent = (count: number): string => `${((100 * count) / installations).toFixed(2)} %`;
  const levels = byLevel.slice(1, LEVELS).map((count, i) => `level ${i + 1} ${percent(count)}`);
  return `${thousands(installations)} installations; look-alikes in the very same state ${percent(byLevel[0] as number)} (half of the installations have ${thousands(medianLives)} or more), by coarser states: ${levels.join(', ')}; none ${percent(byLevel[LEVELS] as number)}`; // prettier-ignore
}

function alarmText({ alarm, widened, scores }: NonNullable<Answer['histories']>['forecast']): string {
  const wider = widened > 1 ? `; intervals are ${widened.toFixed(2)} times wider than for the typical draw` : '';
  const verdict = alarm > ALARM ? 'see the alarm' : 'the library holds portfolios like it';
  return `${scores.length} summaries of the portfolio, the farthest ${alarm.toFixed(1)} standard deviations from the library: ${verdict}${wider}`;
}

function nearLines({ alarm, scores }: NonNullable<Answer['histories']>['forecast']): readonly string[] {
  return alarm > ALARM ? [] : farLines(scores);
}

/** What the answer rests on besides the records: how many draws speak, and what of the process is given. */
function evidenceLines({ priors, head }: Answer['library'], given: Answer['given']): readonly string[] {
  const open = switchesOf(priors).filter(({ name }) => !given.some((own) => own.name === name));
  return [
    `${head.options.draws} draws, each with the same weight: the effective number of draws is ${head.options.draws}.`,
    ...(given.length === 0 ? [] : [`Given: ${givenText(given)}.`]),
    ...(open.length === 0 ? [] : [`Drawn, not fitted: ${open.map(switchText).join('; ')}.`, 'Say what is known of these: --given "NAME=VALUE".']), // prettier-ignore
  ];
}
