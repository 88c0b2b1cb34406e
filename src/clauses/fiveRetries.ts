import { DATES } from '../regulation/parameters.ts';
import type { Clause } from './clause.ts';

// The title says retries; what counts is attempts.
export const fiveRetries: Clause = {
  category: 'five-retries',
  clause: '18.9',
  title: 'Five Retries Attempting Migration',
  text: 'migration has failed at least five times in separate weeks, Table 5.10 errors not counted',
  sources: ['various1.q5'],
  decidedBy: 'count',
  kind182: ['b'],
  excludes: 'installation',
  cohorts: ['IOC', 'MOC_MDS', 'MOC_Secure'],
  dormancy: 'dormantMeters',
  creditCohorts: [],
  shows: {
    type: 'count',
    kind: 'migration',
    outcomes: 'anyFailure',
    exceptTable510: true,
    separation: 'week',
    atLeast: 5,
  },
  inForceFrom: DATES.redesignationProposed.date,
};
