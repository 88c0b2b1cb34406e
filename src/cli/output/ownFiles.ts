/** The one rule for files that a command writes: an output never replaces that of another command in silence. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Option } from 'commander';
import type { JunitOrigin } from '../../report/junit.ts';
import type { Provenance } from '../../report/provenance.ts';
import { ORIGIN_MARK } from '../../report/pageMark.ts';
import { isWrittenThrough, writeWhole, type OpenOutput } from '../../interchange/format/outputFile.ts';
import { UsageError } from '../shell/exit.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import type { NamedOutput } from '../shell/recordInputs.ts';
import { sha256Of } from './fileHash.ts';
import { identityOf } from './outputOrigin.ts';

/** `--replace`, which every command with outputs has. */
export function replaceOption(): Option {
  return new Option('--replace', 'replace outputs of another command, or of another scenario').default(false);
}

/** What a reader can do about an output that would be lost. */
const KEEP_OR_REPLACE = 'Name another place, or add --replace.';

/** The name of the file that states the origin of a file whose format has no place for it. */
export function sideManifest(path: string): string {
  return `${path}.manifest.json`;
}

/** A file that is written, and the manifest that names it; default: the one beside it. */
export interface OwnFile extends NamedOutput {
  readonly manifest?: string;
}

/**
 * Refuses files that hold something else than an output of this same command: it must have read the same scenarios and
 * files, with the same version of the bench. A file that is empty, a device or a pipe loses nothing.
 * @throws UsageError that names the file and what was found there
 */
export function refuseOthers(
  files: readonly (OwnFile | undefined)[],
  own: Provenance,
  { replace }: { readonly replace: boolean },
): void {
  if (replace) return;
  for (const file of files) {
    if (file === undefined) continue;
    const { path, option, manifest = sideManifest(path) } = file;
    const found = originAt(path, manifest);
    if (found === undefined || found.identity === identityOf(own)) continue;
    throw new UsageError(`${option} ${path}: found ${found.words}, which is not replaced; expected no file, or an output of this same command\n  ${KEEP_OR_REPLACE}`); // prettier-ignore
  }
}

/**
 * Refuses a folder whose manifest names another command, or other scenarios and files. Files without a manifest are
 * refused by `prepareDirectory`.
 * @throws UsageError that names what was found
 */
export function refuseOtherFolder(
  directory: string | undefined,
  own: Provenance,
  { replace, mend = KEEP_OR_REPLACE }: { readonly replace: boolean; readonly mend?: string },
): void {
  if (directory === undefined || replace) return;
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) return;
  const found = (parsed(path) ?? {}) as ManifestHead;
  const isOwn = found.provenance !== undefined && originWords(found.provenance).identity === identityOf(own);
  if (isOwn) return;
  throw new UsageError(`--out ${directory}: found ${folderWords(found)}; expected an empty directory, or outputs of this same command\n  ${mend}`); // prettier-ignore
}

interface ManifestHead {
  readonly provenance?: Provenance;
  readonly kind?: unknown;
  readonly scenario?: unknown;
  readonly scenarioHash?: unknown;
  readonly sweep?: unknown;
  readonly seed?: unknown;
  readonly replications?: unknown;
  readonly version?: unknown;
}

function folderWords(found: ManifestHead): string {
  const { kind, scenario, scenarioHash, sweep, seed, replications, version, provenance } = found;
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
  if (kind === 'sweep') return `the sweep ${text(sweep)} of ${text(scenario)}`;
  if (kind === 'run')
    return `the run ${text(scenario)}#${text(scenarioHash)}, seed ${text(seed)}, ${text(replications)} replications, version ${text(version)}`;
  return provenance === undefined ? 'other outputs' : originWords(provenance).words;
}

/** A JUnit report's origin. */
export function junitOrigin(provenance: Provenance): JunitOrigin {
  return { provenance, identity: identityOf(provenance) };
}

/** A file and its option, if the option was given. */
export function namedOutput(option: string, path: string | undefined): NamedOutput | undefined {
  return path === undefined ? undefined : { option, path };
}

interface FoundOrigin {
  /** Undefined: no output of the bench, or one that was changed since. */
  readonly identity: string | undefined;
  readonly words: string;
}

const UNKNOWN: FoundOrigin = { identity: undefined, words: 'a file of unknown origin' };
/** Undefined: there is nothing to lose. */
function originAt(path: string, manifest: string): FoundOrigin | undefined {
  if (!holdsAnything(path)) return undefined;
  if (existsSync(manifest)) return sideOrigin(manifest, path);
  return markedOrigin(path) ?? jsonOrigin(path) ?? UNKNOWN;
}

/** True of a file with content. Any other thing at the path is refused, or written through, by whoever writes there. */
function holdsAnything(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size > 0;
  } catch {
    return false;
  }
}

function sideOrigin(side: string, path: string): FoundOrigin {
  const found = parsed(side) as { readonly provenance?: Provenance; readonly files?: FileHashes } | undefined;
  const wanted = found?.files?.[basename(path)]?.sha256;
  if (found?.provenance === undefined || wanted === undefined) return UNKNOWN;
  if (sha256Of(path) !== wanted) return { identity: undefined, words: 'a file that was changed since it was written' };
  return originWords(found.provenance);
}

/** The origin that a page or a JUnit report states near its beginning. */
function markedOrigin(path: string): FoundOrigin | undefined {
  const found = MARKED.exec(beginningOf(path));
  return found === null ? undefined : { identity: found[1], words: 'the output of another command' };
}

const MARKED = new RegExp(`name="${ORIGIN_MARK}" (?:content|value)="([0-9a-f]{32})"`);
const BEGINNING_BYTES = 1 << 18;

function beginningOf(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(BEGINNING_BYTES);
    return Buffer.from(bytes.subarray(0, readSync(descriptor, bytes))).toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}

function jsonOrigin(path: string): FoundOrigin | undefined {
  if (!path.endsWith('.json')) return undefined;
  const found = parsed(path) as { readonly provenance?: Provenance } | undefined;
  return found?.provenance === undefined ? undefined : originWords(found.provenance);
}

function originWords(provenance: Provenance): FoundOrigin {
  try {
    return { identity: identityOf(provenance), words: `the output of \`${provenance.command}\`` };
  } catch {
    return UNKNOWN;
  }
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

type FileHashes = Readonly<Record<string, { readonly sha256: string; readonly rows?: number }>>;

/** Wraps what opens outputs, and notes the name and the hash of each file that is committed. */
export function hashedOutputs(open: OpenOutput): { readonly open: OpenOutput; readonly files: FileHashes } {
  const files: Record<string, { readonly sha256: string }> = {};
  return {
    files,
    open: (path) => {
      const file = open(path);
      return {
        ...file,
        commit: () => {
          const sha256 = file.commit();
          if (!isWrittenThrough(path)) files[basename(path)] = { sha256 };
          return sha256;
        },
      };
    },
  };
}

/** The text of a manifest: where the files come from, and the hash of each. Two equal commands write equal bytes. */
export function manifestText(kind: string, provenance: Provenance, files: FileHashes): string {
  return `${JSON.stringify({ format: 1, kind, provenance, files }, null, 2)}\n`;
}

/** Writes the manifest beside a file whose format has no place for its origin. A device or a pipe has none beside it. */
export function writeSideManifest(
  path: string,
  provenance: Provenance,
  { kind, files, open }: { readonly kind: string; readonly files: FileHashes; readonly open?: OpenOutput },
): void {
  if (isWrittenThrough(path)) return;
  writeWhole(sideManifest(path), manifestText(kind, provenance, files), open);
}
