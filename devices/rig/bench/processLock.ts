/**
 * A file that says which process has something, until that process lets go of it or is no more. A process number alone would
 * not do: numbers are given out again, and after a restart of the machine a stranger may bear it.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from './isAlive.ts';

export interface ProcessLock {
  release(): void;
}

/** Takes the lock, or gives the number of the process that has it. What a dead process left is taken over. */
export function takeLock(path: string): ProcessLock | { readonly heldBy: number } {
  const own = `${process.pid} ${startOf(process.pid) ?? '?'}\n`;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (tryLock(path, own)) return { release: () => rmSync(path, { force: true }) };
    const found = textOf(path);
    if (found === undefined) continue;
    const owner = ownerOf(found);
    if (owner !== undefined && isSame(owner)) return { heldBy: owner.pid };
    takeAway(path, found);
  }
  return { heldBy: ownerOf(textOf(path) ?? '')?.pid ?? 0 };
}

/** Others may be doing the same. */
const TRIES_MAX = 5;

/** The lock appears with its text in it, or not at all: half a lock would look like a dead one. */
function tryLock(path: string, text: string): boolean {
  const aside = `${path}.new-${process.pid}`;
  writeFileSync(aside, text, { mode: 0o600, flush: true });
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // A file system without links.
    return tryCreate(path, text);
  } finally {
    rmSync(aside, { force: true });
  }
}

function tryCreate(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Of two that find the same dead lock one moves it; a live one that was moved by mistake is put back. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.dead-${process.pid}`;
  try {
    renameSync(path, aside);
    if (textOf(aside) !== dead) linkSync(aside, path);
  } catch {
    // Somebody else was first.
  }
  rmSync(aside, { force: true });
}

interface Owner {
  readonly pid: number;
  readonly start: string;
}

/**
 * Parses a lock file. Undefined if it is incomplete: locks are written in one call, so its writer died half-way. Process 0 does not
 * exist. Earlier versions wrote the number alone.
 */
function ownerOf(text: string): Owner | undefined {
  const found = /^([1-9]\d{0,9})(?: (\S+))?\n$/.exec(text);
  return found ? { pid: Number(found[1]), start: found[2] ?? '?' } : undefined;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whether the process that took the lock is there still. Where its start cannot be told, the number has to do. */
function isSame({ pid, start }: Owner): boolean {
  if (!isAlive(pid)) return false;
  const now = startOf(pid);
  return now === undefined || start === '?' || now === start;
}

/** Which start of the machine, and when after it: Linux alone tells. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name of a process may hold anything; what follows it does not.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}

/** proc(5): field 22 of all, of which two come before and one ends with the name. */
const START_FIELD = 19;
