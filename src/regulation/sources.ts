/**
 * The standing of a fact: it comes from the briefing, from another public primary page, from the press, or from us
 * (src/docs/domain.md).
 */
export type Standing = 'briefing' | 'primary' | 'press' | 'ours';

export interface Source {
  readonly standing: Standing;
  readonly title: string;
  /**
   * Sentences of the source, or parts of one, word for word. Nothing else of the source stands in quotation marks: every
   * other wording is ours (`test/src/regulation/quotations.test.ts`).
   */
  readonly quotes?: readonly string[];
  /** Doubts and conflicts, in words. */
  readonly note?: string;
}

/** The bibliography. A citation anywhere in the bench is a key of this table. */
export const SOURCES = {
  'various1': { standing: 'briefing', title: 'SMETS1 Consultation - Various 1, Stakeholder Briefing, 3 November 2021' },
  'various1.background': {
    standing: 'briefing',
    title: 'Various 1, Background to Maximising Migrations',
    quotes: [
      'In February 2021, BEIS introduced a TMAD regime for DCC to address these issues',
      'replacement with SMETS2+ by 31 December 2022',
    ],
  },
  'various1.q1': {
    standing: 'briefing',
    title: 'Various 1, Process Amendments and Q1 (Clauses 1.5, 1.6, 1.7, 1.9, 3.15(g), 18.1-18.3)',
    quotes: [
      'Smart Metering System not to be enrolled – TMAD 18.2 (a)',
      'SMETS1 Installation not to be migrated – TMAD 18.2 (b)',
      "Don't need to pursue an entry on the EPCL – TMAD 18.2 (c)",
    ],
  },
  'various1.q2': {
    standing: 'briefing',
    title: 'Various 1, Q2 (Clause 18.4, Master Key Errors)',
    quotes: [
      'exclude solely Dormant SMETS1 Installations from the scope of Migration where DCC has taken all reasonable steps to obtain the Master Key for the CHF',
    ],
    note: 'The slide on Uneconomic to Test prints Clause 18.4 as well; its question, Q7, says 18.5, and we follow that.',
  },
  'various1.q3': {
    standing: 'briefing',
    title: 'Various 1, Q3 (Clause 18.7, No WAN Before Migration Attempted; steps in Clause 4.26)',
    quotes: [
      'where the steps in Clause 4.26 (to upgrade and/or reconfigure Dormant Meters and associated Devices) have failed at least three times due to no WAN',
      'three separate instructions to the SMETS1 SMSO demonstrates persistent failure',
    ],
  },
  'various1.q4': {
    standing: 'briefing',
    title: 'Various 1, Q4 (Clause 18.8, No WAN Attempting Migration; check in Clause 5.12(c), MA112)',
    quotes: [
      'where Migration has failed at least three times in separate weeks due to no WAN',
      'Clause 5.12 (c) of the TMAD checks for WAN communication in the previous seven days during Migration (MA112 error code in the MEHRS)',
      'containing only Dormant Meters',
    ],
  },
  'various1.q5': {
    standing: 'briefing',
    title: 'Various 1, Q5 (Clause 18.9, Five Retries Attempting Migration; Table 5.10)',
    quotes: [
      'where migration has failed at least five times in separate weeks',
      'five migration attempts each in separate weeks demonstrates persistent failure based on experience to date (except for Table 5.10 errors)',
      'with Dormant Meters',
    ],
  },
  'various1.q7': {
    standing: 'briefing',
    title: 'Various 1, Q6 and Q7 (Clause 18.5, Uneconomic to Test; SVTAD 20.7)',
    quotes: [
      'where it is decided by the Secretary of State that it is uneconomic to undertake the DMCT Process, subject to the Secretary of State not directing otherwise',
      'Across IOC and FOC, 63 SMETS1 Installations',
    ],
    note: 'The slide prints Clause 18.4, the question 18.5; with 18.5 the numbers run 18.4 to 18.9 without a gap. Both citations are kept.',
  },
  'various1.q8': {
    standing: 'briefing',
    title: 'Various 1, Q8 (Clauses 5.8B-5.8E and 18.6, Consistent GT01 Check Failure)',
    quotes: [
      'GT01 check is for HAN communication with the gas meter in previous 72 hours (changing from 4 November 2021)',
      'Proposal is to migrate only the electricity meter and exclude the gas meter',
      "For IOC check that payment mode is 'credit' is made but not needed for MOC (Secure)",
      'For Dormant Meters, DCC propose three migration attempts, each in separate weeks demonstrates persistent failure of the gas meter communications',
      'For Active Meters, Responsible Supplier to decide when to exclude the gas meter',
    ],
    note: 'Whether 72 hours is the new value of the check or the old one is not said.',
  },
  'various1.q9': { standing: 'briefing', title: 'Various 1, Q9 (SMETS1 PPMID definition for FOC, GroupID EA and EB)' },
  'various1.q10': {
    standing: 'briefing',
    title: 'Various 1, Q10 (TMAD expiry date)',
    quotes: [
      'The current TMAD expiry date is set to 31 December 2021',
      'Final EPCL entries due before Christmas 2021',
      'DCC proposes changing the expiry date to 31 December 2022',
    ],
  },
  'various1.q11': { standing: 'briefing', title: 'Various 1, Q11 (re-designation of the exclusions, 7 December 2021)' },
  'various1.q12': {
    standing: 'briefing',
    title: 'Various 1, Q12 (re-designation of the expiry date, 7 December 2021)',
  },
  'dccPages': {
    standing: 'primary',
    title: 'DCC public pages on SMETS1 migration (phases, MEHRS revisions, MA110, expiry dates)',
  },
  'msm': {
    standing: 'primary',
    title: 'Migration Scaling Methodology (DMIN = 100 installations a day in the flat allocation)',
  },
  'press': { standing: 'press', title: 'Press and vendor pages, listed with their figures in scenarios/data' },
  'bst': { standing: 'primary', title: 'The Summer Time Order 2002 (SI 2002/262)' },
  'design': { standing: 'ours', title: "The bench's design: what a verdict means, section by section" },
  'ourInference': { standing: 'ours', title: 'Our inference: no source says it' },
  'ourReading': { standing: 'ours', title: 'Our reading of an ambiguous text' },
  'greenBook': {
    standing: 'primary',
    title:
      'DLMS UA Green Book (DLMS/COSEM architecture and protocols), 9.2.3.3, 9.2.5.4, Table 20: keys of security suite 0',
    note: 'A stand-in: no source says that SMETS1 devices use security suite 0.',
  },
  'rfc3394': { standing: 'primary', title: 'RFC 3394, AES Key Wrap Algorithm' },
  'osgp': {
    standing: 'primary',
    title: 'Open Smart Grid Platform (GXF), protocol-adapter-dlms: replacing and recovering the keys of a meter',
  },
  'ourAssumption': { standing: 'ours', title: 'Our assumption' },
} as const satisfies Record<string, Source>;

/** The id of a source in `SOURCES`, as citations use it. */
export type SourceId = keyof typeof SOURCES;
