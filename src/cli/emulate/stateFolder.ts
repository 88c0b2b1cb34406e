/**
 * What emulated devices keep over a restart of the process: keys, counters, written values and the state of their objects. A
 * file a device, for its owner alone, written whole under a temporary name and renamed before an answer is sent.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { deviceMemorySchema, memoryOf, restoreMemory, type DeviceMemory } from '../../../devices/cosem/deviceMemory.ts';
import type { DeviceStates } from '../../../devices/emulate/deviceStates.ts';
import { takeLock, type ProcessLock } from '../../../devices/rig/bench/processLock.ts';
import { writePrivateFile } from '../../../devices/rig/bench/wholeFile.ts';
import { TransportError } from '../../../devices/transport/transport.ts';
import { valueOfJson } from '../../text/jsonText.ts';

const LOCK = 'emulate.lock';

/** Takes a folder. Throws a TransportError `settings` if it cannot be used or another process uses it. */
export function stateFolder(folder: string): DeviceStates {
  const refuse = (path: string, why: string): never => {
    throw new TransportError('settings', path, why);
  };
  try {
    makeFolders(folder, { mode: 0o700 });
  } catch (cause) {
    refuse(folder, `the state folder cannot be made (${codeOf(cause)})`);
  }
  const lock = lockOf(join(folder, LOCK));
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
    const parsed = deviceMemorySchema.safeParse(valueOfJson(text));
    if (parsed.success) return parsed.data;
    return refuse(path, `is not the state of an emulated device (at ${parsed.error.issues[0]?.path.join('.') ?? ''})`);
  }

  function save(device: CosemDevice): void {
    const memory = memoryOf(device, boots.get(device) ?? 1);
    const text = `${JSON.stringify(memory)}\n`;
    if (saved.get(device) === text) return;
    writeState(pathOf(device), text);
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
    release: () => lock.release(),
  };
}

function lockOf(path: string): ProcessLock {
  let lock: ReturnType<typeof takeLock>;
  try {
    lock = takeLock(path);
  } catch (cause) {
    throw new TransportError('settings', path, `cannot be written (${codeOf(cause)})`);
  }
  if ('release' in lock) return lock;
  const why = `process ${lock.heldBy} uses this state folder; give each emulator a folder of its own`;
  throw new TransportError('settings', path, why);
}

function writeState(path: string, text: string): void {
  try {
    writePrivateFile(path, text);
  } catch (cause) {
    throw new TransportError('other', path, `the state cannot be written (${codeOf(cause)})`);
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? 'unknown';
}
