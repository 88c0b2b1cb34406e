import type { Trace } from '../../exclusion/explain/trace.ts';
import { formatInstant } from '../../time.ts';
import { originOf } from '../output/outputOrigin.ts';
import type { Io } from '../shell/io.ts';
import type { RigRun, RigSetup, StepsFile } from '../../../devices/index.ts';
import type { Provenance } from '../../report/provenance.ts';

/** The head of every output of a rig, which describes the rig and its run. */
export interface RigHead {
  readonly rig: string;
  readonly rigHash: string;
  readonly clock: 'nominal' | 'wall';
  readonly version: string;
  readonly provenance: Provenance;
}

/**
 * What tells a rig from others. The hash of its file stands in the place of a scenario's.
 * @param clock the clock that it runs by; a watch runs by the wall clock, whatever its file says
 */
export function headOf(
  io: Pick<Io, 'asked'>,
  { document, clock: own, rules }: RigSetup,
  { hash, clock = own }: { readonly hash: string; readonly clock?: RigHead['clock'] },
): RigHead {
  const provenance = originOf(io, { scenarios: [{ name: document.name, hash }], rules: rules.name });
  return { rig: document.name, rigHash: hash, clock, version: provenance.version, provenance };
}

/** The content of `steps.json`. */
export function stepsFile({ rows, partial }: RigRun, head: RigHead & { readonly rules: string }): StepsFile {
  const { rig, rigHash, clock, version, rules } = head;
  return { format: 1, rig, rigHash, clock, rules, version, partial, steps: [...rows] };
}

/** How near each clause is after the last step, as the evaluator of the rules counts. */
export function clauseRows({ clauses }: Trace) {
  return clauses.map(({ category, clause, inScope, have, need, holds, missing }) => ({
    category,
    clause: clause.clause,
    inScope,
    counted: have,
    needed: need,
    holds,
    missing: missing === '' ? null : missing,
  }));
}

/** The text of `rig --format json`. */
export function rigJson(of: {
  run: RigRun;
  setup: RigSetup;
  head: RigHead;
  trace: Trace;
  out: string | undefined;
}): string {
  const { run, setup, head, trace, out } = of;
  const { installationId, cohort } = setup.installation;
  const told = {
    ...head,
    rules: setup.rules.name,
    partial: run.partial,
    installation: { installation_id: installationId, cohort },
    attempts: run.attempts.map(({ at, kind, outcome, cause, table510 }) => ({
      at: formatInstant(at),
      kind,
      outcome,
      cause,
      table_5_10: table510 ? 'yes' : 'no',
    })),
    contacts: run.contacts.map(({ at, link, source }) => ({ at: formatInstant(at), link, source })),
    notCarriedOut: run.undone.map(({ at, kind, why }) => ({ at: formatInstant(at), kind, why })),
    readings: run.rows.flatMap(({ at, step, readings }) => readings.map((reading) => ({ at, step, ...reading }))),
    notRealised: [...new Set(run.rows.flatMap(({ notRealised }) => notRealised))],
    clauses: clauseRows(trace),
    steps: run.rows,
    ledgers: run.ledgers,
    out: out ?? null,
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}
