/**
 * Keeps the key ledgers of attached devices on disk: one file for each device and party, readable by its owner only. A
 * ledger is written to a temporary file, flushed to the disk and renamed before any message that depends on it is sent.
 * A lock keeps other processes out.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { makeFolders } from '../../../src/interchange/makeFolders.ts';
import { valueOfJson } from '../../../src/text/jsonText.ts';
import type { SuiteKeys } from '../../dlms/security/ciphering.ts';
import { toHex } from '../../dlms/encoding/bytes.ts';
import { KeyLedger } from '../../headend/keyLedger.ts';
import { ledgerMemorySchema, type LedgerMemory } from '../../headend/ledgerMemory.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import { DeviceRegistry, titleKey } from './deviceRegistry.ts';
import { isAlive } from './isAlive.ts';
import { takeLock, type ProcessLock } from './processLock.ts';
import { writePrivateFile } from './wholeFile.ts';

/** A ledger that cannot be used, for a reason that the user can mend. The message names files, never a key. */
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
/** `SMB` in hexadecimal: the start of the titles of the lab's emulated devices. */
const LAB_TITLES = '534D42';
const NOTE = 'keys of one device as one head-end has them; never share, never edit while a rig runs';

/** The ledger of one device, with what it remembers about the device. */
export interface StoredLedger {
  readonly ledger: KeyLedger;
  readonly path: string;
  /** True if the ledger was found on disk. The keys of the rig file then only tell how it began. */
  readonly isFound: boolean;
  /** Title of the device that owns these keys; undefined until it is learnt on the wire. */
  readonly title: string | undefined;
  /** Records the title that the device gave in an association that proved its keys. The first title stays. */
  learnTitle(title: Uint8Array): void;
}

/** Facts that identify a device besides its name in a rig file. */
export interface Known {
  /** The address in the form of `addressKey`. */
  readonly address?: string | undefined;
  /** The title that the rig file expects, in upper-case hexadecimal. */
  readonly title?: string | undefined;
}

export class LedgerStore {
  readonly folder: string;
  private readonly registry: DeviceRegistry | undefined;
  private readonly locks = new Map<string, ProcessLock>();

  /** `stateFolder` is where devices are known by address and title across rig files. Default: they are not. */
  constructor(folder: string, { stateFolder }: { readonly stateFolder?: string | undefined } = {}) {
    this.folder = folder;
    this.registry = stateFolder === undefined ? undefined : new DeviceRegistry(stateFolder);
  }

  /**
   * Reserves a device for this process: its ledgers in this folder, its address and its title. Throws a LedgerError
   * while another process holds any of them.
   */
  lock(device: DeviceName, { address, title }: Known = {}): void {
    inWords(this.folder, () => makeFolders(this.folder, { mode: 0o700 }));
    const path = join(this.folder, `${device}.lock`);
    if (!this.locks.has(path))
      this.hold(
        path,
        path,
        inWords(path, () => takeLock(path)),
      );
    clearPartials(this.folder, device);
    if (address !== undefined) this.lockKey(address, `the device at ${address}`);
    if (title !== undefined) this.lockTitle(title);
  }

  /** Reserves a device that has no ledger because it is reached through a driver. */
  lockAddress(address: string): void {
    this.lockKey(address, `the device at ${address}`);
  }

  release(): void {
    for (const lock of this.locks.values()) lock.release();
    this.locks.clear();
  }

  /**
   * All emulators of the lab have devices with the same titles; only their addresses distinguish them. Such a title is
   * not locked.
   */
  private lockTitle(title: string): void {
    if (!title.startsWith(LAB_TITLES)) this.lockKey(titleKey(title), `the device ${title}`);
  }

  private lockKey(key: string, what: string): void {
    const { registry } = this;
    if (registry === undefined || this.locks.has(key)) return;
    this.hold(
      key,
      what,
      inWords(registry.folder, () => registry.lock(key)),
    );
  }

  private hold(key: string, what: string, taken: ReturnType<typeof takeLock>): void {
    if ('heldBy' in taken) {
      throw new LedgerError(`${what}: process ${taken.heldBy} has this device; one rig at a time may rotate its keys`);
    }
    this.locks.set(key, taken);
  }

