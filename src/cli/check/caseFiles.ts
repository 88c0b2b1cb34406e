import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineOutcome } from '../../interchange/engine/engineOutcome.ts';
import { formatInstant, type Instant } from '../../time.ts';
import { CaseProblem } from '../../../test/kit/cases/caseFields.ts';
import { expectedFields } from '../../../test/kit/cases/caseDifferences.ts';
import { casesText, parseCases, rawQuestion, type Case, type RawCase } from '../../../test/kit/cases/caseForm.ts';
import type { GivenVerdict } from '../../../test/kit/compare.ts';
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

function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) throw new UsageError(`${path}: found no such file or folder, expected cases.`);
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name));
  return names.sort().map((name) => join(path, name));
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
      answered: kind === 'answered' ? outcome.verdicts.map(written) : kind,
    },
  };
}

function written(row: GivenVerdict): Readonly<Record<string, unknown>> {
  const text = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
  return {
    category: row.category,
    ...(row.metAt !== undefined && { met_at: text(row.metAt) }),
    ...(row.effectiveFrom !== undefined && { effective_from: text(row.effectiveFrom) }),
    ...(row.counted !== undefined && { counted: row.counted }),
    ...(row.evidence !== undefined && { evidence: row.evidence.map(text) }),
    ...(row.reported !== undefined && { reported: row.reported }),
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
  mkdirSync(folder, { recursive: true });
  const count = readdirSync(folder).filter((name) => name.endsWith('.yaml')).length;
  if (count >= CASES_MAX && !existsSync(path)) return undefined;
  const comment = [
    `Found by smets1-bench ${from.version} in the engine "${from.engine}"${from.seed === undefined ? '' : `, seed ${from.seed}`}.`,
    'Times are those of London; `verdict` is what the rules ask for. Edit it as you like: only the lines above `found` count.',
  ];
  const temporary = `${path}.partial-${process.pid}`;
  writeFileSync(temporary, casesText([raw], comment.join('\n')));
  renameSync(temporary, path);
  return path;
}

/** True for an outcome that answers a case at all. */
export function isAnswer(outcome: EngineOutcome | undefined): outcome is EngineOutcome & { kind: 'answered' } {
  return outcome?.kind === 'answered';
}
