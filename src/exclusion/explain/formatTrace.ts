import { COHORT_LABELS } from '../../installation/cohort.ts';
import { formatInstant, formatWeek, type Instant } from '../../time.ts';
import type { Unit } from '../reference/counting.ts';
import type { ClauseTrace, Trace } from './trace.ts';
import { NOTE_KINDS } from '../verdict.ts';
import { rowWords } from './reasonWords.ts';

/**
 * Writes a trace as plain text for `explain`, one line per fact. The text has no ANSI codes and ends with a newline.
 */
export function formatTrace(trace: Trace): string {
  const lines = [
    `installation ${trace.installationId}, ${COHORT_LABELS[trace.cohort]}, as of ${formatInstant(trace.asOf)}`,
    `rules ${trace.rules}`,
    ...stateLines(trace),
    ...trace.clauses.flatMap((clause) => ['', ...clauseLines(clause)]),
  ];
  if (trace.clauses.length === 0) lines.push('', 'the rule set has no category of exclusion');
  if (trace.notes.length > 0) lines.push('', 'notes');
  for (const { at, note } of trace.notes) lines.push(`  ${formatInstant(at)}  ${NOTE_KINDS[note]}`);
  return `${lines.join('\n')}\n`;
}

function stateLines({ state, migration }: Trace): string[] {
  const { gas } = state;
  const meter = (dormant: boolean, mode: string, supplier: string) =>
    `${dormant ? 'Dormant' : 'Active'}, ${mode}, supplier ${supplier === '' ? 'not known to DCC' : supplier}`;
  const lines = [
    `electricity: ${meter(state.esmeDormant, state.electricityPaymentMode, state.electricitySupplier)}`,
    gas === null ? 'gas: no gas meter' : `gas: ${meter(gas.dormant, gas.paymentMode, gas.supplier)}`,
  ];
  if (state.readmittedAt > -Infinity) lines.push(`readmitted ${formatInstant(state.readmittedAt)}`);
  if (migration !== null) lines.push(`migrated ${formatInstant(migration.at)}: ${migration.outcome}`);
  return lines;
}

function clauseLines(clause: ClauseTrace): string[] {
  const { verdict, have, need, route } = clause;
  const { clause: number, title, text, decidedBy, kind182, excludes } = clause.clause;
  const lines = [
    `${clause.category} (${number}, ${title}): ${clause.holds ? 'HOLDS' : 'does not hold'}`,
    `  ${text}`,
    `  ${clause.citations.join('; ')}`,
    ...clause.doubts.map((doubt) => `  doubt: ${doubt}`),
    `  decided by: ${decidedBy}; 18.2 (${kind182.join(', ')}), our inference; excludes the ${excludes}`,
    `  scope: ${clause.inScope ? 'in scope' : clause.bars.map(({ why }) => why).join('; ')}`,
  ];
  if (route !== null) lines.push(`  route: ${route === 'dormant' ? 'Dormant' : 'Active'} gas meter`);
  for (const { record, counted, why } of clause.rows) {
    lines.push(`  ${counted ? '+' : '-'} ${formatInstant(record.at)}  ${rowWords(record)}: ${why}`);
  }
  if (have !== null) lines.push(`  counted ${have}, needs ${need}${unitWords(clause.units)}`);
  if (verdict === null) return [...lines, `  missing: ${clause.missing}`];
  const effective = verdict.effectiveFrom === null ? 'not in effect' : formatInstant(verdict.effectiveFrom);
  return [
    ...lines,
    `  met ${formatInstant(verdict.metAt)}: ${clause.metBecause}`,
    `  effective: ${effective}: ${clause.effectiveBecause}`,
    `  evidence: ${verdict.evidence.map(formatInstant).join('; ')}`,
    `  reported: ${verdict.reported ? 'yes' : 'no'}: ${clause.reportedBecause}`,
  ];
}

function unitWords(units: readonly Unit[]): string {
  if (units.length === 0) return '';
  const days = (attempts: readonly Instant[]) => attempts.map(formatInstant).join(', ');
  const words = units.map(({ week, attempts }) =>
    week === null ? days(attempts) : `${formatWeek(week)} (${days(attempts)})`,
  );
  return `: ${words.join('; ')}`;
}
