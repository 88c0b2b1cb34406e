import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import type { EngineOutcome } from '../../interchange/engine/engineOutcome.ts';
import { verdictMessage } from '../../interchange/engine/engineProtocol.ts';
import { CaseProblem } from '../../../test/kit/cases/caseFields.ts';
import { expectedFields } from '../../../test/kit/cases/caseDifferences.ts';
import { casesText, parseCases, rawQuestion, type Case, type RawCase } from '../../../test/kit/cases/caseForm.ts';
import { sentence } from '../../../test/kit/trial/counterexample.ts';
import { categoryOf, expectedOf } from '../../../test/kit/trial/finding.ts';
import type { Counterexample } from '../../../test/kit/trial/minimise.ts';
import { UsageError } from '../shell/exit.ts';

/** Case files of one folder that `check` writes at most. */
const CASES_MAX = 100;

/** Every case of files and folders, in the order of their names. Throws a UsageError that names what cannot be read. */
export function readCaseFiles(paths: readonly string[]): readonly Case[] {
  return paths.flatMap(filesOf).flatMap((file) => {
    try {
      return parseCases(readFileSync(file, 'utf8'), file);
    } catch (error) {
      if (error instanceof CaseProblem) throw new UsageError(error.message);
      throw error;
    }
  });
}

/** Where the shipped case tables are: beside `src`, in a checkout as in the package. */
const SHIPPED = fileURLToPath(new URL('../../../test/cases/', import.meta.url));
/** The word for all shipped tables. */
const ALL_SHIPPED = 'shipped';

/** The files of a path, or of the name of a shipped table. A file or a folder of that name goes first. */
function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) return shippedFiles(path);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name));
  return names.sort().map((name) => join(path, name));
}

function shippedFiles(name: string): readonly string[] {
  const tables = shippedTables();
  if (name === ALL_SHIPPED) return tables.map((one) => join(SHIPPED, `${one}.yaml`));
  if (tables.includes(name)) return [join(SHIPPED, `${name}.yaml`)];
  throw new UsageError(
    `${name}: found no such file or folder, expected cases, or a shipped table: ${[ALL_SHIPPED, ...tables].join(', ')}.`,
  );
}

/** The names of the case tables that the package ships, one for each clause or subject. */
function shippedTables(): readonly string[] {
  const names = readdirSync(SHIPPED).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => name.replace(/\.yaml$/, '')).sort();
}

/** Where a counterexample came from. */
export interface Provenance {
  readonly version: string;
  readonly seed?: string;
  readonly law?: string;
  readonly engine: string;
}

/** A counterexample in the form of a case. What is expected is what the bench answers. */
function caseOf(one: Counterexample, { version, seed, law }: Provenance): RawCase {
  const { question, finding, outcome, shape, run } = one;
  const expected = expectedOf(question).verdicts;
  const category = categoryOf(shape) ?? expected[0]?.category;
  const verdict = expected.find((row) => row.category === category);
  const first = finding.kind === 'differs' ? finding.differences.find((row) => row.category === category) : undefined;
  const { kind } = outcome;
  return {
    name: first ? sentence(first) : finding.kind === 'failed' ? finding.sentence : shape,
    ...(category && { clause: category }),
    ...rawQuestion(question),
    ...(category && { verdict: verdict ? expectedFields(verdict) : ('none' as const) }),
    reported: expected.find(({ reported }) => reported)?.category ?? 'none',
    found: {
      version,
      shape,
      ...(law !== undefined && { law }),
      ...(seed !== undefined && { seed }),
      ...(run !== undefined && { run }),
      answered: kind === 'answered' ? outcome.verdicts.map(verdictMessage) : kind,
    },
  };
}

/**
 * Writes a counterexample as a case file of its own: `<shape>-<hash>.yaml`, whole or not at all. The same shrunk history
 * has the same name, so it is one case however often it is found. Returns its path; undefined: the folder is full.
 */
export function writeCase(folder: string, one: Counterexample, from: Provenance): string | undefined {
  const raw = caseOf(one, from);
  const hash = createHash('sha256')
    .update(JSON.stringify(rawQuestion(one.question)))
    .digest('hex')
    .slice(0, 8);
  const path = join(folder, `${one.shape.replace(/[^a-z0-9]+/gi, '-')}-${hash}.yaml`);
  makeFolders(folder);
  const count = readdirSync(folder).filter((name) => name.endsWith('.yaml')).length;
  if (count >= CASES_MAX && !existsSync(path)) return undefined;
  const comment = [
    `Found by smets1-bench ${from.version} in the engine "${from.engine}"${from.seed === undefined ? '' : `, seed ${from.seed}`}.`,
    'Times are those of London; `verdict` is what the rules ask for. Edit it as you like: only the lines above `found` count.',
  ];
  writeWhole(path, casesText([raw], comment.join('\n')));
  return path;
}

/** True for an outcome that answers a case at all. */
export function isAnswer(outcome: EngineOutcome | undefined): outcome is EngineOutcome & { kind: 'answered' } {
  return outcome?.kind === 'answered';
}
