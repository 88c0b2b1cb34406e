import { AREA_MAX, AREA_MIN } from '../../../src/installation/identifiers.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import type { Scenario, SharedOutage } from '../../scenario/schema.ts';
import { Stream, type SeedWords } from '../../world/dice/draws.ts';
import { STREAMS } from '../../world/dice/streams.ts';
import type { Intervals } from '../../world/intervals.ts';
import { intervals } from '../../world/mergedIntervals.ts';
import { memberOutages, outageBlocks, plannedWindows } from '../../world/sharedOutages.ts';
import type { Model } from './model.ts';
import { OutageLists } from './outageLists.ts';

const AREA_NAMES = Array.from({ length: AREA_MAX - AREA_MIN + 1 }, (_, i) => String(AREA_MIN + i));

/** The outages of the replications that were begun last, by all that they are computed from. */
const OUTAGES = new RecentlyUsed<OutageLists>(32);

/** What the shared outages of a replication depend on, besides its dice. */
function outageParameters({ scenario, start, horizon }: Model): unknown {
  const { sharedOutages, plannedMaintenance, operators, hubModels } = scenario;
  return [sharedOutages, plannedMaintenance, Object.keys(operators), Object.keys(hubModels), start, horizon];
}

/** The dice of one replication, and the outages that its installations share, drawn once for all of them. */
export class Replication {
  readonly seed: SeedWords;
  /** From 0. */
  readonly number: number;
  /** The dice of shared outages: they belong to no population. */
  readonly sharedOutages: Stream;
  readonly outages: OutageLists;

  constructor(model: Model, seed: SeedWords, number: number) {
    this.seed = seed;
    this.number = number;
    this.sharedOutages = new Stream(seed, number, STREAMS.sharedOutages);
    // The lists cost as much as thousands of lives. The cells of a sweep mostly share them: they have the same seed.
    const key = JSON.stringify([seed.k0, seed.k1, number, outageParameters(model)]);
    this.outages = OUTAGES.use(key, () => this.outageLists(model));
  }

  private outageLists(model: Model): OutageLists {
    const found = new OutageLists();
    found.hubModels = Object.keys(model.scenario.hubModels).length;
    found.wan = this.merge(model, 'wan', found.lists);
    found.system = this.merge(model, 'system', found.lists);
    const isOutage = (list: number): boolean => (found.lists[list] as Intervals).from.length > 0;
    found.hasWanOutages = found.wan.some(isOutage);
    found.hasSystemOutages = found.system.some(isOutage);
    return found;
  }

  /**
   * Per (operator, hub model, area): the position in `lists` of the merged list of what an installation there shares with
   * others. Adds the lists.
   */
  private merge(model: Model, acts: 'wan' | 'system', lists: Intervals[]): Int32Array {
    const { scenario, start, horizon } = model;
    const rows = Object.values(scenario.sharedOutages);
    const blocks = outageBlocks(Object.keys(scenario.sharedOutages));
    const planned = Object.values(scenario.plannedMaintenance).flatMap((row) =>
      pairsOf(plannedWindows(row, start, horizon)),
    );
    const members = {
      operator: Object.keys(scenario.operators),
      hubModel: Object.keys(scenario.hubModels),
      area: AREA_NAMES,
    };
    const pairs = (by: SharedOutage['by'], member: number): [number, number][] =>
      rows.flatMap((row, i) => {
        if (row.by !== by || row.acts !== acts || !hits(row, members[by][member] as string)) return [];
        return memberOutages(row, {
          block: blocks[i] as number,
          member,
          stream: this.sharedOutages,
          from: start,
          to: horizon,
        });
      });
    const of = {
      operator: members.operator.map((_, i) => pairs('operator', i)),
      hubModel: members.hubModel.map((_, i) => pairs('hubModel', i)),
      area: members.area.map((_, i) => pairs('area', i)),
    };
    const known = new Map<string, number>();
    const listOf = (places: readonly (readonly [number, number])[][], key: string): number => {
      let list = known.get(key);
      if (list === undefined) {
        list = lists.length;
        lists.push(intervals([...planned, ...places.flat()]));
        known.set(key, list);
      }
      return list;
    };
    // Members without an outage of their own are alike.
    const member = (pairs: readonly unknown[], i: number): string => (pairs.length === 0 ? '' : String(i));
    return Int32Array.from(
      of.operator.flatMap((operator, o) =>
        of.hubModel.flatMap((hub, h) =>
          of.area.map((area, a) =>
            listOf([operator, hub, area], [member(operator, o), member(hub, h), member(area, a)].join()),
          ),
        ),
      ),
    );
  }
}

/** Whether an outage takes a member of its dimension down. */
export function hits(outage: SharedOutage, member: string): boolean {
  return !outage.members || outage.members.includes(member);
}

function pairsOf(stretches: Intervals): [number, number][] {
  return Array.from(stretches.from, (from, i): [number, number] => [from, stretches.to[i] as number]);
}

/** Names of the members of a dimension, for the story. */
export function areaName(area: number): string {
  return AREA_NAMES[area] as string;
}

/** For the operators and hub models of a scenario by position. */
export function memberName(members: Scenario['operators'], position: number): string {
  return Object.keys(members)[position] as string;
}
