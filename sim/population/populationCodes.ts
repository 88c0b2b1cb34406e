/** Numbers of populations (see src/exclusion/engine/engineCodes.ts for what such a file is). */
import { COHORTS } from '../../src/installation/cohort.ts';
import { AREA_MAX, AREA_MIN } from '../../src/installation/identifiers.ts';

export const AREAS = AREA_MAX - AREA_MIN + 1;
export const COHORT_COUNT = COHORTS.length;
