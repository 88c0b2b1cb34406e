import { AREA_MAX, AREA_MIN } from '../../../src/installation/identifiers.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import type { Scenario, SharedOutage } from '../../scenario/schema.ts';
import { Stream, STREAMS, streamsOf, type SeedWords, type Streams } from '../../world/dice/draws.ts';
import { intervals, NO_INTERVALS, type Intervals } from '../../world/intervals.ts';
import { memberOutages, outageBlocks, plannedWindows } from '../../world/sharedOutages.ts';
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
    return of.operator.flatMap((operator) =>
      of.hubModel.flatMap((hub) => of.area.map((area) => intervals([...planned, ...operator, ...hub, ...area]))),
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
