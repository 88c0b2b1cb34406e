import type { Trace } from '../../exclusion/explain/trace.ts';
import { formatInstant, instant } from '../../time.ts';
import type { WatchFace } from './watchFace.ts';
import type { RigSetup, WatchState } from '../../../devices/index.ts';
import type { RigHead } from './rigJson.ts';
import { whyDoubtful } from './watchTrace.ts';

/** A summary of a watch as plain data, for `watch.json` and `rig status --format json`. */
export function watchSummary(of: {
  readonly state: WatchState;
  readonly setup: RigSetup;
  readonly head: RigHead;
  readonly trace: Trace;
  readonly face: WatchFace;
}) {
  const { state, setup, head, trace, face } = of;
  const { settled, tries, evidence, begun, ended, schedule, starts, underWay } = state;
  const attempts = settled.flatMap((one) => face.attemptOf(one) ?? []);
  const next = face.nextDue(state);
  const textOf = (at: number): string => formatInstant(at);
  return {
    format: 1,
    ...head,
    rules: setup.rules.name,
    installation: setup.installation.installationId,
    begun: begun?.t ?? null,
    starts,
    lastSignOfLife: textOf(state.lastAt),
    journal: { lines: state.lines },
    over: ended?.why ?? null,
    schedule,
    migrate: face.watchOf(setup).migrate,
    attempts: {
      settled: settled.length,
      device: attempts.filter(({ cause }) => cause === 'device').length,
      system: attempts.filter(({ cause }) => cause === 'system').length,
      passed: settled.flatMap((one) => (one.is === 'passed' ? [one.at] : [])),
      unknown: settled.flatMap((one) => (one.is === 'unknown' ? [{ at: one.at, why: one.why }] : [])),
      underWay: underWay === undefined ? null : textOf(underWay.at),
    },
    contacts: {
      due: new Set(tries.map(({ slot }) => slot)).size,
      answered: tries.filter(({ result }) => result === 'answered').length,
      triesMissed: tries.filter(({ result }) => result === 'missed').length,
      lastHeard: {
        wan: textOrNull(state.lastHeard('wan')),
        han: textOrNull(state.lastHeard('han')),
      },
      /** Those of the rig file, also if they have never spoken. */
      sources: face.evidenceSources(setup),
      evidence: Object.fromEntries([...state.sources()].map((source) => [source, evidence.filter((one) => one.source === source).length])), // prettier-ignore
    },
    downtimes: downtimesOf(state),
    next: 'over' in next ? null : { is: next.kind, at: textOf(next.at) },
    asOf: textOf(trace.asOf),
    clauses: trace.clauses.map((clause) => ({
      category: clause.category,
      clause: clause.clause.clause,
      inScope: clause.inScope,
      counted: clause.have,
      needed: clause.need,
      holds: clause.holds,
      missing: clause.missing === '' ? null : clause.missing,
      doubtful: whyDoubtful(clause, state) ?? null,
    })),
  };
}

export type WatchSummary = ReturnType<typeof watchSummary>;

/** Periods without a watch in which something was due. */
function downtimesOf({ downtimes, settled, tries }: WatchState) {
  return downtimes
    .map(({ from, to, how }) => ({
      from: formatInstant(from),
      to: formatInstant(to),
      how,
      attempts: settled.filter((one) => one.is === 'missed' && within(instant(one.at), from, to)).length,
      tries: tries.filter(({ result, dueAt }) => result === 'missed' && within(dueAt, from, to)).length,
    }))
    .filter(({ attempts, tries: missed }) => attempts + missed > 0);
}

function within(at: number, from: number, to: number): boolean {
  return at >= from && at <= to;
}

function textOrNull(at: number | undefined): string | null {
  return at === undefined ? null : formatInstant(at);
}
