import { assert } from '../../src/assert.ts';
import { verdictsOf } from '../../src/exclusion/engine/engine.ts';
import type { Tally } from '../../src/exclusion/engine/tally.ts';
import type { Verdict } from '../../src/exclusion/verdict.ts';
import type { Installation } from '../../src/installation/installation.ts';
import { EVENTS, type Attempt, type History, type HistoryEvent } from '../../src/migration/history.ts';
import type { Instant } from '../../src/time.ts';
import type { Attributes } from '../population/attributes.ts';
import { emptyCounts } from '../kernel/life/counts.ts';
import type { Life } from '../kernel/life/life.ts';
import { Observer } from '../kernel/life/observer.ts';
import type { GroupNumbers } from '../kernel/model/groupNumbers.ts';
import { modelEvents, type GroupPlan, type Model } from '../kernel/model/model.ts';
import { Replication } from '../kernel/model/replication.ts';
import { EVENT_VALUES, eventValue } from '../kernel/records/recordBuffers.ts';
import { lifeOf } from '../kernel/run/shard.ts';
import type { SeedWords } from '../world/dice/draws.ts';
import { InstallationRows } from './installationRows.ts';
import { attemptOf } from './storyAttempt.ts';

/** One simulated installation: its place in the scenario, and the rows that the records of a run hold for it. */
export interface Lived {
  /** The number of the installation in the scenario, from 0. */
  readonly entity: number;
  /** The name of the population that it belongs to. */
  readonly population: string;
  /** The position of the installation in its population, from 0. */
  readonly position: number;
  readonly history: History;
  /** The verdicts of the tally at the horizon. */
  readonly verdicts: readonly Verdict[];
}

/** Simulates single installations of one replication. Their histories equal those of a whole run. */
export class Fleet {
  readonly model: Model;
  private readonly keeper: HistoryKeeper;
  private readonly life: Life;

  constructor(model: Model, options: { readonly seed: SeedWords; readonly replication: number }) {
    this.model = model;
    this.keeper = new HistoryKeeper(model);
    const replication = new Replication(model, options.seed, options.replication);
    this.life = lifeOf(model, replication, emptyCounts(model.asOfs.length, model.months), this.keeper);
  }

  /** Simulates one installation. `entity` is its number in the scenario, from 0 to `model.size` - 1. */
  live(entity: number): Lived {
    assert(entity >= 0 && entity < this.model.size, 'an installation of the scenario');
    this.life.run(entity);
    return this.keeper.take();
  }
}

/** Observes a life and keeps its rows. Only the latest life is kept. */
class HistoryKeeper extends Observer {
  private readonly model: Model;
  private readonly rows: InstallationRows;
  private readonly values: readonly string[];
  private readonly ofDmc = new Map<string, readonly HistoryEvent[]>();
  private entity = 0;
  private group: GroupPlan | null = null;
  private installation: Installation | null = null;
  private attempts: Attempt[] = [];
  private events: HistoryEvent[] = [];
  private verdicts: readonly Verdict[] = [];

  constructor(model: Model) {
    super();
    this.model = model;
    this.rows = new InstallationRows(model);
    this.values = [...EVENT_VALUES, ...model.suppliers.slice(1)];
  }

  override begin(entity: number, attributes: Attributes, group: GroupNumbers): void {
    this.entity = entity;
    // A Model is compiled from plans, so each of its groups is a plan and has a name.
    this.group = group as GroupPlan;
    this.installation = this.rows.row(entity, attributes, this.group);
    this.attempts = [];
    this.events = [...this.eventsOfDmc(this.installation.dmc)];
  }

  override event(at: Instant, event: number, value: number, ofModel: boolean): void {
    // The records hold every event of a DMC, even one after the end of this life. `begin` has added them.
    if (ofModel) return;
    const name = EVENTS[event] as HistoryEvent['event'];
    this.events.push({ at, event: name, value: this.values[eventValue(event, value)] as string });
  }

  override attempt(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): void {
    this.attempts.push(attemptOf(at, kind, outcome, system, table510));
  }

  override finish(_end: number, _endAt: Instant, tally: Tally): void {
    const { rules, horizon } = this.model;
    this.verdicts = tally.mask === 0 ? [] : verdictsOf(tally, rules.rules, horizon);
  }

  take(): Lived {
    const { entity, group, installation, attempts, events, verdicts } = this;
    assert(group !== null && installation !== null, 'a life has been lived');
    return {
      entity,
      population: group.name,
      position: entity - group.first,
      history: { installation, attempts, events },
      verdicts,
    };
  }

  private eventsOfDmc(dmc: string): readonly HistoryEvent[] {
    let known = this.ofDmc.get(dmc);
    if (known === undefined) {
      const { scenario, horizon } = this.model;
      known = modelEvents(scenario, dmc)
        .filter(({ at }) => at <= horizon)
        .map(({ at, event }) => ({ at, event: EVENTS[event] as HistoryEvent['event'], value: '' }));
      this.ofDmc.set(dmc, known);
    }
    return known;
  }
}
