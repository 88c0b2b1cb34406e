import { AREA_MAX, AREA_MIN } from '../../../src/installation/identifiers.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { Stream, STREAMS, streamsOf, type SeedWords, type Streams } from '../../world/dice/draws.ts';
import { intervals, NO_INTERVALS, type Intervals } from '../../world/intervals.ts';
import { memberOutages, outageBlocks, plannedWindows, strikesPlace } from '../../world/sharedOutages.ts';
import type { Model } from './model.ts';

const AREA_NAMES = Array.from({ length: AREA_MAX - AREA_MIN + 1 }, (_, i) => String(AREA_MIN + i));

/** The merged outages of the replications that were begun last, by all that they are computed from. */
const OUTAGE_LISTS = new RecentlyUsed<{ readonly wan: readonly Intervals[]; readonly system: readonly Intervals[] }>(
  32,
);

/** What the merged outages of a replication depend on, besides its dice. */
function outageParameters({ scenario, start, horizon }: Model): unknown {
  const { sharedOutages, plannedMaintenance, operators, hubModels } = scenario;
  return [sharedOutages, plannedMaintenance, Object.keys(operators), Object.keys(hubModels), start, horizon];
}

/** The dice of one replication, and the outages that its installations share, drawn once for all of them. */
export class Replication {
  /** The dice of shared outages: they belong to no population. */
  readonly sharedOutages: Stream;
  readonly hasWanOutages: boolean;
  readonly hasSystemOutages: boolean;
  /** Whether it matters where an installation stands. */
  readonly hasOutages: boolean;
  private readonly wan: readonly Intervals[];
  private readonly system: readonly Intervals[];
  private readonly hubModels: number;
  private readonly seed: SeedWords;
  private readonly replication: number;

  constructor(model: Model, seed: SeedWords, replication: number) {
    const { scenario } = model;
    this.seed = seed;
    this.replication = replication;
    this.sharedOutages = new Stream(seed, replication, STREAMS.sharedOutages);
    this.hubModels = Object.keys(scenario.hubModels).length;
    // The lists cost as much as thousands of lives. The cells of a sweep mostly share them: they have the same seed.
    const key = JSON.stringify([seed, replication, outageParameters(model)]);
    const lists = OUTAGE_LISTS.use(key, () => ({ wan: this.merge(model, 'wan'), system: this.merge(model, 'system') }));
    this.wan = lists.wan;
    this.system = lists.system;
    this.hasWanOutages = this.wan.some((row) => row.from.length > 0);
    this.hasSystemOutages = this.system.some((row) => row.from.length > 0);
    this.hasOutages = this.hasWanOutages || this.hasSystemOutages;
  }

  /** Streams for one `Life`, which turns them to the population of the installation at hand. */
  dice(): Streams {
    return streamsOf(this.seed, this.replication);
  }

  /** One merged list per (operator, hub model, area): what an installation there shares with others. */
  private merge(model: Model, acts: 'wan' | 'system'): Intervals[] {
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
    return members.operator.flatMap((operator, o) =>
      members.hubModel.flatMap((hubModel, h) =>
        members.area.map((area, a) => {
          const member = { operator: o, hubModel: h, area: a };
          const shared = rows.flatMap((row, i) =>
            strikesPlace(row, { operator, hubModel, area }) ? (spans[i]?.[member[row.by]] ?? []) : [],
          );
          return intervals([...planned, ...shared]);
        }),
      ),
    );
  }

  private position(operator: number, hubModel: number, area: number): number {
    return (operator * this.hubModels + hubModel) * AREA_NAMES.length + area;
  }

  wanOutages(operator: number, hubModel: number, area: number): Intervals {
    return this.wan[this.position(operator, hubModel, area)] ?? NO_INTERVALS;
  }

  systemOutages(operator: number, hubModel: number, area: number): Intervals {
    return this.system[this.position(operator, hubModel, area)] ?? NO_INTERVALS;
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
