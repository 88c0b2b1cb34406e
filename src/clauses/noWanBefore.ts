import { NO_WAN } from '../migration/history.ts';
import { DATES } from '../regulation/parameters.ts';
import type { Clause } from './clause.ts';

// It counts DCC's instructions to the SMSO, not the SMSO's tries, and has no rule of weeks.
export const noWanBefore: Clause = {
  category: 'no-wan-before',
  clause: '18.7',
  title: 'No WAN Before Migration Attempted',
  text: 'the steps in Clause 4.26 have failed at least three times due to no WAN, on three separate instructions to the SMSO',
  sources: ['various1.q3'],
  decidedBy: 'count',
  kind182: ['b'],
  excludes: 'installation',
  cohorts: ['IOC'],
  dormancy: 'dormantMeters',
  creditCohorts: [],
  shows: {
    type: 'count',
    kind: 'instruction',
    outcomes: [NO_WAN],
    exceptTable510: false,
    separation: 'none',
    atLeast: 3,
  },
  inForceFrom: DATES.redesignationProposed.date,
};
