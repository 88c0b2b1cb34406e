import { assert } from '../../src/assert.ts';
import { CATEGORIES } from '../../src/clauses/clause.ts';
import type { Span, Verdict } from '../../src/exclusion/verdict.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import { EVENTS, type Attempt, type History, type HistoryEvent } from '../../src/migration/history.ts';
import { MIGRATION } from '../../src/exclusion/engine/engineCodes.ts';
import { parseInstant } from '../../src/time.ts';
import { modelEvents, type Model } from '../../sim/kernel/model/model.ts';
import { OUTCOMES } from '../../sim/kernel/model/outcomes.ts';
import { EVENT_VALUES, type ShardRecords } from '../../sim/kernel/records/recordBuffers.ts';
import { ShardRunner, shardsOf } from '../../sim/kernel/run/shard.ts';
import { addCounts, emptyCounts, type Counts } from '../../sim/kernel/life/counts.ts';
import { dmcNames } from '../../sim/population/groups.ts';
import { seedWords } from '../../sim/world/dice/streams.ts';

/** One simulated installation as the files of a run tell it, and what the kernel itself made of it. */
export interface Lived {
  readonly entity: number;
  readonly history: History;
  readonly spans: readonly Span[];
  readonly verdicts: readonly Pick<
    Verdict,
    'category' | 'metAt' | 'effectiveFrom' | 'counted' | 'evidence' | 'reported'
  >[];
}

export interface Recorded {
  readonly model: Model;
  readonly counts: Counts;
  readonly lives: readonly Lived[];
}

/** Runs a model on this thread and reads its records back into histories, in the order of the installations. */
export function recorded(model: Model, seed: string, replication = 0): Recorded {
  const runner = new ShardRunner(model, seedWords(seed), replication);
  const counts = emptyCounts(model.asOfs.length, model.months);
  const lives: Lived[] = [];
  for (let shard = 0; shard < shardsOf(model.size); shard += 1) {
    const shardOf = runner.record(shard);
    addCounts(counts, shardOf.counts);
    lives.push(...livesOf(shardOf.records, model));
  }
  return { model, counts, lives };
}

function livesOf(records: ShardRecords, model: Model): Lived[] {
  const { installations: of } = records;
  const dmcs = dmcNames(model.groups);
  const values = [...EVENT_VALUES, ...model.suppliers.slice(1)];
  const byId = new Map<
    number,
    { attempts: Attempt[]; events: HistoryEvent[]; spans: Span[]; verdicts: Lived['verdicts'][number][] }
  >();
  const lives = Array.from(of.id, (id, i): Lived => {
    const at = (column: Int32Array): number => column[i] as number;
    const dmc = dmcs[at(of.dmc)] as string;
    const row = { attempts: [], events: eventsOfDmc(model, dmc), spans: [], verdicts: [] };
    byId.set(id, row);
    const mode = (code: number) => (code === 1 ? 'credit' : 'prepayment');
    const history: History = {
      installation: {
        installationId: String(id),
        cohort: COHORTS[at(of.cohort)] as (typeof COHORTS)[number],
        groupId: model.groups[at(of.group)]?.population.groupId ?? '',
        mpan: String(of.mpan[i]),
        esmeDormant: at(of.esmeDormant) === 1,
        electricityPaymentMode: mode(at(of.electricityCredit)),
        electricitySupplier: model.suppliers[at(of.electricitySupplier)] as string,
        dmc,
        operator: Object.keys(model.scenario.operators)[at(of.operator)] as string,
        hubModel: Object.keys(model.scenario.hubModels)[at(of.hubModel)] as string,
        gas: Number.isNaN(of.mprn[i])
          ? null
          : {
              mprn: String(of.mprn[i]),
              dormant: at(of.gsmeDormant) === 1,
              paymentMode: mode(at(of.gasCredit)),
              supplier: model.suppliers[at(of.gasSupplier)] as string,
            },
      },
      attempts: row.attempts,
      events: row.events,
    };
    return { entity: id, history, spans: row.spans, verdicts: row.verdicts };
  });
  const rowOf = (id: number) => {
    const row = byId.get(id);
    assert(row !== undefined, 'a record belongs to an installation of its shard');
    return row;
  };
  const { attempts, events, spans, verdicts } = records;
  attempts.id.forEach((id, i) => {
    rowOf(id).attempts.push({
      at: attempts.at[i] as number,
      kind: attempts.kind[i] === MIGRATION ? 'migration' : 'instruction',
      outcome: OUTCOMES[attempts.outcome[i] as number] as string,
      cause: attempts.system[i] === 1 ? 'system' : 'device',
      table510: attempts.table510[i] === 1,
    });
  });
  events.id.forEach((id, i) => {
    rowOf(id).events.push({
      at: events.at[i] as number,
      event: EVENTS[events.event[i] as number] as HistoryEvent['event'],
      value: values[events.value[i] as number] as string,
    });
  });
  spans.id.forEach((id, i) => {
    const to = spans.to[i] as number;
    rowOf(id).spans.push({
      category: CATEGORIES[spans.category[i] as number] as Span['category'],
      from: spans.from[i] as number,
      to: to < 0 ? null : to,
    });
  });
  verdicts.id.forEach((id, i) => {
    const [effectiveFrom, counted] = [verdicts.effectiveFrom[i] as number, verdicts.counted[i] as number];
    rowOf(id).verdicts.push({
      category: CATEGORIES[verdicts.category[i] as number] as Span['category'],
      metAt: verdicts.metAt[i] as number,
      effectiveFrom: effectiveFrom < 0 ? null : effectiveFrom,
      counted: counted < 0 ? null : counted,
      evidence: (verdicts.evidence[i] as string).split(';').map((text) => parseInstant(text) as number),
      reported: verdicts.reported[i] === 1,
    });
  });
  return lives;
}

/** The events of a DMC stand once in the files, under the DMC. */
function eventsOfDmc(model: Model, dmc: string): HistoryEvent[] {
  return modelEvents(model.scenario, dmc)
    .filter((row) => row.at <= model.horizon)
    .map((row) => ({ at: row.at, event: EVENTS[row.event] as HistoryEvent['event'], value: '' }));
}
