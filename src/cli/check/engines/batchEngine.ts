import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../../../devices/peers/engineSession.ts';
import type { EngineOutcome } from '../../../interchange/engine/engineOutcome.ts';
import type { Format } from '../../../interchange/format/formats.ts';
import { documentOf } from '../../../rules/ruleSetSchema.ts';
import type { RuleSet } from '../../../rules/ruleset.ts';
import { endOfLondonDate, formatInstant, INSTANT_MAX, type Instant } from '../../../time.ts';
import { shellWord } from '../../../text/shellWord.ts';
import type { Question } from '../../../../test/kit/question.ts';
import { UsageError } from '../../shell/exit.ts';
import { temporaryFolder } from '../../shell/inputs.ts';
import type { Io } from '../../shell/io.ts';
import { readBatchVerdicts, writeQuestions } from './batchFiles.ts';
import type { StartEngine } from './engineUnderTest.ts';

export interface BatchOptions {
  /**
   * A command line with `{dir}` (where the files are) and `{out}` (where the verdicts go). `{as-of}` is the one as-of of a
   * start, `{as-ofs}` a CSV with an as-of for each installation, `{rules}` the rule set as JSON.
   */
  readonly batch: string;
  /** How long one start of the command may take, in seconds. */
  readonly answerSeconds: number;
  /** The format of the records and of the verdicts. */
  readonly format: Format;
}

/** The as-ofs at which an engine that takes one at a time is asked, in turn; the last second of London days. */
const AS_OFS: readonly Instant[] = ['2022-06-30', '2023-06-30', '2021-12-31', '2022-12-31', '2021-11-30'].map(
  endOfLondonDate,
);
/** The as-of of an engine that is told none: every row exists by then. */
const AFTER_ALL: readonly Instant[] = [INSTANT_MAX];

/** The as-ofs that questions share in turn; undefined if the command takes an as-of for each question. */
function asOfsFor(batch: string): readonly Instant[] | undefined {
  if (batch.includes('{as-ofs}')) return undefined;
  return batch.includes('{as-of}') ? AS_OFS : AFTER_ALL;
}

/** The places of the questions that one start of the command can answer. */
function groupsOf(questions: readonly Question[], isOneAsOf: boolean): readonly (readonly number[])[] {
  const places = [...questions.keys()];
  if (!isOneAsOf) return [places];
  const asOfs = new Set(questions.map(({ asOf }) => asOf));
  return [...asOfs].map((asOf) => places.filter((i) => questions[i]?.asOf === asOf));
}

/** Questions a start of the command: a start costs seconds, a question next to nothing. */
const TOGETHER = 4096;

/**
 * An engine that takes files: thousands of questions are written as `installations`, `attempts` and `events`, and its
 * verdicts are read back. Each question is an installation of its own, with a DMC of its own.
 */
export function engineByFiles(io: Io, { batch, answerSeconds, format }: BatchOptions): StartEngine {
  const asOfs = asOfsFor(batch);
  for (const place of ['{dir}', '{out}']) {
    if (!batch.includes(place))
      throw new UsageError(`--batch ${batch}: found no ${place}, expected {dir} and {out} in it.`);
  }
  return (rules) => {
    const { path: folder, remove } = temporaryFolder('check');
    let starts = 0;
    const unexplained: Fault[] = [];
    const once = (group: readonly Question[]): ReturnType<typeof run> => {
      starts += 1;
      return run(io, { folder: join(folder, String(starts)), questions: group, rules, batch, answerSeconds, format });
    };
    // A start that fails tells nothing of which question did it: the questions are halved until one is left.
    const named = async (group: readonly Question[]): Promise<readonly EngineOutcome[]> => {
      const outcomes = await once(group);
      const [first] = outcomes;
      if (first?.kind !== 'failed' || group.length === 1) return outcomes;
      const middle = Math.ceil(group.length / 2);
      const left = await named(group.slice(0, middle));
      const isFound = left.some(({ kind }) => kind === 'failed');
      const right = isFound ? await once(group.slice(middle)) : await named(group.slice(middle));
      if (!isFound && right.every(({ kind }) => kind !== 'failed')) unexplained.push(first);
      const isBoth = isFound && right[0]?.kind === 'failed';
      return [...left, ...(isBoth ? right.map(() => ({ kind: 'notAsked' as const })) : right)];
    };
    const ask = async (questions: readonly Question[]): Promise<readonly EngineOutcome[]> => {
      const outcomes = new Array<EngineOutcome>(questions.length);
      for (const places of groupsOf(questions, asOfs !== undefined)) {
        const answers = await named(places.map((i) => questions[i] as Question));
        for (const [i, place] of places.entries()) outcomes[place] = answers[i] as EngineOutcome;
      }
      return outcomes;
    };
    return Promise.resolve({
      name: batch,
      takesRules: false,
      ...(asOfs && { asOfs }),
      together: TOGETHER,
      ask,
      unexplained: () => unexplained,
      grant: () => undefined,
      close: () => Promise.resolve(remove()),
    });
  };
}

interface Batch extends BatchOptions {
  readonly folder: string;
  readonly questions: readonly Question[];
  readonly rules: RuleSet;
}

async function run(
  io: Io,
  { folder, questions, rules, batch, answerSeconds, format }: Batch,
): Promise<readonly EngineOutcome[]> {
  const asOf = (questions[0] as Question).asOf;
  const out = join(folder, `verdicts.${format}`);
  mkdirSync(folder);
  await writeQuestions(folder, questions, format);
  writeFileSync(join(folder, 'rules.json'), JSON.stringify(documentOf(rules)));
  const command = batch
    .replaceAll('{dir}', shellWord(folder))
    .replaceAll('{out}', shellWord(out))
    .replaceAll('{as-of}', formatInstant(asOf))
    .replaceAll('{as-ofs}', shellWord(join(folder, 'as-ofs.csv')))
    .replaceAll('{rules}', shellWord(join(folder, 'rules.json')));
  const problem = await started(io, command, answerSeconds);
  if (problem !== undefined) return questions.map(() => ({ kind: 'failed', ...problem }));
  const read = await readBatchVerdicts(out, format, questions.length);
  rmSync(folder, { recursive: true, force: true });
  if (typeof read === 'string') return questions.map(() => ({ kind: 'failed', failure: 'garbage', sentence: read }));
  return questions.map((_, i) => ({ kind: 'answered', verdicts: read.get(String(i + 1)) ?? [] }));
}

type Problem = Pick<EngineOutcome & { kind: 'failed' }, 'failure' | 'sentence'>;

/** Runs the command; undefined: it has ended well. */
function started(io: Io, command: string, seconds: number): Promise<Problem | undefined> {
  const interruption = io.interruption();
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const kill = (): void => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      kill();
    }, seconds * 1000);
    interruption.addEventListener('abort', kill, { once: true });
    child.stdout.on('data', (bytes: Buffer) => void io.err.write(bytes));
    child.stderr.on('data', (bytes: Buffer) => void io.err.write(bytes));
    child.on('error', (error) => reject(new UsageError(`--batch: ${error.message}`)));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      interruption.removeEventListener('abort', kill);
      if (interruption.aborted) reject(interruption.reason);
      else if (isLate) resolve({ failure: 'silence', sentence: `The command did not end within ${seconds} s.` });
      else if (code === 126 || code === 127)
        reject(new UsageError(`--batch: the command could not be started (code ${code}).`));
      else if (code !== 0)
        resolve({ failure: 'crash', sentence: `The command ended with ${signal ?? `code ${code}`}.` });
      else resolve(undefined);
    });
  });
}
