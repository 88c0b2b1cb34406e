import type { Cohort } from '../installation/cohort.ts';
import type { CheckId } from './checks.ts';
import type { FamilyId, Phase } from './errorCodes.ts';
import type { Observation } from './observations.ts';

export const STEP_IDS = [
  'requestAccepted',
  'epclMatch',
  'displayDevices',
  'installationData',
  'wanRecent',
  'hanRecent',
  'deviceState',
  'rotateKeys',
  'commission',
] as const;

/** The id of a step of a migration attempt. The ids are in the order in which steps are taken. */
export type StepId = (typeof STEP_IDS)[number];

/**
 * The code that a step's failure carries: one code, or one of a family. The active fault decides which one of a family.
 */
export type CodeOf = { readonly code: string } | { readonly family: FamilyId };

/**
 * One step of a migration attempt. An observation that is not in `codes` cannot be made at the step, and is refused.
 */
export interface Step {
  readonly id: StepId;
  readonly phase: Phase;
  readonly meaning: string;
  readonly check?: CheckId;
  readonly codes: Partial<Record<Observation, CodeOf>>;
  /** True if the step is skipped when there is no GSME and when the ESME is migrated alone. */
  readonly needsGsme?: boolean;
}

const SYSTEM = { systemFault: { family: 'system' } } as const;

/**
 * The steps of a migration attempt by id: the phase, the check, and the code for each observation that the step can
 * make.
 */
export const STEPS: Readonly<Record<StepId, Step>> = {
  requestAccepted: {
    id: 'requestAccepted',
    phase: 'dataValidation',
    meaning: 'the request reaches the SMSO and is taken up',
    codes: { ...SYSTEM },
  },
  epclMatch: {
    id: 'epclMatch',
    phase: 'dataValidation',
    meaning: 'the installation matches an EPCL entry',
    check: 'epclEntered',
    codes: { unmatched: { code: 'MA110' }, ...SYSTEM },
  },
  displayDevices: {
    id: 'displayDevices',
    phase: 'dataValidation',
    meaning: 'in-home displays meet the definition',
    check: 'displaysDefined',
    codes: { badData: { family: 'display' }, ...SYSTEM },
  },
  installationData: {
    id: 'installationData',
    phase: 'dataValidation',
    meaning: 'the data that SMSO and suppliers gave agree (fixable ones: Table 5.10)',
    codes: { badData: { family: 'dataFixable' }, refused: { family: 'dataOther' }, ...SYSTEM },
  },
  wanRecent: {
    id: 'wanRecent',
    phase: 'deviceTesting',
    meaning: 'WAN contact within the window (5.12(c))',
    check: 'wanRecent',
    codes: { stale: { code: 'MA112' }, noAnswer: { code: 'MA112' }, ...SYSTEM },
  },
  hanRecent: {
    id: 'hanRecent',
    phase: 'deviceTesting',
    meaning: 'HAN communication with the gas meter within the window',
    check: 'hanRecent',
    codes: { stale: { code: 'GT01' }, noAnswer: { code: 'GT01' }, ...SYSTEM },
    needsGsme: true,
  },
  deviceState: {
    id: 'deviceState',
    phase: 'deviceTesting',
    meaning: 'devices answer and are in the state that migration needs',
    codes: { noAnswer: { family: 'deviceSilent' }, refused: { family: 'deviceRefused' }, ...SYSTEM },
  },
  rotateKeys: {
    id: 'rotateKeys',
    phase: 'commissioning',
    meaning: 'the keys are rotated with the Master Key, which shuts the SMSO out',
    codes: {
      wrongKey: { family: 'keyWrong' },
      noAnswer: { family: 'commissioningSilent' },
      refused: { family: 'commissioningRefused' },
      ...SYSTEM,
    },
  },
  commission: {
    id: 'commission',
    phase: 'commissioning',
    meaning: 'the devices are configured and commissioned under the DCC',
    codes: { noAnswer: { family: 'commissioningSilent' }, refused: { family: 'commissioningRefused' }, ...SYSTEM },
  },
};

/**
 * The steps of each cohort, in order. The briefing says that the WAN check follows firmware and configuration; the rest
 * of the order is our assumption. MOC (Secure) checks the EPCL from February 2022 only (`EPCL_CHECK`).
 */
export const STEPS_OF_COHORT: Readonly<Record<Cohort, readonly StepId[]>> = {
  IOC: STEP_IDS,
  MOC_MDS: STEP_IDS,
  MOC_Secure: STEP_IDS,
  FOC: STEP_IDS,
};

/** All codes that a failure may carry. A fault picks one by its position in this order. */
export function codesOf(of: CodeOf, familyCodes: (family: FamilyId) => readonly string[]): readonly string[] {
  return 'code' in of ? [of.code] : familyCodes(of.family);
}
