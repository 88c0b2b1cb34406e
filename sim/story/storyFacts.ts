import type { Installation } from '../../src/installation/installation.ts';
import { formatDay, londonDay, type Instant } from '../../src/time.ts';
import { FOREVER } from '../world/alternating.ts';
import type { EntryCurve } from '../world/entryCurve.ts';
import type { DeviceModel } from '../kernel/model/groupNumbers.ts';
import type { Model } from '../kernel/model/model.ts';
import { KEY_HELD, KEY_MISSING, KEY_UNOBTAINABLE, KEY_WRONG } from '../kernel/life/masterKeySearch.ts';
import type { LifeView } from './lifeView.ts';
import { areaName, memberName } from '../kernel/model/replication.ts';

/** What stands of a Master Key before anybody has needed it; `unobtainable`: no search will find it. */
export type KeyAtStart = 'held' | 'missing' | 'wrong' | 'unobtainable';

const KEY_WORDS: Readonly<Record<number, KeyAtStart>> = {
  [KEY_HELD]: 'held',
  [KEY_MISSING]: 'missing',
  [KEY_WRONG]: 'wrong',
  [KEY_UNOBTAINABLE]: 'unobtainable',
};

/** What an installation is at the start, and what the dice have laid up for it. */
export interface StoryFacts {
  /** The row of the `installations` record. MPAN and MPRN are synthetic. */
  readonly installation: Installation;
  readonly population: string;
  readonly operator: string;
  readonly hubModel: string;
  /** Distribution area, the first two digits of the MPAN. */
  readonly area: string;
  /** London day of the EPCL entry; `start`: from the start; null: never. */
  readonly epclEntry: string | null;
  readonly displayBlocked: boolean;
  readonly masterKey: KeyAtStart;
  readonly schedule: Schedule;
  /** When a link or the battery dies for good; null: not before year 5000 or not modelled. */
  readonly wanDeathAt: Instant | null;
  readonly batteryDeadAt: Instant | null;
  readonly joinLostAt: Instant | null;
  /** Static HAN link margin, dB; null without a link budget or a GSME. */
  readonly hanMarginDb: number | null;
}

/** Its place among its population, and the days that the entry curves give that place. */
export interface Schedule {
  /** From 0 (first) to 1 (last). */
  readonly place: number;
  readonly instructedShare: number;
  readonly attemptedShare: number;
  /** London dates; null: not before the horizon, or not at all. */
  readonly firstInstruction: string | null;
  readonly firstAttempt: string | null;
}

export const EPCL_FROM_START = 'start';

/** Facts of a life whose links have begun. */
export function factsOf(installation: Installation, life: LifeView, model: Model): StoryFacts {
  const { attributes, group, wan, han } = life;
  const { scenario } = model;
  const hasGsme = installation.gas !== null;
  const epclFrom = attributes.model >= 0 ? (group.models[attributes.model] as DeviceModel).epclFrom : null;
  return {
    installation,
    population: group.name,
    operator: memberName(scenario.operators, attributes.operator),
    hubModel: memberName(scenario.hubModels, attributes.hubModel),
    area: areaName(attributes.area),
    epclEntry: epclFrom === null ? EPCL_FROM_START : epclFrom >= FOREVER ? null : formatDay(londonDay(epclFrom)),
    displayBlocked: group.population.displayBlocked,
    masterKey: KEY_WORDS[life.keyAtStart()] as KeyAtStart,
    schedule: scheduleOf(life),
    wanDeathAt: ending(wan.deathAt),
    batteryDeadAt: hasGsme ? ending(han.batteryDeadAt) : null,
    joinLostAt: hasGsme ? ending(han.joinLostAt) : null,
    hanMarginDb: hasGsme && group.han.hasBudget ? han.marginDb : null,
  };
}

function scheduleOf({ attributes, group }: LifeView): Schedule {
  const { instructedShare, attemptedShare } = group.population;
  const day = (curve: EntryCurve, share: number): string | null =>
    attributes.entry < share ? formatDay(Math.floor(curve.quantile(attributes.entry / share))) : null;
  const prepares = group.process.preparation !== undefined && (attributes.esmeDormant || attributes.gsmeDormant);
  const { firstInstruction, firstAttempt, hasInstructions } = group;
  return {
    place: attributes.entry,
    instructedShare,
    attemptedShare,
    firstInstruction: prepares && hasInstructions ? day(firstInstruction, instructedShare) : null,
    firstAttempt: day(firstAttempt, attemptedShare),
  };
}

/** An end of a link as a whole second; later than any date we print: none. */
function ending(at: number): Instant | null {
  return at >= FOREVER ? null : Math.ceil(at);
}
