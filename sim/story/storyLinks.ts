import { assert } from '../../src/assert.ts';
import { DAY, londonDay, type Instant } from '../../src/time.ts';
import { FOREVER, type AlternatingLink } from '../world/alternating.ts';
import { CARRIES_ALWAYS, CARRIES_NEVER, type HanLink } from '../world/hanLink.ts';
import type { Intervals } from '../world/intervals.ts';
import { intervals } from '../world/mergedIntervals.ts';
import { memberOutages, outageBlocks, plannedWindows, strikesPlace } from '../world/sharedOutages.ts';
import type { LifeView } from './lifeView.ts';
import type { Model } from '../kernel/model/model.ts';
import { areaName, memberName, type Replication } from '../kernel/model/replication.ts';

/** The cause of an outage: the link's own regime, a shared outage, a planned window, or a permanent end. */
export type OutageBy = 'own' | 'shared' | 'planned' | 'death' | 'battery' | 'lostJoin' | 'linkBudget';

/** A half-open interval of whole seconds in which a link is down. If `to` is null, the link stays down. */
export interface Outage {
  readonly from: Instant;
  readonly to: Instant | null;
  readonly by: OutageBy;
  /** The name of the outage in the scenario. An outage of the link's own regime has the name of its class. */
  readonly name: string;
}

export interface LinkStory {
  /** The name of the profile in the scenario, and the class of the profile that the installation belongs to. */
  readonly profile: string;
  readonly linkClass: string;
  /** The outages from the start of the simulation to the last instant of the story, in time order. */
  readonly outages: readonly Outage[];
}

/** The members of shared outages that an installation belongs to. */
export interface Place {
  readonly operator: number;
  readonly hubModel: number;
  readonly area: number;
}

/** Makes an outage of whole seconds: the first second that it covers, and the first second after it. */
function outage(from: number, to: number, by: OutageBy, name: string): Outage {
  return { from: Math.ceil(from), to: to >= FOREVER ? null : Math.ceil(to), by, name };
}

/**
 * Lists the shared outages and planned windows of a place by name. For speed `Replication` keeps them merged and without
 * names. An assertion holds the two equal, so that the story cannot drift from the simulation.
 */
export function sharedOutagesOf(
  model: Model,
  replication: Replication,
  { operator, hubModel, area }: Place,
  acts: 'wan' | 'system',
): readonly Outage[] {
  const { scenario, start, horizon } = model;
  const stream = replication.sharedOutages;
  const member = { operator, hubModel, area };
  const memberNames = {
    operator: memberName(scenario.operators, operator),
    hubModel: memberName(scenario.hubModels, hubModel),
    area: areaName(area),
  };
  const found: [number, number][] = [];
  const outages: Outage[] = [];
  const add = (from: number, to: number, by: OutageBy, name: string): void => {
    found.push([from, to]);
    outages.push(outage(from, to, by, name));
  };
  const blocks = outageBlocks(Object.keys(scenario.sharedOutages));
  for (const [i, [name, row]] of Object.entries(scenario.sharedOutages).entries()) {
    if (row.acts !== acts || !strikesPlace(row, memberNames)) continue;
    const spans = memberOutages(row, {
      block: blocks[i] as number,
      member: member[row.by],
      stream,
      from: start,
      to: horizon,
    });
    for (const [from, to] of spans) add(from, to, 'shared', `${name} (${row.by} ${memberNames[row.by]})`);
  }
  for (const [name, row] of Object.entries(scenario.plannedMaintenance)) {
    if (row.acts !== acts) continue;
    const windows = plannedWindows(row, start, horizon);
    for (const [k, from] of windows.from.entries()) add(from, windows.to[k] as number, 'planned', name);
  }
  assertSame(
    intervals(found),
    acts === 'wan'
      ? replication.outages.wanOutages(operator, hubModel, area)
      : replication.outages.systemOutages(operator, hubModel, area),
  );
  return outages;
}

function assertSame(a: Intervals, b: Intervals): void {
  assert(a.from.join() === b.from.join(), 'the named outages begin when those of the simulation do');
  assert(a.to.join() === b.to.join(), 'the named outages end when those of the simulation do');
}

function ownOutages(own: AlternatingLink, name: string, to: Instant): Outage[] {
  own.advance(to);
  return Array.from({ length: own.count }, (_, i) => outage(own.from[i] as number, own.to[i] as number, 'own', name));
}

/** Keeps the outages that overlap an interval, in time order. */
function between(outages: readonly Outage[], from: Instant, to: Instant): readonly Outage[] {
  return outages
    .filter((row) => row.from <= to && (row.to === null || row.to > from))
    .toSorted((a, b) => a.from - b.from || (a.to ?? FOREVER) - (b.to ?? FOREVER));
}

/** Tells the outages of the WAN of a life from the start to an instant. */
export function wanStory(life: LifeView, shared: readonly Outage[], from: Instant, to: Instant): LinkStory {
  const { wan, group } = life;
  const linkClass = group.wanClasses[wan.own.regimeIndex] ?? '';
  const outages = [...ownOutages(wan.own, linkClass, to), ...shared];
  if (wan.deathAt < FOREVER) outages.push(outage(wan.deathAt, FOREVER, 'death', group.population.wan));
  return { profile: group.population.wan, linkClass, outages: between(outages, from, to) };
}

/** Tells the outages of the HAN of a life. The HAN must have begun. */
export function hanStory(life: LifeView, from: Instant, to: Instant): LinkStory {
  const { han, group } = life;
  const profile = group.population.han;
  const linkClass = group.hanClasses[han.own.regimeIndex] ?? '';
  const outages = ownOutages(han.own, linkClass, to);
  if (han.batteryDeadAt < FOREVER) outages.push(outage(han.batteryDeadAt, FOREVER, 'battery', profile));
  if (han.joinLostAt < FOREVER) outages.push(outage(han.joinLostAt, FOREVER, 'lostJoin', profile));
  outages.push(...silentDays(han, profile, from, to));
  return { profile, linkClass, outages: between(outages, from, to) };
}

/** Finds the intervals of UTC days on which margin and drift together are below 0 dB. */
function silentDays(han: HanLink, profile: string, from: Instant, to: Instant): Outage[] {
  const reach = han.reach();
  if (reach === CARRIES_ALWAYS) return [];
  if (reach === CARRIES_NEVER) return [outage(from, FOREVER, 'linkBudget', profile)];
  const outages: Outage[] = [];
  let began = -1;
  const last = londonDay(to) + 1;
  for (let day = Math.floor(from / DAY); day <= last; day += 1) {
    const silent = day < last && !han.audible(day);
    if (silent && began < 0) began = day;
    if (silent || began < 0) continue;
    outages.push(outage(began * DAY, day * DAY, 'linkBudget', profile));
    began = -1;
  }
  return outages;
}

/** Finds the outage that covers an instant, the earliest of several. Undefined if the link is up. */
export function downAt({ outages }: LinkStory, at: Instant): Outage | undefined {
  return outages.find((row) => row.from <= at && (row.to === null || at < row.to));
}
