/**
 * A lock file names the process that holds a resource until the process releases it or ends. The process number alone
 * is not enough: numbers are reused, and after a restart another process may have the same one.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from './isAlive.ts';

export interface ProcessLock {
  release(): void;
}

/** Takes the lock, or returns the number of the process that holds it. A lock of a dead process is taken over. */
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

/** True if a process that runs holds the lock. */
export function isHeld(path: string): boolean {
  const owner = ownerOf(textOf(path) ?? '');
  return owner !== undefined && isSame(owner);
}

/** Tries to take over a dead lock; other processes may try the same. */
const TRIES_MAX = 5;

/** Creates the lock together with its text, because a lock without its whole text would look like a dead one. */
function tryLock(path: string, text: string): boolean {
  const aside = `${path}.new-${process.pid}`;
  writeFileSync(aside, text, { mode: 0o600, flush: true });
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // This file system has no links.
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

/**
 * If two processes find the same dead lock, one of them moves it away. A live lock that was moved by mistake is put
 * back.
 */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.dead-${process.pid}`;
  try {
    renameSync(path, aside);
    if (textOf(aside) !== dead) linkSync(aside, path);
  } catch {
    // Another process was faster.
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

/** True if the process that took the lock still runs. If its start time is unknown, its number decides. */
function isSame({ pid, start }: Owner): boolean {
  if (!isAlive(pid)) return false;
  const now = startOf(pid);
  return now === undefined || start === '?' || now === start;
}

/** The start of the machine and of the process. Only Linux tells. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The process name may contain any character, so the fields are counted after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}

/** proc(5): this is field 22 of the whole line; two fields come before the name, and the name is one. */
const START_FIELD = 19;
