import { formatNearMisses, nearMisses, type NearMiss } from '../../exclusion/explain/nearMiss.ts';
import { formatTrace } from '../../exclusion/explain/formatTrace.ts';
import { trace as traceOf, type Trace } from '../../exclusion/explain/trace.ts';
import { rowWords } from '../../exclusion/explain/reasonWords.ts';
import { maskIdentifier } from '../../installation/identifiers.ts';
import { oneHistory, type OneHistory } from '../../interchange/history/oneHistory.ts';
import { withoutOrigins } from '../../interchange/history/rows.ts';
import { FileRefused, formatRefusal, maskedId } from '../../interchange/record/refusal.ts';
import type { History } from '../../migration/history.ts';
import { IN_FORCE, VARIOUS1 } from '../../rules/builtInRules.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { endOfLondonDate, formatInstant, type Instant } from '../../time.ts';
import { EXIT, UsageError } from '../shell/exit.ts';
import { explainJson } from './explainJson.ts';
import { facts, installationRows, outcomeMeaning } from '../../text/words.ts';
import type { Format } from '../../interchange/format/formats.ts';
import { temporaryFolder } from '../shell/inputs.ts';
import { recordInputs, type RecordFiles } from '../shell/recordInputs.ts';
import { writeText, type Io } from '../shell/io.ts';
import { rulesNamed } from '../shell/rulesOption.ts';
import { inputsOrigin, originOf } from '../output/outputOrigin.ts';
import type { Provenance } from '../../report/provenance.ts';

export interface RecordsOptions extends Omit<RecordFiles, 'format'> {
  readonly installation: string;
  readonly rules: string | undefined;
  readonly setRule: readonly string[];
  /** The as-of. Undefined means the last day of the rule set. */
  readonly asOf: { readonly at: Instant } | undefined;
  /** The form of the answer. */
  readonly output: 'text' | 'json';
  /** The format of input files whose names do not imply one. */
  readonly format?: Format | undefined;
  readonly formatOption?: string;
}

export interface Explained {
  readonly text: string;
  readonly exitCode: number;
}

/**
 * `explain --installations F --attempts F --installation ID`: explains what the clauses say about a recorded history.
 */
export async function explainRecords(io: Io, options: RecordsOptions): Promise<Explained> {
  const rules = rulesOf(options);
  const asOf = options.asOf?.at ?? endOfLondonDate(rules.expiresOn);
  const id = options.installation;
  const { path: temporary, remove } = temporaryFolder('explain');
  io.interruption().addEventListener('abort', remove, { once: true });
  let read: OneHistory;
  let provenance: Provenance | undefined;
  try {
    const inputs = await recordInputs(io, options, temporary);
    if (options.output === 'json') provenance = originOf(io, { rules: rules.name, inputs: inputsOrigin(inputs) });
    read = await oneHistory(inputs, id, asOf).then(masked);
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    return refusedText(io, `${error.message}\nThe file cannot be read on; nothing is explained.\n`);
  } finally {
    remove();
  }
  if (!read.known && read.refused.length === 0) {
    throw new UsageError(
      `--installation ${maskedId(id)}: no row of ${options.installations.join(', ')} has this installation_id.`,
    );
  }
  const { history } = read;
  const trace = history ? traceOf(history, rules, asOf) : null;
  const near = history ? nearMisses(history, rules, asOf) : null;
  const text =
    provenance !== undefined
      ? recordsJson(provenance, { id, rules, asOf, read, trace, near })
      : recordsText({ id, rules, asOf, read, trace, near });
  return { text, exitCode: read.refused.length > 0 ? EXIT.refused : EXIT.done };
}

function refusedText(io: Io, text: string): Explained {
  writeText(io.err, text);
  return { text: '', exitCode: EXIT.refused };
}

function rulesOf({ rules = VARIOUS1.name, setRule, asOf }: RecordsOptions): RuleSet {
  if (rules === IN_FORCE && !asOf) {
    throw new UsageError(`--rules ${IN_FORCE} selects by the as-of: say --as-of DATE as well.`);
  }
  return rulesNamed(rules, { setRule, asOf: asOf?.at });
}

interface Findings {
  readonly id: string;
  readonly rules: RuleSet;
  readonly asOf: Instant;
  readonly read: OneHistory;
  /** The trace; null if there is no history to explain. */
  readonly trace: Trace | null;
  readonly near: readonly NearMiss[] | null;
}

function recordsText({ id, rules, asOf, read, trace, near }: Findings): string {
  const { history, refused, refusedOthers, counts } = read;
  const head = [`Installation ${maskedId(id)}, as of ${formatInstant(asOf)}, by the rules ${rules.name}`];
  if (counts.duplicates > 0) head.push(`${rowCount(counts.duplicates)} more than once; each counts once`);
  if (counts.afterAsOf > 0) head.push(`${rowCount(counts.afterAsOf)} after the as-of, ignored`);
  head.push(...counts.remarks.lines());
  if (refusedOthers > 0)
    head.push(`${refusedOthers} refused ${refusedOthers === 1 ? 'row' : 'rows'} of others, or of nobody, passed over`);
  const sections = [head.join('\n')];
  if (refused.length > 0) {
    const lines = refused.map((row) => `  ${formatRefusal(row)}`);
    sections.push(['Refused rows of this installation or its DMC', ...lines].join('\n'));
  }
  if (!history || !trace || !near) {
    sections.push('There is no history to explain: mend the refused rows.');
    return `${sections.join('\n\n')}\n`;
  }
  sections.push(
    ['Facts at the start', ...facts(installationRows(history.installation))].join('\n'),
    ['History', ...historyLines(history, rules)].join('\n'),
    formatTrace(trace).trimEnd(),
    `Near misses: the fewest rows after the as-of that would make a category hold, then the earliest\n${indented(formatNearMisses(near))}`,
  );
  return `${sections.join('\n\n')}\n`;
}

function rowCount(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, '  ');
}

/** Every row that counts as one, by time. At one instant, events come first, because clauses take them first. */
function historyLines({ attempts, events }: History, rules: RuleSet): string[] {
  const rows = [...events, ...attempts].sort((a, b) => a.at - b.at);
  if (rows.length === 0) return ['  no attempt and no event up to the as-of'];
  return rows.map((row) => {
    const meaning = 'event' in row ? '' : `: ${outcomeMeaning(row, rules)}`;
    return `  ${formatInstant(row.at)}  ${rowWords(row)}${meaning}`;
  });
}

function recordsJson(provenance: Provenance, { id, rules, asOf, read, trace, near }: Findings): string {
  const { history, refused, refusedOthers, counts } = read;
  return explainJson(provenance, {
    installation: id,
    asOf,
    rules: rules.name,
    counts: { duplicates: counts.duplicates, afterAsOf: counts.afterAsOf, refusedOthers },
    remarks: counts.remarks.lines(),
    refused,
    history: history ? withoutOrigins(history) : null,
    trace,
    nearMisses: near,
  });
}

/**
 * Masks meter points before anything else is done, so that no part of an answer can contain a whole one: explanations
 * are shown to people and kept in logs. No clause looks at meter points.
 */
function masked(read: OneHistory): OneHistory {
  if (!read.history) return read;
  const { installation } = read.history;
  const { gas } = installation;
  return {
    ...read,
    history: {
      ...read.history,
      installation: {
        ...installation,
        mpan: maskIdentifier(installation.mpan),
        gas: gas === null ? null : { ...gas, mprn: maskIdentifier(gas.mprn) },
      },
    },
  };
}
