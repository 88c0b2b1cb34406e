/**
 * The journal of a watch. Lines are only appended. Each line is on the disk before `append` returns, and holds a hash
 * of itself and of all lines before it. A last line that was torn when its writer died is removed; a journal that
 * somebody changed is refused.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { assert } from '../../../src/assert.ts';
import type { JournalStorage } from './journalStorage.ts';
import { journalRecordSchema, type JournalRecord } from './journalRecord.ts';

/** A journal that cannot be opened or extended, for a reason that the user can mend. */
export class JournalError extends Error {
  override name = 'JournalError';
}

const HASH_DIGITS = 16;
const lineSchema = z.looseObject({ n: z.int().min(1), h: z.string().length(HASH_DIGITS) });
const LINE_FEED = 0x0a;

export class Journal {
  readonly records: readonly JournalRecord[];
  /** Octets of a torn last line that were ignored when the journal was opened. */
  readonly tornBytes: number;
  private readonly written: JournalRecord[];
  private readonly storage: JournalStorage;
  private hash = '';
  private isBroken = false;

  /** Reads the journal. Throws a JournalError if the content is not a journal, or was changed. */
  constructor(storage: JournalStorage) {
    this.storage = storage;
    this.written = [];
    this.records = this.written;
    const bytes = storage.read();
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      const isLast = end === bytes.length - 1;
      const record = this.take(bytes.subarray(from, end));
      if (record === undefined) {
        // A disk may keep the end of a line and lose its middle. That can only happen to the last line.
        if (isLast) break;
        throw new JournalError(
          `${storage.name}:${this.written.length + 1}: this line was changed, or one before it; expected the journal as the watch wrote it\n  Restore the file, or begin another watch in another directory.`,
        );
      }
      this.written.push(record);
      from = end + 1;
    }
    this.tornBytes = bytes.length - from;
  }

  /** Removes a torn last line. Only the writer calls this, before its first append. */
  mend(): void {
    if (this.tornBytes > 0) this.storage.keep(this.storage.read().length - this.tornBytes);
  }

  /**
   * Appends records and returns when all of them are on the disk. Throws a JournalError if they cannot be written, and
   * at every later call.
   */
  append(...records: readonly JournalRecord[]): void {
    if (this.isBroken) throw new JournalError(`${this.storage.name}: it could not be written on before`);
    let text = '';
    let { hash } = this;
    for (const [i, record] of records.entries()) {
      assert(journalRecordSchema.safeParse(record).success, `a record of the journal is one: ${record.is}`);
      const line = { n: this.written.length + i + 1, ...record };
      hash = hashOf(hash, line);
      text += `${JSON.stringify({ ...line, h: hash })}\n`;
    }
    // If the storage throws, half a line may have been written, and no line may follow it.
    this.isBroken = true;
    try {
      this.storage.append(Buffer.from(text));
    } catch (error) {
      throw new JournalError(`${this.storage.name}: cannot be written on (${codeOf(error)})`, { cause: error });
    }
    this.isBroken = false;
    this.hash = hash;
    this.written.push(...records);
  }

  /** Parses a line that continues the journal; undefined for any other line. */
  private take(bytes: Uint8Array): JournalRecord | undefined {
    const line = lineSchema.safeParse(jsonOf(bytes));
    if (!line.success || line.data.n !== this.written.length + 1) return undefined;
    const { h, ...rest } = line.data;
    if (hashOf(this.hash, rest) !== h) return undefined;
    const { n: _n, ...record } = rest;
    const parsed = journalRecordSchema.safeParse(record);
    if (!parsed.success) {
      const where = `${this.storage.name}:${this.written.length + 1}`;
      throw new JournalError(`${where}: a record of another version of the bench (${String(rest['is'])})`);
    }
    this.hash = h;
    return parsed.data;
  }
}

function hashOf(before: string, line: object): string {
  return createHash('sha256')
    .update(before + JSON.stringify(line))
    .digest('hex')
    .slice(0, HASH_DIGITS);
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
}
