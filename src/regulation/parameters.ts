import type { Cohort } from '../installation/cohort.ts';
import { DAY, HOUR } from '../time.ts';
import { dated, type Dated } from './dated.ts';
import type { SourceId } from './sources.ts';

/** The day that Various 1 proposes for the re-designation of the exclusions and of the expiry (Q11, Q12). */
const REDESIGNATION = '2021-12-07';

/** Every regulated number, with its dates and sources. What-ifs of a scenario amend a copy (`amend.ts`). */
export const PARAMETERS = {
  /** The greatest age of the last WAN contact with which a migration attempt passes, in seconds. TMAD 5.12(c). */
  wanWindowSeconds: dated([
    // Earlier histories take the value of the regime.
    { from: '2012-01-01', value: 7 * DAY, source: 'ourAssumption' },
    {
      from: '2021-02-01',
      value: 7 * DAY,
      source: 'various1.q4',
      ours: 'that the check began with the regime, and the day',
    },
  ]),
  /** The greatest age of the last HAN contact with the GSME, in seconds. The window before 4 Nov 2021 is not public. */
  gt01WindowSeconds: dated([
    { from: '2012-01-01', value: 72 * HOUR, source: 'ourAssumption' },
    { from: '2021-11-04', value: 72 * HOUR, source: 'various1.q8', ours: 'that 72 hours is the new value' },
  ]),
  /**
   * The last London day on which the TMAD applies: the date that stood first, then the date that Various 1 proposes. The
   * first row begins where histories may begin.
   */
  tmadExpiry: dated([
    { from: '2012-01-01', value: '2021-12-31', source: 'various1.q10' },
    { from: REDESIGNATION, value: '2022-12-31', source: 'various1.q12' },
  ]),
} as const;

const CHECKED_FROM_THE_START = dated([
  { from: '2012-01-01', value: true, source: 'dccPages', ours: 'that the check is as old as the migration' },
]);

/**
 * True if an attempt of a cohort must match an EPCL entry (MA110). MOC (Secure) requires it from February 2022 only.
 * Every other cohort requires it from the start of its migration.
 */
export const EPCL_CHECK: Readonly<Record<Cohort, Dated<boolean>>> = {
  IOC: CHECKED_FROM_THE_START,
  MOC_MDS: CHECKED_FROM_THE_START,
  MOC_Secure: dated([
    { from: '2012-01-01', value: false, source: 'dccPages' },
    { from: '2022-02-01', value: true, source: 'dccPages', ours: 'the day of the month' },
  ]),
  FOC: CHECKED_FROM_THE_START,
};

const VARIED = {
  from: '2021-08-01',
  source: 'various1.q9',
  ours: 'the month and the day; the source says summer 2021',
} as const;

/**
 * The date from which the varied SMETS1 PPMID definition admits in-home displays, per cohort. It is summer 2021 for all
 * cohorts but FOC, where the variation is not pursued (Various 1, Q9). Null means never.
 */
export const DISPLAY_DEFINITION_VARIED = {
  IOC: VARIED,
  MOC_MDS: VARIED,
  MOC_Secure: VARIED,
  FOC: { from: null, source: 'various1.q9' },
} as const satisfies Record<
  Cohort,
  { readonly from: string | null; readonly source: SourceId; readonly ours?: string }
>;

/** A single date and its source. */
export interface DatedFact {
  readonly date: string;
  readonly source: SourceId;
  /** What of the date no source says. */
  readonly ours?: string;
}

/** Single dates on which the regime depends (London dates). */
export const DATES = {
  /**
   * The date on which BEIS introduced the TMAD regime of unblocking and exclusion.
   */
  regimeBegins: { date: '2021-02-01', source: 'various1.background', ours: 'the day of the month' },
  mehrsRevision: { date: '2021-10-12', source: 'dccPages' },
  gt01WindowChanges: { date: '2021-11-04', source: 'various1.q8' },
  briefing: { date: '2021-11-03', source: 'various1' },
  consultationCloses: { date: '2021-11-12', source: 'various1' },
  redesignationProposed: { date: REDESIGNATION, source: 'various1.q11' },
  finalEpclEntries: {
    date: '2021-12-24',
    source: 'various1.q10',
    ours: 'the day; the source says before Christmas 2021',
  },
  /** The last day for the replacement of an excluded installation with SMETS2+. */
  smets2Deadline: { date: '2022-12-31', source: 'various1.background' },
} as const satisfies Record<string, DatedFact>;
