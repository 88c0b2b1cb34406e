import type { History } from '../../migration/history.ts';
import type { Input } from '../format/formats.ts';
import { lineOf } from '../record/rawBatch.ts';
import {
  DMC_PREFIX,
  readAttempts,
  readEvents,
  readInstallations,
  type AttemptRows,
  type EventRows,
  type InstallationRows,
} from './recordReaders.ts';
import { FileRefused, maskedId, type Refuse } from '../record/refusal.ts';
import { judge, type Group, type Judgement } from './judge.ts';
import { attemptRow, eventRow, type AttemptRow, type EventRow } from './rows.ts';

/** The most rows of one installation, duplicates included. Its history must fit in memory. */
export const INSTALLATION_ROWS_MAX = 100_000;

/** An order in which all files may be sorted. */
export interface Order {
  readonly name: 'numeric' | 'lexicographic';
  /** True if an id can occur in a file of this order. */
  admits(id: string): boolean;
  compare(a: string, b: string): number;
}

/**
 * The orders that are tried, one after the other. Lexicographic order is by UTF-16 code units. It equals the order of
 * bytes, except for characters beyond the BMP.
 */
export const ORDERS: readonly Order[] = [
  { name: 'numeric', admits: (id) => /^(0|[1-9]\d{0,14})$/.test(id), compare: (a, b) => Number(a) - Number(b) },
  { name: 'lexicographic', admits: () => true, compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0) },
];

/** Thrown if the files are not in the order that is tried. */
export class OutOfOrder extends Error {
  override name = 'OutOfOrder';
}

export interface JoinInputs {
  readonly installations: readonly Input[];
  readonly attempts: readonly Input[];
  readonly events: readonly Input[];
}

/**
 * Joins files that are all in one order, in flat memory: one batch of each. It calls `decided` in the order of the
 * installations, and waits if it returns a promise.
 * @throws OutOfOrder at the first row out of order; the calls made until then are void
 */
export async function mergeJoin(
  inputs: JoinInputs,
  order: Order,
  judgement: Judgement,
  decided: (history: History) => void | Promise<void>,
): Promise<void> {
  const { refuse, progress } = judgement;
  const installations = new Cursor<InstallationRows>(
    chain(inputs.installations, readInstallations, refuse, progress),
    (b) => b.id,
    order,
  );
  const attempts = new Cursor<AttemptRows>(chain(inputs.attempts, readAttempts, refuse, progress), (b) => b.id, order);
  const events = new Cursor<EventRows>(chain(inputs.events, readEvents, refuse, progress), (b) => b.subject, order);
  const own = (subject: string): boolean => !subject.startsWith(DMC_PREFIX);
  events.passOver = (subject) => !own(subject);

  try {
    await joinCursors();
  } finally {
    for (const cursor of [installations, attempts, events]) await cursor.close();
  }

  async function joinCursors(): Promise<void> {
    for (;;) {
      // The least id of the three comes next. A group without an installation belongs to an installation that is not
      // known.
      const ids: string[] = [];
      for (const cursor of [installations, attempts, events]) {
        const id = cursor.id ?? (await cursor.fill());
        if (id !== undefined) ids.push(id);
      }
      let id = ids.pop();
      if (id === undefined) return;
      for (const other of ids) if (order.compare(other, id) < 0) id = other;
      const group: Group = {
        id,
        installations: await gather(installations, id, (batch, row, file) => ({
          file,
          line: lineOf(batch, row),
          installation: batch.installation(row),
        })),
        attempts: await gather(attempts, id, attemptAt),
        events: await gather(events, id, eventAt),
      };
      const history = judge(group, judgement);
      const waits = history && decided(history);
      if (waits) await waits;
    }
  }
}

/** Attempt `row` of a batch as an object. */
export function attemptAt(batch: AttemptRows, row: number, file: number): AttemptRow {
  return attemptRow(
    { file, line: lineOf(batch, row) },
    batch.at[row] as number,
    batch.kind[row] as number,
    batch.outcome[row] as string,
    batch.cause[row] as number,
    batch.table510[row] as number,
  );
}

