import type { Trace } from '../../exclusion/explain/trace.ts';
import { formatInstant } from '../../time.ts';
import type { RigRun, RigSetup, StepsFile } from '../../../devices/index.ts';

/** The head of every output of a rig, which describes the rig and its run. */
export interface RigHead {
  readonly rig: string;
  readonly rigHash: string;
  readonly clock: 'nominal' | 'wall';
  readonly version: string;
}

/** The content of `steps.json`. */
export function stepsFile({ rows, partial }: RigRun, head: RigHead & { readonly rules: string }): StepsFile {
  const { rig, rigHash, clock, version, rules } = head;
  return { format: 1, rig, rigHash, clock, rules, version, partial, steps: [...rows] };
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
    notRealised: [...new Set(run.rows.flatMap(({ notRealised }) => notRealised))],
    clauses: trace.clauses.map(({ category, clause, inScope, have, need, holds }) => ({
      category,
      clause: clause.clause,
      inScope,
      counted: have,
      needed: need,
      holds,
    })),
    steps: run.rows,
    ledgers: run.ledgers,
    out: out ?? null,
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}
