import { AREA_MAX, AREA_MIN } from '../../../src/installation/identifiers.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { Stream, type SeedWords } from '../../world/dice/draws.ts';
import { STREAMS } from '../../world/dice/streams.ts';
import type { Intervals } from '../../world/intervals.ts';
import { intervals } from '../../world/mergedIntervals.ts';
import { memberOutages, outageBlocks, plannedWindows, strikesPlace } from '../../world/sharedOutages.ts';
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
      row.acts === acts ? pairsOf(plannedWindows(row, start, horizon)) : [],
    );
    const members = {
      operator: Object.keys(scenario.operators),
      hubModel: Object.keys(scenario.hubModels),
      area: AREA_NAMES,
    };
    const spans = rows.map((row, i) =>
      members[row.by].map((_, member) => {
        if (row.acts !== acts) return [];
        const block = blocks[i] as number;
        return memberOutages(row, { block, member, stream: this.sharedOutages, from: start, to: horizon });
      }),
    );
    // Places that the same outages strike share one list.
    const known = new Map<string, number>();
    const listOf = (struck: readonly (readonly [row: number, member: number])[]): number => {
      const key = struck.join();
      let list = known.get(key);
      if (list === undefined) {
        list = lists.push(intervals([...planned, ...struck.flatMap(([i, m]) => spans[i]?.[m] ?? [])])) - 1;
        known.set(key, list);
      }
      return list;
    };
    return Int32Array.from(
      members.operator.flatMap((operator, o) =>
        members.hubModel.flatMap((hubModel, h) =>
          members.area.map((area, a) => {
            const member = { operator: o, hubModel: h, area: a };
            const strikes = rows.flatMap((row, i): [number, number][] => {
              const m = member[row.by];
              const hasSpans = (spans[i]?.[m] ?? []).length > 0;
              return hasSpans && strikesPlace(row, { operator, hubModel, area }) ? [[i, m]] : [];
            });
            return listOf(strikes);
          }),
        ),
      ),
    );
  }
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
