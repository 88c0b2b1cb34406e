import type { Installation } from '../../src/installation/installation.ts';
import { formatDay, londonDay, type Instant } from '../../src/time.ts';
import { FOREVER } from '../world/alternating.ts';
import type { EntryCurve } from '../world/entryCurve.ts';
import type { DeviceModel } from '../kernel/model/groupNumbers.ts';
import type { Model } from '../kernel/model/model.ts';
import { KEY_HELD, KEY_MISSING, KEY_UNOBTAINABLE, KEY_WRONG } from '../kernel/life/masterKeySearch.ts';
import type { LifeView } from './lifeView.ts';
import { areaName, memberName } from '../kernel/model/replication.ts';

/** The state of a Master Key at the start. `unobtainable` means that no search finds it. */
export type KeyAtStart = 'held' | 'missing' | 'wrong' | 'unobtainable';

const KEY_WORDS: Readonly<Record<number, KeyAtStart>> = {
  [KEY_HELD]: 'held',
  [KEY_MISSING]: 'missing',
  [KEY_WRONG]: 'wrong',
  [KEY_UNOBTAINABLE]: 'unobtainable',
};

/** The attributes of an installation at the start, and the later events that are drawn for it. */
export interface StoryFacts {
  /** The row of the `installations` record. MPAN and MPRN are synthetic. */
  readonly installation: Installation;
  readonly population: string;
  readonly operator: string;
  readonly hubModel: string;
  /** The distribution area: the first two digits of the MPAN. */
  readonly area: string;
  /** The London day of the EPCL entry. `start` means from the start, null means never. */
  readonly epclEntry: string | null;
  readonly displayBlocked: boolean;
  readonly masterKey: KeyAtStart;
  readonly schedule: Schedule;
  /** The instant at which a link or the battery dies for good. Null if that comes after the year 5000 or is not modelled. */
  readonly wanDeathAt: Instant | null;
  readonly batteryDeadAt: Instant | null;
  readonly joinLostAt: Instant | null;
  /** The static margin of the HAN link in dB. Null without a link budget or a GSME. */
  readonly hanMarginDb: number | null;
}

/** The place of an installation in its population, and the days that the entry curves give to this place. */
export interface Schedule {
  /** A number from 0 (first) to 1 (last). */
  readonly place: number;
  readonly instructedShare: number;
  readonly attemptedShare: number;
  /** London dates. Null means not before the horizon, or never. */
  readonly firstInstruction: string | null;
  readonly firstAttempt: string | null;
}

export const EPCL_FROM_START = 'start';

/** Collects the facts of a life. Its links must have begun. */
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

/** Rounds the end of a link up to a whole second. Null if it is later than any date that is printed. */
function ending(at: number): Instant | null {
  return at >= FOREVER ? null : Math.ceil(at);
}
