/**
 * Turns an effect, decided in the world, into events: frames that do not arrive, a device that refuses, a wrong Master
 * Key, or a desk that sends bad data or does not serve. A test verifies for every step and effect:
 * observe(realise(effect)) = OBSERVATION_OF_EFFECT[effect].
 */
import { assert } from '../../src/assert.ts';
import { OBSERVATION_OF_EFFECT, type Effect } from '../../src/migration/observations.ts';
import { STEPS, type StepId } from '../../src/migration/steps.ts';
import { CLEAR, fromFrame, SILENCES, type LinkCondition, type Silenced, type SilenceName } from './condition.ts';

/** The behaviour of the SMSO's desk: it serves, gives data that disagree, refuses to give data, or does not answer. */
export type DeskCondition = 'serves' | 'badData' | 'refuses' | 'unavailable';

/** All changes that the world makes to an installation during a step. */
export interface Realised {
  readonly link: LinkCondition;
  readonly desk: DeskCondition;
  readonly deviceRefuses: boolean;
  readonly masterKeyWrong: boolean;
}

export const UNTOUCHED: Realised = { link: CLEAR, desk: 'serves', deviceRefuses: false, masterKeyWrong: false };

/** How a silence arises: its kind, and the frame of the step at which it begins. */
export interface SilenceChoice {
  readonly silence?: SilenceName;
  readonly fromFrame?: number;
}

/** The devices that each step must hear from. A step that touches no device has no frames to lose. */
export const HEARS: Readonly<Record<StepId, readonly Silenced[]>> = {
  requestAccepted: [],
  epclMatch: [],
  displayDevices: [],
  installationData: [],
  wanRecent: ['chf'],
  hanRecent: ['chf'],
  deviceState: ['chf', 'esme'],
  rotateKeys: ['chf', 'esme', 'gsme'],
  commission: ['chf', 'esme', 'gsme'],
};

/** True if an effect can strike a step: the table has a code for what would be observed. */
export function canStrike(step: StepId, effect: Effect): boolean {
  return effect === 'none' || STEPS[step].codes[OBSERVATION_OF_EFFECT[effect]] !== undefined;
}

/** True if a step notices a kind of silence. Without a gas meter, a step does not notice a silence of the gas meter. */
export function silencesStep(silence: SilenceName, step: StepId, options: { readonly gsme: boolean }): boolean {
  return HEARS[step].some(
    (device) => (device !== 'gsme' || options.gsme) && includes(SILENCES[silence].silences, device),
  );
}

function includes(list: readonly Silenced[], device: Silenced): boolean {
  return list.includes(device);
}

const REALISED: Readonly<Record<Effect, (step: StepId, choice: SilenceChoice) => Realised>> = {
  none: () => UNTOUCHED,
  silence: (_, { silence = 'drop', fromFrame: frame }) => {
    const link = SILENCES[silence].condition();
    return { ...UNTOUCHED, link: frame === undefined ? link : fromFrame(link, frame) };
  },
  refusal: (step) =>
    HEARS[step].length === 0 ? { ...UNTOUCHED, desk: 'refuses' } : { ...UNTOUCHED, deviceRefuses: true },
  wrongKey: () => ({ ...UNTOUCHED, masterKeyWrong: true }),
  badData: () => ({ ...UNTOUCHED, desk: 'badData' }),
  systemFault: () => ({ ...UNTOUCHED, desk: 'unavailable' }),
};

/** Realises an effect on a step. Throws for an effect that has no code in the table. */
export function realise(effect: Effect, step: StepId, choice: SilenceChoice = {}): Realised {
  assert(canStrike(step, effect), `the effect ${effect} cannot strike the step ${step}`);
  return REALISED[effect](step, choice);
}
