import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { filesOf, type Files } from '../../document/files.ts';
import { formatProblems } from '../../document/problem.ts';
import { loadPriors, type Priors } from '../../../sim/calibrate/priors/loadPriors.ts';
import { CELL_FORMAT, type LibraryOptions } from '../../../sim/forecast/library/libraryPlan.ts';
import { parseMember } from '../../../sim/forecast/library/memberFile.ts';
import type { MemberTable } from '../../../sim/forecast/library/memberTable.ts';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { UsageError } from '../shell/exit.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';
import { foundInstead, readText } from '../shell/readText.ts';

/** The files of a library: what it is made of, the texts that it was made from, and its cells. */
/** The file by which a folder is a library. */
export const LIBRARY = 'library.json';
const INPUTS = 'inputs.json';
const CELLS = 'cells';

/** What stands in `library.json`. The same inputs give the same text. */
export interface LibraryHead {
  readonly format: 1;
  readonly kind: 'library';
  readonly priors: string;
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly seed: string;
  readonly set: readonly string[];
  readonly options: LibraryOptions;
  readonly from: string;
  readonly horizon: string;
}

/** A library that lies in a folder. */
export interface Library {
  readonly folder: string;
  readonly head: LibraryHead;
  readonly priors: Priors;
  /** The texts that the library was made from, under the names that `priors` has for them. */
  readonly files: Files;
  /** Undefined: the cell is missing, torn or of another version. */
  get(key: string): MemberTable | undefined;
  has(key: string): boolean;
  /** @throws UsageError if the folder cannot be written */
  put(key: string, bytes: Uint8Array): void;
  /** The keys of all cells seen from an as-of, in order, where they were written down by this version. */
  keysAt(asOf: string): readonly string[] | undefined;
  putKeys(asOf: string, keys: readonly string[]): void;
  /** The kernel of the cells seen from an as-of, if another version of the simulation has lived them. */
  otherKernel(asOf: string): number | undefined;
  /** True if every cell seen from an as-of is there. */
  isFilled(asOf: string): boolean;
  /** The as-ofs whose keys this version has written down, rising: every cell of them was there. */
  asOfs(): readonly string[];
}

/** Where the texts stand within `inputs.json`: deep enough for paths that lead upwards. */
const ROOM = 'a/b/c/d/e';
const PRIORS = 'priors.yaml';

/** Reads files for a library and keeps every text under a name that says nothing of this machine. */
function recording(
  scenario: string,
  priors: string,
): { readonly files: Files; readonly texts: Record<string, string> } {
  const texts: Record<string, string> = {};
  const base = filesOf({});
  const place = (path: string): string => {
    if (path === PRIORS) return priors;
    return isAbsolute(path) ? path : join(dirname(scenario), relative(ROOM, path));
  };
  const read = (path: string): string => {
    const text = readText(place(path));
    texts[path] = text;
    return text;
  };
  return { files: { read, beside: base.beside }, texts };
}

interface CreateOptions {
  readonly folder: string;
  readonly scenario: string;
  readonly priors: string;
  readonly seed: string | undefined;
  readonly set: readonly string[];
  readonly options: LibraryOptions;
}

/**
 * Makes a library of a scenario and its priors, or opens the one that is there if it is the same.
 * @throws UsageError if another library lies there, or the folder holds something else
 */
export function createLibrary({ folder, scenario, priors: path, seed, set, options }: CreateOptions): Library {
  const { files, texts } = recording(scenario, path);
  const name = `${ROOM}/${basename(scenario)}`;
  const loaded = loadPriors({ path: PRIORS, scenario: name, files, set });
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems));
  // The public figures are compared with and decide no life; they are read so that the scenario can be loaded again.
  const priors = seed === undefined ? loaded.priors : { ...loaded.priors, seed };
  const { base } = priors;
  const head: LibraryHead = {
    format: 1,
    kind: 'library',
    priors: priors.name,
    scenario: name,
    scenarioHash: `${base.scenario.name}#${base.hash}`,
    seed: priors.seed,
    set,
    options,
    from: base.scenario.from,
    horizon: base.scenario.horizon,
  };
  const wanted = {
    [LIBRARY]: `${JSON.stringify(head, null, 1)}\n`,
    [INPUTS]: `${JSON.stringify(sorted(texts), null, 1)}\n`,
  };
  if (existsSync(folder) && !existsSync(join(folder, LIBRARY)) && !isEmpty(folder))
    throw new UsageError(`--out ${folder}: it holds something that is no library\n  Name a folder that is empty or not there yet.`); // prettier-ignore
  for (const [file, text] of Object.entries(wanted)) {
    const at = join(folder, file);
    if (existsSync(at) && readText(at) !== text)
      throw new UsageError(`--out ${folder}: another library lies there: its ${file} differs\n  Name another folder; the same command with the same files goes on with this one.`); // prettier-ignore
  }
  for (const [file, text] of Object.entries(wanted)) if (!existsSync(join(folder, file))) write(join(folder, file), Buffer.from(text)); // prettier-ignore
  return libraryIn(folder, head, { priors, files: filesOf(texts) });
}

function isEmpty(folder: string): boolean {
  return statSync(folder).isDirectory() && readdirSync(folder).length === 0;
}

