/** The migration cohorts of the briefing; `MOC (MDS)` and `MOC (Secure)` as the records spell them (src/docs/records.md). */
export const COHORTS = ['IOC', 'MOC_MDS', 'MOC_Secure', 'FOC'] as const;

/** A migration cohort: `IOC`, `MOC_MDS`, `MOC_Secure` or `FOC` (Various 1). */
export type Cohort = (typeof COHORTS)[number];

/** GroupIDs whose cohort the briefing confirms (Various 1, PPMID slide). Others are not public. */
export const COHORT_OF_GROUP_ID: Readonly<Record<string, Cohort>> = { EA: 'FOC', EB: 'FOC' };

/** The words in which the briefing prints a cohort. */
export const COHORT_LABELS: Readonly<Record<Cohort, string>> = {
  IOC: 'IOC',
  MOC_MDS: 'MOC (MDS)',
  MOC_Secure: 'MOC (Secure)',
  FOC: 'FOC',
};
