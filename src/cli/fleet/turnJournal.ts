/**
 * The turns of a fleet, a line each, as they are made. A fleet that is stopped, by Ctrl-C, a full disk or the end of its
 * process, leaves this file behind. A last line that was torn is no turn. The file goes when the outputs are complete.
 */
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { turnTakenSchema, type TurnTaken } from '../../../devices/fleet/turnTaken.ts';
import { valueOfJson } from '../../text/jsonText.ts';
import { UsageError } from '../shell/exit.ts';

/** The name of the file in the directory of the outputs. */
export const TURNS_FILE = 'turns.jsonl';

const headSchema = z.looseObject({
  kind: z.literal('fleet-turns'),
  format: z.literal(1),
  fleet: z.string(),
  fleetHash: z.string(),
  version: z.string(),
  /** When its calendar began. */
  start: z.int(),
});
export type JournalHead = z.output<typeof headSchema>;

/** What a fleet left behind when it was stopped. */
export interface StoppedFleet {
  readonly head: JournalHead;
  readonly turns: readonly TurnTaken[];
  /** Octets of the file up to the last whole line. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;

/** Reads the turns of a fleet that was stopped; undefined if the directory holds none. */
export function stoppedFleet(directory: string): StoppedFleet | undefined {
  const path = join(directory, TURNS_FILE);
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const turns: TurnTaken[] = [];
  let head: JournalHead | undefined;
  let from = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
    const value = valueOfJson(bytes.toString('utf8', from, end));
    if (head === undefined) {
      head = headSchema.safeParse(value).data;
      if (head === undefined) break;
    } else {
      const turn = turnTakenSchema.safeParse(value).data;
      if (turn === undefined) throw damaged(path, turns.length + 2);
      turns.push(turn);
    }
    from = end + 1;
  }
  // A process that ended while it wrote the first line had made no turn.
  return head && { head, turns, bytes: from };
}

function damaged(path: string, line: number): UsageError {
  return new UsageError(`${path}:${line}: found no turn of a fleet, expected the file as the fleet wrote it\n  Restore it, or remove it to begin the fleet anew.`); // prettier-ignore
}

/** Octets that wait before they are written. A turn of an attached device never waits. */
const WAITING_BYTES = 1 << 16;

export class TurnJournal {
  private readonly path: string;
  private readonly descriptor: number;
  private waiting = '';
  /** Where the next octet goes. */
  private position: number;

  /** Begins the file, or goes on behind the turns of a fleet that was stopped. Errors: those of `node:fs`. */
  constructor(directory: string, head: JournalHead, stopped: StoppedFleet | undefined) {
    this.path = join(directory, TURNS_FILE);
    this.descriptor = openSync(this.path, stopped ? 'r+' : 'w', 0o644);
    if (stopped) ftruncateSync(this.descriptor, stopped.bytes);
    else this.waiting = `${JSON.stringify(head)}\n`;
    this.position = stopped?.bytes ?? 0;
  }

  /** Records a turn. It reaches the file with the next `flush`, or when enough waits. */
  append(turn: TurnTaken): void {
    this.waiting += `${JSON.stringify(turn)}\n`;
    if (this.waiting.length >= WAITING_BYTES) this.flush();
  }

  flush(): void {
    const bytes = Buffer.from(this.waiting);
    for (let done = 0; done < bytes.length;) {
      const written = writeSync(this.descriptor, bytes, done, bytes.length - done, this.position);
      done += written;
      this.position += written;
    }
    this.waiting = '';
  }

  /** Closes the file and leaves it where it is. */
  close(): void {
    closeSync(this.descriptor);
  }

  /** Removes the file, because the outputs say all that it does. */
  remove(): void {
    rmSync(this.path, { force: true });
  }
}