  /**
   * The path of a device's ledger: where any rig last recorded its title, or else its address. If there is no such
   * record, the path is in this folder.
   */
  private pathOf(device: DeviceName, party: PartyName, { address, title }: Known): string {
    const own = join(this.folder, `${device}-${party}.json`);
    const { registry } = this;
    if (registry === undefined) return own;
    const isOf = (path: string | undefined, expected: string | undefined): path is string => {
      const found = path === undefined ? undefined : titleOfLedger(path, { device, party });
      return found !== undefined && (expected === undefined || found.title === null || found.title === expected);
    };
    const byTitle = title === undefined ? undefined : registry.ledgerOf(titleKey(title), party);
    if (title !== undefined && isOf(byTitle, title)) return byTitle;
    if (isOf(own, title)) return own;
    if (title !== undefined) {
      const older = registry
        .ledgersOf(device, party)
        .find((path) => titleOfLedger(path, { device, party })?.title === title);
      if (older !== undefined) return older;
    }
    const byAddress = address === undefined ? undefined : registry.ledgerOf(address, party);
    return isOf(byAddress, title) ? byAddress : own;
  }

  /**
   * Opens the ledger of a device as it was left, or begins one with the given keys. Throws a LedgerError if the file is
   * not a ledger.
   */
  open(
    device: DeviceName,
    party: PartyName,
    begin: { readonly keys: SuiteKeys; readonly masterKey: Uint8Array | undefined },
    known: Known = {},
  ): StoredLedger {
    const { registry } = this;
    const path = this.pathOf(device, party, known);
    const register = (): void => {
      if (registry === undefined) return;
      inWords(registry.folder, () => {
        if (known.address !== undefined) registry.note(known.address, party, resolve(path));
        if (title !== undefined) registry.note(titleKey(title), party, resolve(path));
      });
    };
    const found = readLedger(path, { device, party });
    const ledger = found
      ? KeyLedger.restored(found.ledger, begin.masterKey)
      : new KeyLedger(begin.keys, begin.masterKey);
    let title = found?.title ?? undefined;
    let latest: LedgerMemory | undefined = found?.ledger;
    const write = (): void => {
      if (!latest) return;
      writeLedger(
        path,
        `${JSON.stringify({ format: 1, note: NOTE, device, party, title: title ?? null, ledger: latest }, null, 1)}\n`,
      );
    };
    let isRegistered = false;
    ledger.onChange = (memory) => {
      latest = memory();
      write();
      if (!isRegistered) register();
      isRegistered = true;
    };
    return {
      ledger,
      path,
      isFound: found !== undefined,
      get title() {
        return title;
      },
      learnTitle: (learnt) => {
        // No other rig may use this device at the same time under another name or address.
        this.lockTitle(toHex(learnt));
        if (title !== undefined) return;
        title = toHex(learnt);
        write();
        register();
      },
    };
  }
}

/**
 * Removes half-written files of processes that died, because they hold key bytes. Only the holder of the lock may call
 * this.
 */
function clearPartials(folder: string, device: DeviceName): void {
  for (const name of readdirSync(folder)) {
    const found = PARTIAL.exec(name);
    if (found?.[1] !== device || isAlive(Number(found[2]))) continue;
    rmSync(join(folder, name), { force: true });
  }
}

const PARTIAL = /^(chf|esme|gsme)-(?:dcc|smso)\.json\.partial-(\d+)$/;

/** Runs `work` and turns an error of the file system into a LedgerError. */
function inWords<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    throw new LedgerError(`${path}: cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unwritable'})`);
  }
}

/** The title in a ledger; null if none was learnt, undefined if this device and party have no ledger. */
function titleOfLedger(
  path: string,
  of: { device: DeviceName; party: PartyName },
): { readonly title: string | null } | undefined {
  try {
    const found = readLedger(path, of);
    return found && { title: found.title };
  } catch (error) {
    // A broken ledger of this rig is refused with a message when it is opened. A broken ledger of another rig counts as
    // none.
    if (error instanceof LedgerError) return undefined;
    throw error;
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
  const parsed = fileSchema.safeParse(valueOfJson(text));
  if (parsed.success && parsed.data.device === of.device && parsed.data.party === of.party) return parsed.data;
  const where = parsed.success ? 'device' : (parsed.error.issues[0]?.path.join('.') ?? '');
  throw new LedgerError(
    `${path}: not the key ledger of ${of.device} and ${of.party}${where === '' ? '' : ` (at ${where})`}`,
  );
}

function writeLedger(path: string, text: string): void {
  try {
    writePrivateFile(path, text);
  } catch (error) {
    throw new LedgerError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unwritable'})`);
  }
}

/** The default folder of ledgers: in the user's state folder, never beside outputs that are shared. */
export function defaultLedgerFolder(
  rig: string,
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(defaultStateFolder(environment, platform), 'keys', rig);
}

/** The folder for everything that this product keeps beyond a run. */
export function defaultStateFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? '.';
  const state = platform === 'win32' ? environment['LOCALAPPDATA'] : environment['XDG_STATE_HOME'];
  return join(state ?? join(home, '.local', 'state'), 'smets1-bench');
}
