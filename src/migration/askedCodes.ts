import { errorCode, familyCodes, type FamilyId } from './errorCodes.ts';
import type { Observation } from './observations.ts';
import type { StepId } from './steps.ts';

/**
 * The aspects of a device that a step may ask for when it fails. `other` stands for an aspect that the catalogue has no
 * word for.
 */
export const ASPECTS = [
  'clock',
  'firmware',
  'registers',
  'switch',
  'tariff',
  'log',
  'signal',
  'mirror',
  'keys',
  'time',
  'schedule',
  'other',
] as const;
export type Aspect = (typeof ASPECTS)[number];

export interface Asked {
  readonly device: 'chf' | 'esme' | 'gsme';
  readonly aspect: Aspect;
}

/** The catalogue's subjects of device tests, by device and aspect. */
const TESTED: Readonly<Record<Asked['device'], Partial<Record<Aspect, string>>>> = {
  esme: {
    clock: 'ESME clock',
    firmware: 'ESME firmware',
    registers: 'ESME register set',
    switch: 'ESME load switch',
    tariff: 'ESME tariff table',
    log: 'ESME event log',
  },
  gsme: {
    clock: 'GSME clock',
    firmware: 'GSME firmware',
    registers: 'GSME register set',
    switch: 'GSME valve',
    tariff: 'GSME tariff table',
  },
  chf: {
    clock: 'CHF clock',
    firmware: 'CHF firmware',
    signal: 'CHF signal strength',
    log: 'CHF device log',
    mirror: 'CHF mirror',
  },
};
const KEY_SUBJECTS: Readonly<Record<Asked['device'], string>> = { chf: 'CHF Master Key', esme: 'ESME key', gsme: 'GSME key' }; // prettier-ignore

/**
 * The synthetic code that describes a failed request, for a failure that the plan did not choose. It is undefined if
 * the step has no choice of codes for the observation (one real code, or the system's family).
 */
export function codeOfAsked(step: StepId, observation: Observation, { device, aspect }: Asked): string | undefined {
  const name = device.toUpperCase();
  const isSilent = observation === 'noAnswer';
  if (step === 'deviceState' && (isSilent || observation === 'refused')) {
    const reason = isSilent ? 'no answer' : 'refused';
    const subject = TESTED[device][aspect];
    return subject === undefined
      ? codeOf('deviceOther', `${name}: ${reason}`)
      : codeOf(isSilent ? 'deviceSilent' : 'deviceRefused', `${subject}: ${reason}`);
  }
  if (step === 'rotateKeys' && observation === 'wrongKey') return codeOf('keyWrong', `${KEY_SUBJECTS[device]}: does not unwrap`); // prettier-ignore
  if ((step === 'rotateKeys' || step === 'commission') && (isSilent || observation === 'refused')) {
    const subject = step === 'rotateKeys' ? `${name} credentials` : (COMMISSIONED[aspect] ?? `${name} configuration`);
    return codeOf(isSilent ? 'commissioningSilent' : 'commissioningRefused', `${subject}: ${isSilent ? 'no answer' : 'refused'}`); // prettier-ignore
  }
  return undefined;
}

const COMMISSIONED: Partial<Record<Aspect, string>> = { time: 'time synchronisation', schedule: 'schedule write' };

/** The system's code for a failed carrier, driver or process on our side. */
export function codeOfOurSide(): string | undefined {
  return codeOf('system', 'SMSO interface: service unavailable');
}

function codeOf(family: FamilyId, meaning: string): string | undefined {
  return familyCodes(family).find((code) => errorCode(code)?.meaning === meaning);
}
