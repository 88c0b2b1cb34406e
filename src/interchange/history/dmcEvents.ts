import type { Instant } from '../../time.ts';
import { DMC_PREFIX, readEvents } from './recordReaders.ts';
import type { Input } from '../format/formats.ts';
import { lineOf } from '../record/rawBatch.ts';
import { FileRefused, type Refuse } from '../record/refusal.ts';
import type { DmcHistory, JoinCounts } from './judge.ts';
import { EVENT_ROWS, eventRow, settle, type EventRow } from './rows.ts';

/**
 * The most events of DMCs. They are kept in memory, because they may be anywhere in a file and concern any
 * installation.
 */
const DMC_EVENTS_MAX = 1_000_000;

/**
 * Collects the events of every DMC (subjects `dmc:<id>`). It refuses events that contradict each other, and counts
 * those after the as-of.
 */
export async function readDmcEvents(
  inputs: readonly Input[],
  options: SettleOptions,
): Promise<ReadonlyMap<string, DmcHistory>> {
  const rowsOf = new Map<string, EventRow[]>();
  let held = 0;
  for (const [file, input] of inputs.entries()) {
    // Rows that are wrong by themselves are refused later, when the file is read for its installations.
    for await (const batch of readEvents(input, () => undefined)) {
      for (let row = 0; row < batch.rows; row += 1) {
        const subject = batch.subject[row] as string;
        if (batch.accepted[row] === 0 || !subject.startsWith(DMC_PREFIX)) continue;
        const origin = { file, line: lineOf(batch, row) };
        const event = eventRow(origin, batch.at[row] as number, batch.event[row] as number, batch.value[row] as string);
        const dmc = subject.slice(DMC_PREFIX.length);
        const rows = rowsOf.get(dmc);
        if (rows) rows.push(event);
        else rowsOf.set(dmc, [event]);
        held += 1;
        if (held > DMC_EVENTS_MAX) {
          const found = `more than ${DMC_EVENTS_MAX} events of DMCs`;
          throw new FileRefused({ file: input.name, line: origin.line, column: 'subject', found, expected: 'fewer' });
        }
      }
    }
  }
  const histories = new Map<string, DmcHistory>();
  for (const [dmc, rows] of rowsOf) {
    histories.set(dmc, settleDmc(rows, inputs, options));
  }
  return histories;
}

interface SettleOptions {
  readonly asOf: Instant;
  readonly refuse: Refuse;
  readonly counts: JoinCounts;
}

/** Combines the rows of one DMC. Rows that contradict each other are refused, and rows after the as-of are counted. */
export function settleDmc(
  rows: readonly EventRow[],
  inputs: readonly Input[],
  { asOf, refuse, counts }: SettleOptions,
): DmcHistory {
  const settled = settle(rows, EVENT_ROWS, (at) => `${inputs[at.file]?.name}:${at.line}`);
  for (const { file, ...conflict } of settled.conflicts) refuse({ file: inputs[file]?.name ?? '', ...conflict });
  const events = settled.rows.filter((row) => row.at <= asOf);
  counts.events += settled.rows.length;
  counts.duplicates += settled.duplicates;
  counts.afterAsOf += settled.rows.length - events.length;
  return { events, contradictory: settled.conflicts.length > 0 };
}
