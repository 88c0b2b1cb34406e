/**
 * Reads, merges, checks and resolves a rig file. All errors are reported together, each with its position and without
 * secrets.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { readLayered } from '../../../src/document/checkedFile.ts';
import { faultProblem, type FieldFault } from '../../../src/document/fieldFault.ts';
import type { Files } from '../../../src/document/files.ts';
import { hideSecrets, type SecretPlaces } from '../../../src/document/hideSecrets.ts';
import type { MergeOptions } from '../../../src/document/merge.ts';
import type { Path } from '../../../src/document/path.ts';
import type { Problem } from '../../../src/document/problem.ts';
import { positionAt, type Tree } from '../../../src/document/tree.ts';
import { isRulesFile, resolveRules } from '../../../src/rules/resolveRules.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import type { FirmwareImage } from '../../headend/firmware.ts';
import { rigFaults } from './rigFileChecks.ts';
import { RIG_FIELDS, type RigDocument, rigFileSchema } from './rigFileSchema.ts';
import { readSecrets } from './rigSecrets.ts';
import { type RigSetup, setupOf } from './rigSetup.ts';

/** A rig file that was read without an error. */
export interface LoadedRig {
  readonly ok: true;
  readonly setup: RigSetup;
  /** The requested file and the files that it extends. */
  readonly files: readonly string[];
  /** Hash of the whole resolved file with its defaults, without secrets. */
  readonly hash: string;
}

/** A loaded rig, or all errors of the file. */
export type RigFileResult = LoadedRig | { readonly ok: false; readonly problems: readonly Problem[] };

export interface LoadRigOptions {
  readonly path: string;
  readonly files: Files;
  readonly readBytes: (path: string) => Uint8Array;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The instant for which `in-force` rules are chosen. */
  readonly now: Instant;
}

/** Sections of which each describes one alternative: a file that sets one inherits none of its fields. */
const MERGE: MergeOptions = { whole: ['mqtt', 'driver', 'keys', 'secret'] };
const SECRETS: SecretPlaces = {
  path: /^devices\..*\.(keys|secret)(\.|\[|$)/,
  mend: 'Name the place of a secret: {file: keys/guek.hex} or {env: RIG_GUEK}.',
};
/** No device of the lab accepts a larger image. */
const FIRMWARE_BYTES_MAX = 1 << 20;

/** Reads a rig file and all files that it names. Problems never show a secret. */
export function loadRigFile(options: LoadRigOptions): RigFileResult {
  const { path, files } = options;
  const read = readLayered({ path, files, merge: MERGE }, rigFileSchema, RIG_FIELDS);
  const problems: Problem[] = [...read.problems];
  const wrong = (): RigFileResult => ({ ok: false, problems: problems.map((one) => hideSecrets(one, SECRETS)) });
  if (!read.ok) return wrong();
  const { value: document, tree } = read;
  const tell = (fault: FieldFault): void => void problems.push(faultProblem(tree, fault));
  for (const fault of rigFaults(document)) tell(fault);
  const rules = rulesOf(document, tree, options);
  if ('problems' in rules) problems.push(...rules.problems);
  const near = (path: Path, named: string): string => files.beside(positionAt(tree, path).file, named);
  const readText = (path: string): { text: string } | { why: string } => {
    try {
      return { text: files.read(path) };
    } catch (error) {
      return { why: whyUnreadable(error) };
    }
  };
  const secrets = readSecrets(
    document,
    (place, path) => {
      if ('file' in place) return readText(near(path, place.file));
      const text = options.environment[place.env];
      return text === undefined ? { why: 'it is not set' } : { text };
    },
    tell,
  );
  const firmware = firmwareOf(document, { ...options, near, tell });
  if (problems.length > 0 || 'problems' in rules) return wrong();
  const { folder } = document.ledger;
  const setup = setupOf(document, {
    rules,
    secrets,
    firmware,
    ledgerFolder: folder === undefined ? undefined : near(['ledger', 'folder'], folder),
    folder: dirname(path),
  });
  return { ok: true, setup, files: read.files, hash: hashOf(document) };
}

/** Resolves the rule set that a file asks for under `rules`. A problem is reported at the line that asks for it. */
export function rulesOf(
  { rules: asked }: Pick<RigDocument, 'rules'>,
  tree: Tree,
  { files, now }: Pick<LoadRigOptions, 'files' | 'now'>,
): RuleSet | { readonly problems: readonly Problem[] } {
  const { file, line, column } = positionAt(tree, ['rules']);
  const name = isRulesFile(asked) ? files.beside(file, asked) : asked;
  const result = resolveRules(name, { asOf: now, files });
  if (result.ok) return result.rules;
  // A rule set that cannot be read is reported at the line that asks for it.
  const problems = result.problems.map((problem) =>
    problem.line === 0 && problem.file === name
      ? { ...problem, file, line, column, path: 'rules', found: `${JSON.stringify(asked)}, ${problem.found}` }
      : problem,
  );
  return { problems };
}

function firmwareOf(
  document: RigDocument,
  {
    readBytes,
    near,
    tell,
  }: Pick<LoadRigOptions, 'readBytes'> & {
    near: (path: Path, named: string) => string;
    tell: (fault: FieldFault) => void;
  },
): FirmwareImage | undefined {
  const { preparation } = document.schedule;
  const named = preparation ? preparation.firmware : undefined;
  if (named === undefined) return undefined;
  const path: Path = ['schedule', 'preparation', 'firmware', 'file'];
  try {
    const bytes = readBytes(near(path, named.file));
    if (bytes.length > 0 && bytes.length <= FIRMWARE_BYTES_MAX) return { name: named.name, bytes };
    tell({ path, found: `a file of ${bytes.length} bytes`, expected: `1 to ${FIRMWARE_BYTES_MAX} bytes` });
  } catch (error) {
    tell({ path, found: `a file that cannot be read (${whyUnreadable(error)})`, expected: 'a firmware image' });
  }
  return undefined;
}

function whyUnreadable(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'not text';
}

/** Hashes the document without the fields for people and editors. The order of fields has no effect. */
export function hashOf(document: object): string {
  const { $schema: _schema, extends: _extends, title: _title, ...rest } = document as Readonly<Record<string, unknown>>;
  return createHash('sha256')
    .update(JSON.stringify(sorted(rest)))
    .digest('hex')
    .slice(0, 12);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}
