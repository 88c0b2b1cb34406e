import { DATES } from '../regulation/parameters.ts';
import type { Clause } from './clause.ts';

export const noWanAttempting: Clause = {
  category: 'no-wan-attempting',
  clause: '18.8',
  title: 'No WAN Attempting Migration',
  text: 'Migration has failed at least three times in separate weeks due to no WAN (MA112, check in Clause 5.12(c))',
  sources: ['various1.q4'],
  decidedBy: 'count',
  kind182: ['b'],
  excludes: 'installation',
  cohorts: ['IOC', 'MOC_MDS'],
  dormancy: 'dormantMeters',
  creditCohorts: [],
  shows: {
    type: 'count',
    kind: 'migration',
    outcomes: ['MA112'],
    exceptTable510: false,
    separation: 'week',
    atLeast: 3,
  },
  inForceFrom: DATES.redesignationProposed.date,
};
