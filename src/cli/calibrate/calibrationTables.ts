import { column } from '../../interchange/table/tableTypes.ts';

/** The files of a calibration and their columns. */
export const CALIBRATION_TABLES = {
  'parameters.csv': [
    column('parameter', 'text', 'name in the file of priors'),
    column('paths', 'text', 'what it sets in the scenario, joined by spaces'),
    column('scenario', 'text', "the scenario's own value; empty where the paths differ"),
    column('p05', 'text', '5 % of the posterior lie below; where paths move together: a ratio'),
    column('p50', 'text', 'its middle'),
    column('p95', 'text', '95 % lie below'),
    column('at05', 'double', 'the same three within the prior: 0 is its lower end, 1 its upper end'),
    column('at50', 'double', 'the middle'),
    column('at95', 'double', '95 %'),
    column('narrower', 'double', 'how much narrower the middle 90 % are than those of the prior'),
    column('explained', 'double', "share of the prior's variance that the data take away (normal scores)"),
    column('verdict', 'text', 'identified (at least 0.5 narrower), weakly (0.2), not identified'),
    column('at_edge', 'text', 'yes: the middle lies in the last twentieth of the prior, which may be too narrow'),
    column('chances', 'text', 'chance of each value, where the prior lists values'),
  ],
  'data.csv': [
    column('kind', 'text', 'line (a published volume) or summary (a share of the histories)'),
    column('name', 'text', 'category/cohorts of a line; words of a summary'),
    column('seen', 'double', 'the published count, or the share in the histories'),
    column('low', 'double', 'lower end of what a line was rounded from'),
    column('high', 'double', 'upper end'),
    column('prior05', 'double', 'over the priors: 5 % of the draws lie below'),
    column('prior50', 'double', 'the middle draw'),
    column('prior95', 'double', '95 % lie below'),
    column('after05', 'double', 'a line after all data: 5 %'),
    column('after50', 'double', 'the middle'),
    column('after95', 'double', '95 %'),
    column('others05', 'double', 'a line as all other data give it: 5 %'),
    column('others50', 'double', 'the middle'),
    column('others95', 'double', '95 %'),
    column('z', 'double', 'a summary: standard deviations from the middle of the library'),
    column('tail', 'double', 'twice the share of draws beyond what was seen'),
    column('conflict', 'text', 'yes: a tail below 0.05 of a line, or a z beyond 4 of a summary'),
  ],
  'draws.csv': [
    column('draw', 'int32', 'number of the draw, from 0'),
    column('run', 'int32', 'number of the run of that draw, from 0'),
    column('weight', 'double', 'its weight after the data; all sum to 1'),
  ],
  'posterior.csv': [
    column('draw', 'int32', 'number of the draw, from 0'),
    column('run', 'int32', 'number of the run of that draw, from 0'),
    column('weight', 'double', 'as in draws.csv'),
    column('parameter', 'text', 'name in the file of priors'),
    column('drawn', 'text', 'its value as drawn from the prior'),
    column('moved', 'text', 'its value moved to where the data are'),
  ],
} as const;

export type CalibrationTable = keyof typeof CALIBRATION_TABLES;
