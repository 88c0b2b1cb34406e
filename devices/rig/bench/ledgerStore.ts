/**
 * The key ledgers of attached devices on disk: a file a device and party, for its owner alone, written whole under a temporary
 * name, put through to the disk and renamed before anything that rests on it is sent. A lock keeps other processes out.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SuiteKeys } from '../../dlms/logicalDevice.ts';
import { toHex } from '../../dlms/bytes.ts';
import { KeyLedger } from '../../headend/keyLedger.ts';
import { ledgerMemorySchema, type LedgerMemory } from '../../headend/ledgerMemory.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import { isAlive } from './isAlive.ts';

/** A ledger that cannot be had: for the user to mend. Names files, never a key. */
export class LedgerError extends Error {
  override name = 'LedgerError';
}

export type PartyName = 'dcc' | 'smso';

const fileSchema = z.strictObject({
  format: z.literal(1),
  note: z.string(),
  device: z.enum(['chf', 'esme', 'gsme']),
  party: z.enum(['dcc', 'smso']),
  title: z
    .string()
    .regex(/^[0-9A-F]{16}$/)
    .nullable(),
  ledger: ledgerMemorySchema,
});
const NOTE = 'keys of one device as one head-end has them; never share, never edit while a rig runs';

/** One device's ledger with what it remembers of the device itself. */
export interface StoredLedger {
  readonly ledger: KeyLedger;
  readonly path: string;
  /** Whether it was found on disk: the keys of the rig file are those of the beginning only. */
  readonly isFound: boolean;
  /** Title of the device that these keys belong to, once it was learnt on the wire. */
  readonly title: string | undefined;
  /** The device said who it is, in an association that proved its keys. The first title stays. */
  learnTitle(title: Uint8Array): void;
}

export class LedgerStore {
  readonly folder: string;
  private readonly locks = new Map<DeviceName, string>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Takes a device for this process. Throws a LedgerError while another process has it. */
  lock(device: DeviceName): void {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new LedgerError(
        `${this.folder}: cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unwritable'})`,
      );
    }
    const path = join(this.folder, `${device}.lock`);
    if (!tryLock(path)) {
      const owner = ownerOf(path);
      if (owner !== undefined && isAlive(owner)) {
        throw new LedgerError(`${path}: process ${owner} has this device; one rig at a time may rotate its keys`);
      }
      // Whoever held it has died without a word.
      rmSync(path, { force: true });
      if (!tryLock(path)) throw new LedgerError(`${path}: another process has just taken this device`);
    }
    this.locks.set(device, path);
  }

  release(): void {
    for (const path of this.locks.values()) rmSync(path, { force: true });
    this.locks.clear();
  }

  /** The ledger of a device: as it was left, or begun with the keys given. Throws a LedgerError for a file that is no ledger. */
  open(
    device: DeviceName,
    party: PartyName,
    begin: { readonly keys: SuiteKeys; readonly masterKey: Uint8Array | undefined },
  ): StoredLedger {
    const path = join(this.folder, `${device}-${party}.json`);
    const found = readLedger(path, { device, party });
    const ledger = found
      ? KeyLedger.restored(found.ledger, begin.masterKey)
      : new KeyLedger(begin.keys, begin.masterKey);
    let title = found?.title ?? undefined;
    let latest: LedgerMemory | undefined = found?.ledger;
    const write = (): void => {
      if (!latest) return;
      writeWhole(
        path,
        `${JSON.stringify({ format: 1, note: NOTE, device, party, title: title ?? null, ledger: latest }, null, 1)}\n`,
      );
    };
    ledger.onChange = (memory) => {
      latest = memory();
      write();
    };
    return {
      ledger,
      path,
      isFound: found !== undefined,
      get title() {
        return title;
      },
      learnTitle(learnt) {
        if (title !== undefined) return;
        title = toHex(learnt);
        write();
      },
    };
  }
}

function tryLock(path: string): boolean {
  try {
    const descriptor = openSync(path, 'wx', 0o600);
    writeSync(descriptor, `${process.pid}\n`);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function readLedger(
  path: string,
  of: { device: DeviceName; party: PartyName },
): z.output<typeof fileSchema> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new LedgerError(`${path}: others than its owner may read these keys; chmod 600 it, and think of new keys`);
    }
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new LedgerError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
  }
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (parsed.success && parsed.data.device === of.device && parsed.data.party === of.party) return parsed.data;
  const where = parsed.success ? 'device' : (parsed.error.issues[0]?.path.join('.') ?? '');
  throw new LedgerError(
    `${path}: not the key ledger of ${of.device} and ${of.party}${where === '' ? '' : ` (at ${where})`}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, and on the disk when this returns. What cannot be put on record is not sent either. */
function writeWhole(path: string, text: string): void {
  try {
    putThrough(path, text);
  } catch (error) {
    throw new LedgerError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unwritable'})`);
  }
}

function putThrough(path: string, text: string): void {
  const temporary = `${path}.partial-${process.pid}`;
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
  syncFolder(path);
}

/** The new name itself must reach the disk; where a folder cannot be opened, the file system sees to it. */
function syncFolder(path: string): void {
  try {
    const descriptor = openSync(join(path, '..'), 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    // Windows opens no folders.
  }
}

/** Where ledgers lie unless the rig file says: the state folder of the user, never beside outputs that are shared. */
export function defaultLedgerFolder(
  rig: string,
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? '.';
  const state = platform === 'win32' ? environment['LOCALAPPDATA'] : environment['XDG_STATE_HOME'];
  return join(state ?? join(home, '.local', 'state'), 'smets1-bench', 'keys', rig);
}
