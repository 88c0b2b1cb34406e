/**
 * Identifies devices across rig files: each address and each title has one lock and one recorded place of its keys. The
 * registry lies in the user's state folder and holds no key.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolders } from '../../../src/interchange/makeFolders.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { DeviceSetup } from '../file/rigSetup.ts';
import { takeLock, type ProcessLock } from './processLock.ts';

const HASH_DIGITS = 24;
const entrySchema = z.strictObject({
  format: z.literal(1),
  key: z.string(),
  /** The ledger files of each party. */
  ledgers: z.strictObject({ dcc: z.string().optional(), smso: z.string().optional() }),
});

type Party = 'dcc' | 'smso';

export class DeviceRegistry {
  /** The state folder. Ledgers of rigs without a folder of their own lie in its `keys/`. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Takes a device for this process, or returns the number of the process that holds it. */
  lock(key: string): ProcessLock | { readonly heldBy: number } {
    return takeLock(join(this.folderOf('locks'), `${nameOf(key)}.lock`));
  }

  /** The ledger in which a device's keys were last written. */
  ledgerOf(key: string, party: Party): string | undefined {
    return this.read(key)?.ledgers[party];
  }

  /** Records that a device's keys are in this ledger from now on. */
  note(key: string, party: Party, path: string): void {
    const known = this.read(key)?.ledgers;
    if (known?.[party] === path) return;
    const target = this.pathOf(key);
    const aside = `${target}.new-${process.pid}`;
    const entry = { format: 1, key, ledgers: { ...known, [party]: path } };
    writeFileSync(aside, `${JSON.stringify(entry, null, 1)}\n`, { mode: 0o600, flush: true });
    renameSync(aside, target);
  }

  /** Lists the ledgers of all rigs in the state folder, because some were written before the registry existed. */
  ledgersOf(device: DeviceName, party: Party): readonly string[] {
    const keys = join(this.folder, 'keys');
    try {
      return readdirSync(keys).map((rig) => join(keys, rig, `${device}-${party}.json`));
    } catch {
      return [];
    }
  }

  private read(key: string): z.output<typeof entrySchema> | undefined {
    try {
      const parsed = entrySchema.safeParse(JSON.parse(readFileSync(this.pathOf(key), 'utf8')));
      return parsed.success && parsed.data.key === key ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  }

  private pathOf(key: string): string {
    return join(this.folderOf('devices'), `${nameOf(key)}.json`);
  }

  private folderOf(name: string): string {
    const folder = join(this.folder, name);
    makeFolders(folder, { mode: 0o700 });
    return folder;
  }
}

/** Encodes an address as a file name, because an address may hold characters that a file name may not. */
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, HASH_DIGITS);
}

export function titleKey(title: string): string {
  return `title ${title.toUpperCase()}`;
}

const LOOPBACK: readonly string[] = ['localhost', '::1', '127.0.0.1'];

/**
 * Returns the address of a device as one text, however a rig file spells it. Links to a serial port are followed, and
 * all names of this machine become one. Undefined for an emulated device, and for a driver without an endpoint, which
 * does not say where it leads.
 */
export function addressKey({ place, call }: Pick<DeviceSetup, 'place' | 'call'>): string | undefined {
  const behind = `${call.physical ?? 0}/${call.server}`;
  switch (place.kind) {
    case 'tcp': {
      const host = place.host.toLowerCase();
      return `tcp ${LOOPBACK.includes(host) ? '127.0.0.1' : host}:${place.port} ${behind}`;
    }
    case 'serial':
      return `serial ${realPath(place.path)} ${behind}`;
    case 'mqtt': {
      const host = hostOf(place.url);
      return `mqtt ${LOOPBACK.includes(host.split(':')[0] ?? '') ? host.replace(/^[^:]+/, '127.0.0.1') : host} ${place.bench}/${place.rig} ${behind}`;
    }
    case 'driver': {
      const { command, endpoint } = place.driver;
      return endpoint === '' ? undefined : `driver ${command.join(' ')} ${endpoint}`;
    }
    case 'emulated':
      return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).host.toLowerCase();
  } catch {
    return url;
  }
}
