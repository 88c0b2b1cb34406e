import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { Facts } from '../../../src/migration/facts.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { Instant } from '../../../src/time.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { HanLink } from '../../world/hanLink.ts';
import type { WanLink } from '../../world/wanLink.ts';
import type { GroupPlan } from '../model/model.ts';
import type { Strikes } from './strikes.ts';

/** What stands of a Master Key before anybody has needed it; `unobtainable`: no search will find it. */
export type KeyAtStart = 'held' | 'missing' | 'wrong' | 'unobtainable';

/** What an observer may look at of a life. */
export interface LifeView {
  readonly facts: Facts;
  readonly attributes: Attributes;
  readonly group: GroupPlan;
  readonly wan: WanLink;
  readonly han: HanLink;
  readonly strikes: Strikes;
  /** When it is replaced for reasons outside the migration; beyond every instant: never. */
  readonly replacedAt: number;
  keyAtStart(): KeyAtStart;
  /** Whether an attempt at the instant is for the ESME alone; to be asked before it is recorded. */
  esmeOnly(at: Instant): boolean;
}

/** Sees one life as it is lived: the recorder of a run's files, the story of `explain`. Numbers are the kernel's. */
export interface Observer {
  begin(entity: number, life: LifeView): void;
  event(at: Instant, event: number, value: number, ofModel: boolean): void;
  /** A migration attempt is about to be recorded as failed at a step with an observation (position in OBSERVATIONS). */
  failed(step: StepId, observation: number, life: LifeView): void;
  attempt(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): void;
  finish(end: number, endAt: Instant, tally: Tally): void;
}
