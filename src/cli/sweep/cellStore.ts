import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { isCellText, parseCellText, type CellRecord } from '../../../sim/sweep/cell/cellText.ts';
import { isAlive } from '../../../devices/rig/bench/isAlive.ts';
import { UsageError } from '../shell/exit.ts';
import { HOST } from '../output/host.ts';
import { ownerOfProgress } from './progressFile.ts';

/** A cell that could not be computed, as its file in the store says. */
export interface FailedCell {
  readonly key: string;
  readonly population: string;
  /** The first point of the sweep that needed it. */
  readonly point: number;
  readonly error: string;
}

/**
 * Finished cells in a folder: `ab/<key>.json`, where ab begins the key. A file gets its name when it is whole, by a rename;
 * there is no lock, no index and no server, so any number of processes on any number of machines may share the folder. Two
 * that compute the same cell write the same bytes. A torn, empty or foreign file is a missing cell.
 */
export interface CellStore {
  readonly folder: string;
  has(key: string): boolean;
  /** Undefined: the cell is missing. */
  get(key: string): CellRecord | undefined;
  /** @throws Error what the file system says; nothing half-written stays. */
  put(key: string, text: string): void;
  failure(key: string): FailedCell | undefined;
  putFailure(cell: FailedCell): void;
  clearFailure(key: string): void;
  /** The text of a kept plan; undefined: it is missing. */
  plan(name: string): string | undefined;
  putPlan(name: string, text: string): void;
}

/** Two digits a folder: a million cells are 4,000 files in each of 256 folders. */
const PREFIX = 2;
/** Where plans are kept, which say what cells a sweep needs. They may be removed at any time. */
export const PLANS = 'plans';
const PARTIAL = '.partial';

/** Opens a store; the folder appears with its first cell. Temporary files of dead processes of this machine are removed. */
export function openCellStore(folder: string): CellStore {
  removeLeftOvers(folder);
  const pathOf = (key: string, ending = '.json'): string => join(folder, key.slice(0, PREFIX), `${key}${ending}`);
  const write = (path: string, text: string): void => {
    const temporary = `${path}.${HOST}-${process.pid}-${randomBytes(4).toString('hex')}${PARTIAL}`;
    makeFolders(join(path, '..'));
    try {
      writeFileSync(temporary, text);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  };
  return {
    folder,
    has(key) {
      const text = readIfThere(pathOf(key));
      return text !== undefined && isCellText(text, key);
    },
    get(key) {
      const text = readIfThere(pathOf(key));
      return text === undefined ? undefined : parseCellText(text, key);
    },
    put: (key, text) => write(pathOf(key), text),
    failure(key) {
      const text = readIfThere(pathOf(key, '.failed.json'));
      return text === undefined ? undefined : parsedFailure(text);
    },
    putFailure: (cell) => write(pathOf(cell.key, '.failed.json'), `${JSON.stringify({ format: 1, ...cell })}\n`),
    clearFailure: (key) => rmSync(pathOf(key, '.failed.json'), { force: true }),
    plan: (name) => readIfThere(join(folder, PLANS, `${name}.plan`)),
    putPlan: (name, text) => write(join(folder, PLANS, `${name}.plan`), text),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM')
      throw new UsageError(
        `${path}: it may not be read\n  Give yourself the right to read the store, or name another.`,
      );
    throw error;
  }
}

/** A failure that cannot be read is none: the cell is tried again. */
function parsedFailure(text: string): FailedCell | undefined {
  try {
    const { key, population, point, error } = JSON.parse(text) as FailedCell;
    return { key, population, point, error };
  } catch {
    return undefined;
  }
}

/** Removes what processes of this machine that are dead were writing: halves of cells and plans, and how far they were. */
function removeLeftOvers(folder: string): void {
  for (const name of namesIn(folder)) {
    const owner = ownerOfProgress(name);
    if (owner !== undefined && !isAlive(owner)) remove(join(folder, name));
    for (const file of name.length === PREFIX || name === PLANS ? namesIn(join(folder, name)) : []) {
      const [, host, process_] = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]+\.partial$/.exec(file) ?? [];
      if (host === HOST && !isAlive(Number(process_))) remove(join(folder, name, file));
    }
  }
}

/** A store that may only be read keeps its left-overs. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It holds nothing of worth and harms nobody.
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
