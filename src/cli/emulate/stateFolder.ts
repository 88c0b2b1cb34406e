/**
 * What emulated devices keep over a restart of the process: keys, counters, written values and the state of their objects. A
 * file a device, for its owner alone, written whole under a temporary name and renamed before an answer is sent.
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
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { deviceMemorySchema, memoryOf, restoreMemory, type DeviceMemory } from '../../../devices/cosem/deviceMemory.ts';
import type { DeviceStates } from '../../../devices/emulate/deviceStates.ts';
import { TransportError } from '../../../devices/transport/transport.ts';

const LOCK = 'emulate.lock';

/** Takes a folder. Throws a TransportError `settings` if it cannot be used or another process uses it. */
export function stateFolder(folder: string, isAlive: (pid: number) => boolean): DeviceStates {
  const lock = join(folder, LOCK);
  const refuse = (path: string, why: string): never => {
    throw new TransportError('settings', path, why);
  };
  const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? 'unknown';
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    refuse(folder, `the state folder cannot be made (${codeOf(cause)})`);
  }
  takeLock(lock, isAlive, refuse);
  const boots = new Map<CosemDevice, number>();
  const saved = new Map<CosemDevice, string>();
  const pathOf = (device: CosemDevice): string => join(folder, `${encodeURIComponent(device.identity.name)}.json`);

  function read(path: string): DeviceMemory | undefined {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (cause) {
      return codeOf(cause) === 'ENOENT' ? undefined : refuse(path, `cannot be read (${codeOf(cause)})`);
    }
    const parsed = deviceMemorySchema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    return refuse(path, `is not the state of an emulated device (at ${parsed.error.issues[0]?.path.join('.') ?? ''})`);
  }

  function save(device: CosemDevice): void {
    const memory = memoryOf(device, boots.get(device) ?? 1);
    const text = `${JSON.stringify(memory)}\n`;
    if (saved.get(device) === text) return;
    writeWhole(pathOf(device), text);
    saved.set(device, text);
  }

  return {
    restore(device) {
      const found = read(pathOf(device));
      if (found) restoreMemory(device, found);
      const boot = (found?.boot ?? 0) + 1;
      boots.set(device, boot);
      save(device);
      return { boot, isFound: found !== undefined };
    },
    save,
    release: () => rmSync(lock, { force: true }),
  };
}

function takeLock(path: string, isAlive: (pid: number) => boolean, refuse: (path: string, why: string) => never): void {
  for (const isLast of [false, true]) {
    try {
      const descriptor = openSync(path, 'wx', 0o600);
      writeSync(descriptor, `${process.pid}\n`);
      closeSync(descriptor);
      return;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== 'EEXIST') refuse(path, `cannot be written (${code ?? 'unknown'})`);
    }
    const owner = Number(readFileSync(path, 'utf8').trim());
    if (isLast || (Number.isInteger(owner) && owner > 0 && isAlive(owner))) {
      refuse(path, `process ${owner} uses this state folder; give each emulator a folder of its own`);
    }
    // The process that wrote it has died.
    rmSync(path, { force: true });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function writeWhole(path: string, text: string): void {
  const temporary = `${path}.partial`;
  try {
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
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new TransportError('other', path, `the state cannot be written (${code})`);
  }
}
