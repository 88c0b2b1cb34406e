import { assert } from '../../src/assert.ts';
import { INSTRUCTION } from '../../src/exclusion/engine/engineCodes.ts';
import { spansOfTally, verdictsOf } from '../../src/exclusion/engine/engine.ts';
import type { Tally } from '../../src/exclusion/engine/tally.ts';
import type { Span, Verdict } from '../../src/exclusion/verdict.ts';
import { EVENTS, type History } from '../../src/migration/history.ts';
import { OBSERVATIONS, type Observation } from '../../src/migration/observations.ts';
import type { StepId } from '../../src/migration/steps.ts';
import type { Installation } from '../../src/installation/installation.ts';
import type { HistoryEvent } from '../../src/migration/history.ts';
import type { Instant } from '../../src/time.ts';
import type { SeedWords } from '../world/dice/draws.ts';
import { ENDS, type End } from '../scenario/ends.ts';
import type { Model } from '../kernel/model/model.ts';
import { Observer } from '../kernel/life/observer.ts';
import { EVENT_VALUES, eventValue } from '../kernel/records/recordBuffers.ts';
import { Replication } from '../kernel/model/replication.ts';
import { lifeOf } from '../kernel/run/shard.ts';
import { viewOf, type LifeView } from './lifeView.ts';
import { StoryCauses, type AttemptTold } from './storyCauses.ts';
import { InstallationRows } from './installationRows.ts';
import { attemptOf } from './storyAttempt.ts';
import { instantOf, type StoryEntry } from './storyEntry.ts';
import { factsOf, type StoryFacts } from './storyFacts.ts';
import { StoryInstructions } from './storyInstructions.ts';
import { stopOf, type Stop } from './storyEnding.ts';
import { hanStory, sharedOutagesOf, wanStory, type LinkStory, type Outage } from './storyLinks.ts';
import { emptyCounts } from '../kernel/life/counts.ts';

/** The story of one life, as plain data. */
export interface Story {
  readonly entity: number;
  readonly facts: StoryFacts;
  readonly wan: LinkStory;
  /** Null if the installation has no GSME. */
  readonly han: LinkStory | null;
  /** Shared outages and planned windows that fail attempts on the system side. */
  readonly system: readonly Outage[];
  readonly entries: readonly StoryEntry[];
  readonly end: End;
  /** The instant at which the life ended; null if it went on to the horizon. */
  readonly endAt: Instant | null;
  /** Why no attempt follows the last one; null if `end` says it already. */
  readonly stop: Stop | null;
  /** The rows that the records of a run hold for this installation. */
  readonly history: History;
  /** The verdicts of the kernel's tally at the horizon, and the spans in which each category held. */
  readonly verdicts: readonly Verdict[];
  readonly spans: readonly Span[];
}

/** Simulates one installation of one replication and returns its story. A whole run gives it the same life. */
export function tellStory(
  model: Model,
  options: { readonly seed: SeedWords; readonly replication: number; readonly installation: number },
): Story {
  const replication = new Replication(model, options.seed, options.replication);
  const teller = new StoryTeller(model, replication);
  const life = lifeOf(model, replication, emptyCounts(model.asOfs.length, model.months), teller, true);
  teller.life = viewOf(life);
  life.run(options.installation);
  return teller.story();
}

/** Observes a life and keeps its story. Only the latest life is kept. */
class StoryTeller extends Observer {
  private readonly model: Model;
  private readonly replication: Replication;
  private readonly causes: StoryCauses;
  private readonly rows: InstallationRows;
  private readonly instructions = new StoryInstructions();
  /** The life that is observed. It is set before the life runs. */
  life: LifeView | null = null;
  private entity = 0;
  private installation: Installation | null = null;
  private entries: StoryEntry[] = [];
  private system: readonly Outage[] = [];
  private failure: AttemptTold | null = null;
  private told: Story | null = null;

  constructor(model: Model, replication: Replication) {
    super();
    this.model = model;
    this.replication = replication;
    this.causes = new StoryCauses(model);
    this.rows = new InstallationRows(model);
  }

  override begin(entity: number): void {
    const life = this.life as LifeView;
    this.entity = entity;
    this.installation = this.rows.row(entity, life.attributes, life.group);
    this.entries = [];
    this.failure = null;
    this.told = null;
    this.system = sharedOutagesOf(this.model, this.replication, life.attributes, 'system');
    this.causes.begin(this.system);
    this.instructions.begin();
  }

  override event(at: Instant, event: number, value: number, ofModel: boolean): void {
    const values = [...EVENT_VALUES, ...this.model.suppliers.slice(1)];
    this.add({
      type: 'event',
      event: {
        at,
        event: EVENTS[event] as HistoryEvent['event'],
        value: values[eventValue(event, value)] as string,
      },
      ofModel,
    });
  }

  override failed(position: number, observation: number): void {
    const life = this.life as LifeView;
    const step = life.group.steps[position] as StepId;
    this.failure = this.causes.failed(life, step, OBSERVATIONS[observation] as Observation);
  }

  override attempt(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): void {
    const attempt = attemptOf(at, kind, outcome, system, table510);
    const life = this.life as LifeView;
    if (kind === INSTRUCTION) {
      this.add({ type: 'instruction', attempt, instructed: this.instructions.told(life, attempt) });
      return;
    }
    this.add({ type: 'migration', attempt, told: this.failure ?? this.causes.passed(life, attempt) });
    this.failure = null;
  }

  override finish(end: number, endAt: Instant, tally: Tally): void {
    const life = this.life as LifeView;
    const installation = this.installation as Installation;
    const { horizon, start, rules } = this.model;
    // The life draws the HAN when something first asks for it. The story shows the HAN in every case, so it asks here.
    if (installation.gas !== null) assert(life.facts.lastHanContact <= life.facts.at, 'a contact lies in the past');
    const shared = sharedOutagesOf(this.model, this.replication, life.attributes, 'wan');
    const spans = spansOfTally(tally);
    this.told = {
      entity: this.entity,
      facts: factsOf(installation, life, this.model),
      wan: wanStory(life, shared, start, horizon),
      han: installation.gas === null ? null : hanStory(life, start, horizon),
      system: this.system,
      entries: this.entries,
      end: ENDS[end] as End,
      endAt: endAt === 0 ? null : endAt,
      stop: stopOf({
        model: this.model,
        group: life.group,
        entries: this.entries,
        spans,
        replacedAt: life.replacedAt,
        instructionDay: this.instructions.dueDay,
      }),
      history: historyOf(installation, this.entries),
      verdicts: verdictsOf(tally, rules.rules, horizon),
      spans,
    };
  }

  story(): Story {
    assert(this.told !== null, 'a story is told when its life has ended');
    return this.told;
  }

  private add(entry: StoryEntry): void {
    const before = this.entries.at(-1);
    assert(!before || instantOf(before) <= instantOf(entry), 'a life is lived in time order');
    this.entries.push(entry);
  }
}

function historyOf(installation: Installation, entries: readonly StoryEntry[]): History {
  return {
    installation,
    attempts: entries.flatMap((entry) => (entry.type === 'event' ? [] : [entry.attempt])),
    events: entries.flatMap((entry) => (entry.type === 'event' ? [entry.event] : [])),
  };
}
