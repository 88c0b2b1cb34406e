/**
 * From an effect, decided in the world, to what happens: frames that do not arrive, a device that refuses, a Master Key that is
 * not this device's, a desk that sends bad data or does not serve. The law that a test holds for every step and effect:
 * observe(realise(effect)) = OBSERVATION_OF_EFFECT[effect].
 */
import { assert } from '../../src/assert.ts';
import { OBSERVATION_OF_EFFECT, type Effect } from '../../src/migration/observations.ts';
import { STEPS, type StepId } from '../../src/migration/steps.ts';
import { CLEAR, fromFrame, SILENCES, type LinkCondition, type Silenced, type SilenceName } from './condition.ts';

/** What the SMSO's desk does: serve, give data that disagree, refuse to give them, or not answer. */
export type DeskCondition = 'serves' | 'badData' | 'refuses' | 'unavailable';

/** Everything that the world does to an installation while a step is taken. */
export interface Realised {
  readonly link: LinkCondition;
  readonly desk: DeskCondition;
  readonly deviceRefuses: boolean;
  readonly masterKeyWrong: boolean;
}

export const UNTOUCHED: Realised = { link: CLEAR, desk: 'serves', deviceRefuses: false, masterKeyWrong: false };

/** How a silence comes about: which way, and from which frame of the step on. */
export interface SilenceChoice {
  readonly silence?: SilenceName;
  readonly fromFrame?: number;
}

/** Whom each step must hear from. A step that touches no device has no frames to lose. */
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

/** Whether an effect can strike a step: the table has a code for what would be observed. */
export function canStrike(step: StepId, effect: Effect): boolean {
  return effect === 'none' || STEPS[step].codes[OBSERVATION_OF_EFFECT[effect]] !== undefined;
}

/** Whether a way of falling silent is noticed at a step; without a gas meter, what only that one misses is not. */
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

/** Realises an effect on a step. One that the table gives no code for is refused, loudly. */
export function realise(effect: Effect, step: StepId, choice: SilenceChoice = {}): Realised {
  assert(canStrike(step, effect), `the effect ${effect} cannot strike the step ${step}`);
  return REALISED[effect](step, choice);
}
