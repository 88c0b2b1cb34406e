/**
 * Realises the planned effects of an attempt in the world around a step, before the step's work, and undoes them
 * afterwards.
 */
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Procedure } from '../../headend/procedure.ts';
import { counted, scripted } from '../../link/condition.ts';
import { HEARS, realise, UNTOUCHED, type DeskCondition, type Realised } from '../../link/realise.ts';
import { oneThenOther, type FramePolicy } from '../../transport/framePolicy.ts';
import type { PlannedAttempt, PlannedEffect, PlannedFrames } from './plannedEvent.ts';

/**
 * The links of an installation, from any provider, with the changes that can be made to them at once or by a procedure.
 */
export interface Links {
  realise(realised: Realised): Procedure<void> | void;
  /**
   * While facts are learnt, the schedule alone decides up to this instant whether the gas meter is heard. Undefined:
   * the links decide.
   */
  scheduleUntil(at: Instant | undefined): void;
}

export interface StrikerOptions {
  readonly links: Links;
  /** Called to give the DCC the right Master Key or a wrong one. */
  readonly onMasterKey: (isWrong: boolean) => void;
}

/** The effect by which an outage makes a hub unreachable. */
export const OUTAGE = { silence: 'wakeUpLost' } as const;

export class Striker {
  desk: DeskCondition = 'serves';
  private effect: PlannedEffect | undefined;
  private frames: readonly PlannedFrames[] = [];
  private isWanDown = false;
  private within: FramePolicy | undefined;
  private scheduledUntil: Instant = 0;
  private readonly options: StrikerOptions;

  constructor(options: StrikerOptions) {
    this.options = options;
  }

  /** The schedule alone decides up to this instant whether the gas meter is heard. */
  schedule(at: Instant): void {
    this.scheduledUntil = at;
    this.options.links.scheduleUntil(at);
  }

  begin({ effect, frames = [], wanDown }: Pick<PlannedAttempt, 'effect' | 'frames' | 'wanDown'>): void {
    this.effect = effect;
    this.isWanDown = wanDown === true;
    this.frames = frames;
    const whole = frames.filter(({ step }) => step === undefined).flatMap(({ faults }) => faults);
    this.within = whole.length === 0 ? undefined : counted(scripted(whole).frames);
  }

  /** True if anything is planned to strike the current attempt. */
  get isStriking(): boolean {
    return this.effect !== undefined || this.frames.length > 0 || this.isWanDown;
  }

  /**
   * True if an effect strikes this step in particular. An outage strikes no single step, because it lasts for all of
   * them.
   */
  strikes(step: StepId): boolean {
    return this.effect?.step === step || this.frames.some((one) => one.step === undefined || one.step === step);
  }

  *onStep(step: StepId): Procedure<void> {
    const { links, onMasterKey } = this.options;
    const { effect } = this;
    const around = this.isWanDown && HEARS[step].length > 0 ? realise('silence', step, OUTAGE) : UNTOUCHED;
    const realised = this.withFrames(effect?.step === step ? realise(effect.effect, step, effect) : around, step);
    links.scheduleUntil(HEARS[step].includes('esme') ? undefined : this.scheduledUntil);
    this.desk = realised.desk;
    onMasterKey(realised.masterKeyWrong);
    const act = links.realise(realised);
    if (act) yield* act;
  }

  *onStepTaken(): Procedure<void> {
    const act = this.options.links.realise(UNTOUCHED);
    if (act) yield* act;
  }

  private withFrames(realised: Realised, step: StepId): Realised {
    const own = this.frames.filter((one) => one.step === step).flatMap(({ faults }) => faults);
    const policies = [
      ...(own.length > 0 ? [counted(scripted(own).frames)] : []),
      ...(this.within ? [this.within] : []),
    ];
    if (policies.length === 0) return realised;
    const frames = policies.reduce((before, policy) => oneThenOther(before, policy), realised.link.frames);
    return { ...realised, link: { ...realised.link, frames } };
  }
}