/** True for every folder: no scenario is one, so that a folder is meant as a library. */
export function isMeantAsLibrary(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Opens a library that `calibrate` has made.
 * @throws UsageError if the folder is none
 */
export function openLibrary(folder: string): Library {
  if (!existsSync(join(folder, LIBRARY))) {
    throw new UsageError(`${folder}: found ${foundInstead(folder, LIBRARY)}, expected a library\n  Make one: smets1-bench calibrate SCENARIO --priors PRIORS.yaml --out ${folder}`); // prettier-ignore
  }
  const head = parsed(join(folder, LIBRARY)) as LibraryHead;
  if (head.kind !== 'library' || head.format !== 1)
    throw new UsageError(`${join(folder, LIBRARY)}: found another format, expected a library of format 1`);
  const texts = parsed(join(folder, INPUTS)) as Record<string, string>;
  const kept = filesOf(texts);
  const loaded = loadPriors({ path: PRIORS, scenario: head.scenario, files: kept, set: head.set });
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems));
  const { base } = loaded.priors;
  const now = `${base.scenario.name}#${base.hash}`;
  if (now !== head.scenarioHash)
    throw new UsageError(`${folder}: found a library of ${head.scenarioHash}, expected ${now}: this version of the rules or the scenario reads its texts otherwise, and its lives were lived without that\n  Make it again: smets1-bench calibrate SCENARIO --priors PRIORS.yaml --out DIR`); // prettier-ignore
  return libraryIn(folder, head, { priors: { ...loaded.priors, seed: head.seed }, files: kept });
}

/** @throws UsageError if the library has not lived on both sides of the end of a day */
export function refuseAsOf({ head }: Library, asOf: string): void {
  const { from, horizon } = head;
  if (asOf < from || asOf >= horizon) throw new UsageError(`--as-of ${asOf}: expected a day from ${from} to the day before ${horizon}, which the library has lived`); // prettier-ignore
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    throw new UsageError(`${path}: it cannot be read as JSON: ${(error as Error).message}`);
  }
}

function sorted(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The keys of the cells seen from an as-of, and the version that has lived them. */
interface KeyList {
  readonly kernel: number;
  readonly format?: number;
  readonly keys: readonly string[];
}

function libraryIn(folder: string, head: LibraryHead, { priors, files }: Pick<Library, 'priors' | 'files'>): Library {
  const pathOf = (key: string): string => join(folder, CELLS, key.slice(0, 2), `${key}.cell`);
  const listOf = (asOf: string): string => join(folder, CELLS, `${asOf}.json`);
  // Cells that were found whole: their bytes need not be hashed again to say that they are there.
  const whole = new Set<string>();
  const get = (key: string): MemberTable | undefined => {
    const bytes = bytesAt(pathOf(key));
    const table = bytes === undefined ? undefined : parseMember(bytes, key);
    if (table !== undefined) whole.add(key);
    return table;
  };
  const listAt = (asOf: string): KeyList | undefined => {
    const bytes = bytesAt(listOf(asOf));
    if (bytes === undefined) return undefined;
    try {
      return JSON.parse(Buffer.from(bytes).toString('utf8')) as KeyList;
    } catch {
      return undefined;
    }
  };
  const isOurs = ({ kernel, format }: KeyList): boolean => kernel === KERNEL && format === CELL_FORMAT;
  const keysAt = (asOf: string): readonly string[] | undefined => {
    const list = listAt(asOf);
    return list && isOurs(list) ? list.keys : undefined;
  };
  return {
    folder,
    head,
    priors,
    files,
    get,
    has: (key) => whole.has(key) || get(key) !== undefined,
    put: (key, bytes) => write(pathOf(key), bytes),
    keysAt,
    otherKernel(asOf) {
      const list = listAt(asOf);
      return list && !isOurs(list) ? list.kernel : undefined;
    },
    isFilled: (asOf) => keysAt(asOf)?.every((key) => whole.has(key) || get(key) !== undefined) === true,
    asOfs() {
      const cells = join(folder, CELLS);
      const names = existsSync(cells) ? readdirSync(cells) : [];
      return names
        .flatMap((name) => /^(\d{4}-\d{2}-\d{2})\.json$/.exec(name)?.[1] ?? [])
        .filter((asOf) => keysAt(asOf) !== undefined)
        .sort();
    },
    putKeys: (asOf, keys) =>
      write(listOf(asOf), Buffer.from(`${JSON.stringify({ kernel: KERNEL, format: CELL_FORMAT, keys })}\n`)),
  };
}

function bytesAt(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    throw new UsageError(`${path}: ${words}`, { cause: error });
  }
}

/** Names of temporary files of two processes never meet. */
const HERE = createHash('sha256').update(`${process.pid}`).digest('hex').slice(0, 8);

/** Writes a file under a temporary name and renames it: it is whole or it is not there. */
function write(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${HERE}-${randomBytes(4).toString('hex')}.partial`;
  try {
    makeFolders(dirname(path));
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    throw new UsageError(`${path}: ${words}\n  The cells that are there stay; mend the folder and run the same command again.`, { cause: error }); // prettier-ignore
  }
}
