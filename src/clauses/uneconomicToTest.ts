import { DATES } from '../regulation/parameters.ts';
import type { Clause } from './clause.ts';

// "...exclude SMETS1 Installations where it is decided by the Secretary of State that it is uneconomic to undertake the
// DMCT Process, subject to the Secretary of State not directing otherwise, as captured by Clause 18.5 of the TMAD"
// - Various 1, Q7. The slide before it prints Clause 18.4 for the same category; see the source's note.
export const uneconomicToTest: Clause = {
  category: 'uneconomic-to-test',
  clause: '18.5',
  title: 'Uneconomic to Test',
  text: 'the Secretary of State decides that testing the DMC under the DMCT Process is uneconomic, and does not direct otherwise',
  sources: ['various1.q7'],
  decidedBy: 'Secretary of State',
  kind182: ['b', 'c'],
  excludes: 'installation',
  // From the impact line "Across IOC and FOC", not from a scope: the reading `uneconomicCohorts` widens it.
  cohorts: ['IOC', 'FOC'],
  dormancy: 'any',
  creditCohorts: [],
  shows: { type: 'standing', family: ['sos-uneconomic', 'sos-direct-otherwise'], holds: 'sos-uneconomic' },
  inForceFrom: DATES.redesignationProposed.date,
};
