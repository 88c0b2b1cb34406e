import { DATES } from '../regulation/parameters.ts';
import type { Clause } from './clause.ts';

export const gt01: Clause = {
  category: 'gt01',
  clause: '18.6',
  title: 'Consistent GT01 Check Failure',
  text: 'three migration attempts, each in separate weeks, failed the GT01 check (Dormant gas meter), or the Responsible Supplier instructs (Active)',
  sources: ['various1.q8'],
  decidedBy: 'count or supplier',
  kind182: ['a'],
  excludes: 'gsme',
  cohorts: ['IOC', 'MOC_Secure'],
  dormancy: 'gsmeRoutes',
  creditCohorts: ['IOC'],
  shows: {
    type: 'count',
    kind: 'migration',
    outcomes: ['GT01'],
    exceptTable510: false,
    separation: 'week',
    atLeast: 3,
  },
  inForceFrom: DATES.redesignationProposed.date,
};
