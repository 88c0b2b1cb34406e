import type { SourceId } from '../regulation/sources.ts';
import { spanWords } from '../time.ts';

/** The phases of a migration; preparation precedes them (clause 4.26). */
export const PHASES = ['preparation', 'dataValidation', 'deviceTesting', 'commissioning'] as const;
export type Phase = (typeof PHASES)[number];

/** The windows of the checks, by the names that a rule set uses. */
export type WindowName = 'wanWindowSeconds' | 'gt01WindowSeconds';

/** One error code. Only MA110, MA112 and GT01 are real. Every other code is ours and is marked `synthetic`. */
export interface ErrorCode {
  readonly code: string;
  readonly phase: Phase;
  /** The family of the code, or null. A fault model picks one code of a family for each installation. */
  readonly family: FamilyId | null;
  /** The window of the check that fails with this code; null if there is none. */
  readonly window: WindowName | null;
  /** The meaning in words. `{window}` stands for the length of the window in force at the attempt; see `meaningOf`. */
  readonly meaning: string;
  /** True if the code is in Table 5.10 (fixable data errors). The real list is not public: ours is synthetic. */
  readonly table510: boolean;
  readonly synthetic: boolean;
  readonly source: SourceId;
}

/** A family of codes for one kind of step: one code for each subject and reason. All are synthetic. */
interface Family {
  readonly prefix: string;
  readonly phase: Phase;
  readonly table510: boolean;
  readonly subjects: readonly string[];
  readonly reasons: readonly string[];
}

const RECORD_FIELDS = [
  'MPAN', 'MPRN', 'postcode', 'ESME device identifier', 'GSME device identifier', 'CHF device identifier',
  'ESME model', 'GSME model', 'CHF model', 'ESME firmware version', 'GSME firmware version', 'CHF firmware version',
  'electricity supplier identifier', 'gas supplier identifier', 'electricity payment mode', 'gas payment mode',
  'tariff', 'price', 'debt setting', 'export MPAN', 'SIM identifier', 'GroupID', 'display identifier', 'profile class',
] as const; // prettier-ignore

const DEVICE_TESTS = [
  'ESME clock', 'ESME firmware', 'ESME register set', 'ESME load switch', 'ESME tariff table', 'ESME event log',
  'GSME clock', 'GSME firmware', 'GSME register set', 'GSME valve', 'GSME tariff table', 'GSME battery',
  'CHF clock', 'CHF firmware', 'CHF signal strength', 'CHF device log', 'CHF mirror', 'CHF storage',
  'PPMID join', 'IHD join',
] as const; // prettier-ignore

const COMMISSIONING = [
  'CHF credentials', 'ESME credentials', 'GSME credentials', 'ESME configuration', 'GSME configuration',
  'CHF configuration', 'access control', 'time synchronisation', 'tariff write', 'schedule write', 'inventory entry',
  'certificate binding', 'network access', 'final read', 'SMSO release', 'acknowledgement',
] as const; // prettier-ignore