/** Event `row` of a batch as an object. */
export function eventAt(batch: EventRows, row: number, file: number): EventRow {
  const origin = { file, line: lineOf(batch, row) };
  return eventRow(origin, batch.at[row] as number, batch.event[row] as number, batch.value[row] as string);
}

/** Takes all rows of an id. It awaits only where a batch ends. */
async function gather<B extends Batch, R>(
  cursor: Cursor<B>,
  id: string,
  take: (batch: B, row: number, file: number) => R,
): Promise<R[]> {
  const rows: R[] = [];
  for (;;) {
    while (cursor.id === id) {
      rows.push(take(cursor.batch, cursor.row, cursor.file));
      if (rows.length > INSTALLATION_ROWS_MAX) throw tooManyRows(cursor.name, lineOf(cursor.batch, cursor.row), id);
      cursor.advance();
    }
    if (cursor.id !== undefined || (await cursor.fill()) !== id) return rows;
  }
}

export function tooManyRows(file: string, line: number, id: string): FileRefused {
  const found = `more than ${INSTALLATION_ROWS_MAX} rows of ${maskedId(id)}`;
  return new FileRefused({ file, line, column: 'installation_id', found, expected: 'fewer' });
}

interface Batch {
  readonly rows: number;
  readonly lines: Float64Array | number;
  readonly accepted: Uint8Array;
}

interface Placed<B> {
  readonly batch: B;
  readonly file: number;
  readonly name: string;
}

/** The batches of several files, one after the other, as if they were one file. */
export async function* chain<B extends Batch>(
  inputs: readonly Input[],
  read: (input: Input, refuse: Refuse) => AsyncGenerator<B>,
  refuse: Refuse,
  progress: (rows: number) => void,
): AsyncGenerator<Placed<B>> {
  for (const [file, input] of inputs.entries()) {
    for await (const batch of read(input, refuse)) {
      progress(batch.rows);
      yield { batch, file, name: input.name };
    }
  }
}

/** The accepted rows of a record, one after the other. Their order is checked. */
class Cursor<B extends Batch> {
  readonly #batches: AsyncGenerator<Placed<B>>;
  readonly #idsOf: (batch: B) => readonly string[];
  readonly #order: Order;
  #ids: readonly string[] = [];
  #previous: string | undefined;
  batch!: B;
  file = 0;
  name = '';
  row = -1;
  /** The id of the current row. It is undefined at the end of a batch; `fill` then fetches the next batch. */
  id: string | undefined;
  passOver: (id: string) => boolean = () => false;

  constructor(batches: AsyncGenerator<Placed<B>>, idsOf: (batch: B) => readonly string[], order: Order) {
    this.#batches = batches;
    this.#idsOf = idsOf;
    this.#order = order;
  }

  /** Closes the file, even in the middle of reading. */
  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }

  /** Moves to the next accepted row of the batch. */
  advance(): void {
    const { accepted, rows } = this.batch;
    for (this.row += 1; this.row < rows; this.row += 1) {
      if (accepted[this.row] === 0) continue;
      const id = this.#ids[this.row] as string;
      if (id !== this.#previous) {
        if (this.passOver(id)) continue;
        const after = this.#previous === undefined || this.#order.compare(this.#previous, id) < 0;
        if (!after || !this.#order.admits(id)) throw new OutOfOrder(`${this.name}: ${id}`);
        this.#previous = id;
      }
      this.id = id;
      return;
    }
    this.id = undefined;
  }

  /** Reads batches until there is an accepted row. Returns undefined at the end of the last file. */
  async fill(): Promise<string | undefined> {
    while (this.id === undefined) {
      const next = await this.#batches.next();
      if (next.done) return undefined;
      ({ batch: this.batch, file: this.file, name: this.name } = next.value);
      this.#ids = this.#idsOf(this.batch);
      this.row = -1;
      this.advance();
    }
    return this.id;
  }
}
