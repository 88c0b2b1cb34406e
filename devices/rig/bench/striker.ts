/** What strikes the steps of an attempt: the world around a step, realised before its work and undone after it. */
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Procedure } from '../../headend/procedure.ts';
import { counted, scripted } from '../../link/condition.ts';
import { HEARS, realise, UNTOUCHED, type DeskCondition, type Realised } from '../../link/realise.ts';
import { oneThenOther, type FramePolicy } from '../../transport/framePolicy.ts';
import type { PlannedAttempt, PlannedEffect, PlannedFrames } from './plannedEvent.ts';

/** The links of an installation, whoever provides them: what can be done to them, at once or by a procedure. */
export interface Links {
  realise(realised: Realised): Procedure<void> | void;
  /** While facts are learnt the gas meter is heard by its schedule alone, up to an instant; undefined: as links are. */
  scheduleUntil(at: Instant | undefined): void;
}

export interface StrikerOptions {
  readonly links: Links;
  /** The DCC holds the right Master Key, or a wrong one. */
  readonly onMasterKey: (isWrong: boolean) => void;
}

/** How a hub comes to be out of reach. */
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

  /** Until when the schedule alone says whether the gas meter is heard. */
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

  /** Whether anything is planned to strike the attempt under way. */
  get isStriking(): boolean {
    return this.effect !== undefined || this.frames.length > 0 || this.isWanDown;
  }

  /** Whether a step is struck for its own sake: an outage strikes none, it is there for all of them. */
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