export const FAMILIES = {
  preparation: {
    prefix: 'SYN-PR',
    phase: 'preparation',
    table510: false,
    subjects: ['firmware image', 'configuration', 'device inventory', 'SMSO work order'],
    reasons: ['not accepted', 'incomplete', 'verification failed'],
  },
  dataFixable: {
    prefix: 'SYN-DF',
    phase: 'dataValidation',
    table510: true,
    subjects: RECORD_FIELDS,
    reasons: ['missing', 'malformed', 'not matching the registration'],
  },
  dataOther: {
    prefix: 'SYN-DO',
    phase: 'dataValidation',
    table510: false,
    subjects: RECORD_FIELDS,
    reasons: ['duplicated elsewhere', 'not permitted in the cohort'],
  },
  display: {
    prefix: 'SYN-DD',
    phase: 'dataValidation',
    table510: false,
    subjects: ['PPMID', 'IHD'],
    reasons: ['outside the definition', 'unknown model'],
  },
  system: {
    prefix: 'SYN-SY',
    phase: 'dataValidation',
    table510: false,
    subjects: ['request', 'response', 'authorisation', 'queue', 'SMSO interface', 'key store'],
    reasons: ['service unavailable', 'timed out'],
  },
  deviceSilent: {
    prefix: 'SYN-TN',
    phase: 'deviceTesting',
    table510: false,
    subjects: DEVICE_TESTS,
    reasons: ['no answer', 'answer cut short', 'answer too late'],
  },
  deviceRefused: {
    prefix: 'SYN-TR',
    phase: 'deviceTesting',
    table510: false,
    subjects: DEVICE_TESTS,
    reasons: ['refused', 'unexpected value', 'not supported'],
  },
  deviceOther: {
    prefix: 'SYN-TD',
    phase: 'deviceTesting',
    table510: false,
    subjects: ['CHF', 'ESME', 'GSME'],
    reasons: ['no answer', 'refused'],
  },
  keyWrong: {
    prefix: 'SYN-KW',
    phase: 'commissioning',
    table510: false,
    subjects: ['CHF Master Key', 'ESME key', 'GSME key'],
    reasons: ['does not unwrap', 'verification failed'],
  },
  commissioningSilent: {
    prefix: 'SYN-CN',
    phase: 'commissioning',
    table510: false,
    subjects: COMMISSIONING,
    reasons: ['no answer', 'answer cut short', 'answer too late'],
  },
  commissioningRefused: {
    prefix: 'SYN-CR',
    phase: 'commissioning',
    table510: false,
    subjects: COMMISSIONING,
    reasons: ['refused', 'unexpected state', 'not permitted'],
  },
} as const satisfies Record<string, Family>;

export type FamilyId = keyof typeof FAMILIES;

const REAL: readonly ErrorCode[] = [
  {
    code: 'MA110',
    phase: 'dataValidation',
    family: null,
    window: null,
    meaning: 'the installation matches no EPCL entry',
    table510: false,
    synthetic: false,
    source: 'dccPages',
  },
  {
    code: 'MA112',
    phase: 'deviceTesting',
    family: null,
    window: 'wanWindowSeconds',
    meaning: 'no WAN communication within the previous {window} (5.12(c))',
    table510: false,
    synthetic: false,
    source: 'various1.q4',
  },
  {
    code: 'GT01',
    phase: 'deviceTesting',
    family: null,
    window: 'gt01WindowSeconds',
    meaning: 'no HAN communication with the gas meter within the previous {window}',
    table510: false,
    synthetic: false,
    source: 'various1.q8',
  },
];

function codesOfFamily(family: FamilyId): ErrorCode[] {
  const { prefix, phase, table510, subjects, reasons } = FAMILIES[family];
  return subjects.flatMap((subject, s) =>
    reasons.map((reason, r) => ({
      code: `${prefix}${String(s * reasons.length + r + 1).padStart(2, '0')}`,
      phase,
      family,
      window: null,
      meaning: `${subject}: ${reason}`,
      table510,
      synthetic: true,
      source: 'ourAssumption' as const,
    })),
  );
}

/**
 * The catalogue: three real codes and families of synthetic ones. There are about 400 together, the number that the
 * briefing gives.
 */
export const ERROR_CODES: readonly ErrorCode[] = [
  ...REAL,
  ...(Object.keys(FAMILIES) as FamilyId[]).flatMap(codesOfFamily),
];

const BY_CODE: ReadonlyMap<string, ErrorCode> = new Map(ERROR_CODES.map((row) => [row.code, row]));

/**
 * The row of a code in the catalogue; undefined for a code that it does not list. Such a code is carried as `unlisted`
 * and never dropped.
 */
export function errorCode(code: string): ErrorCode | undefined {
  return BY_CODE.get(code);
}

/** The meaning of a code, with the lengths of the windows filled in. */
export function meaningOf(row: ErrorCode, windowSeconds: (name: WindowName) => number): string {
  return row.window === null ? row.meaning : row.meaning.replace('{window}', spanWords(windowSeconds(row.window)));
}

/** The default of `table_5_10` where a record leaves it empty. It is false for an unlisted code. */
export function isTable510(code: string): boolean {
  return BY_CODE.get(code)?.table510 ?? false;
}

/** The codes of a family, in order. */
export function familyCodes(family: FamilyId): readonly string[] {
  return ERROR_CODES.filter((row) => row.family === family).map((row) => row.code);
}
