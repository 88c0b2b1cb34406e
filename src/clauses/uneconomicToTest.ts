import { DATES } from '../regulation/parameters.ts';
import type { Clause } from './clause.ts';

// The slide before the question prints Clause 18.4 for the same category; see the note of the source.
export const uneconomicToTest: Clause = {
  category: 'uneconomic-to-test',
  clause: '18.5',
  title: 'Uneconomic to Test',
  text: 'the Secretary of State decides that testing the DMC under the DMCT Process is uneconomic, and does not direct otherwise',
  sources: ['various1.q7'],
  decidedBy: 'Secretary of State',
  kind182: ['b', 'c'],
  excludes: 'installation',
  // From the line of the envisaged impact, not from a scope: the reading `uneconomicCohorts` widens it.
  cohorts: ['IOC', 'FOC'],
  dormancy: 'any',
  creditCohorts: [],
  shows: { type: 'standing', family: ['sos-uneconomic', 'sos-direct-otherwise'], holds: 'sos-uneconomic' },
  inForceFrom: DATES.redesignationProposed.date,
};
