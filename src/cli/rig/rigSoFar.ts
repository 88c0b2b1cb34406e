/** What a rig at work says of itself after each contact, instruction and attempt, for `live`. */
import { formatInstant, parseInstant, type Instant } from '../../time.ts';
import { trace, type Trace } from '../../exclusion/explain/trace.ts';
import type { HistoryEvent } from '../../migration/history.ts';
import type { RigRun, RigSetup } from '../../../devices/index.ts';
import { clauseRows, type RigHead } from './rigJson.ts';

/** A rig before its first contact or attempt. */
export const NOTHING_YET: RigRun = { partial: true, attempts: [], contacts: [], undone: [], rows: [], ledgers: [] };

/** The trace of the history by the clauses, as of its last step. */
export function historyTrace({ attempts, rows }: RigRun, { installation, document, rules }: RigSetup): Trace {
  const events = document.events.map(({ at, event, value }): HistoryEvent => ({
    at: parseInstant(at) as Instant,
    event,
    value,
  }));
  const instants = [
    ...attempts.map(({ at }) => at),
    ...rows.map(({ at }) => parseInstant(at) as Instant),
    ...events.map(({ at }) => at),
  ];
  const asOf = instants.reduce((latest, at) => Math.max(latest, at), parseInstant(document.schedule.start) as Instant);
  return trace({ installation, attempts, events }, rules, asOf);
}

/** The head of the outputs, the attempts and the last contacts so far, and how near each clause is. */
export function rigSoFar(run: RigRun, setup: RigSetup, head: RigHead, sources: readonly { readonly source: string }[]) {
  const { attempts, contacts, rows, undone } = run;
  const heard = new Map<string, { readonly link: string; readonly source: string; readonly at: string }>();
  for (const { at, link, source } of contacts) heard.set(`${link} ${source}`, { link, source, at: formatInstant(at) });
  return {
    format: 1,
    ...head,
    rules: setup.rules.name,
    attempts: {
      recorded: attempts.length,
      device: attempts.filter(({ cause }) => cause === 'device').length,
      system: attempts.filter(({ cause }) => cause === 'system').length,
      notCarriedOut: undone.length,
    },
    sources: sources.map(({ source }) => source),
    heard: [...heard.values()],
    clauses: clauseRows(historyTrace(run, setup)),
    steps: rows,
  };
}
