import { DATES } from '../regulation/parameters.ts';
import type { Clause } from './clause.ts';

export const masterKey: Clause = {
  category: 'master-key',
  clause: '18.4',
  title: 'Master Key Errors',
  text: 'DCC has taken all reasonable steps to obtain the Master Key for the CHF and is unable to obtain the correct one',
  sources: ['various1.q2'],
  decidedBy: 'DCC',
  kind182: ['b'],
  excludes: 'installation',
  cohorts: ['IOC', 'MOC_MDS'],
  dormancy: 'solelyDormant',
  creditCohorts: [],
  shows: {
    type: 'standing',
    family: ['master-key-unobtainable', 'master-key-obtained'],
    holds: 'master-key-unobtainable',
  },
  inForceFrom: DATES.redesignationProposed.date,
};
