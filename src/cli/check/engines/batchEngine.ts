import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../../../devices/peers/engineSession.ts';
import type { EngineOutcome } from '../../../interchange/engine/engineOutcome.ts';
import {
  attemptColumns,
  eventColumns,
  installationColumns,
  readVerdictRow,
  type AnsweredVerdict,
} from '../../../interchange/engine/engineProtocol.ts';
import { csvRows } from '../../../text/csvText.ts';
import { csvLine } from '../../../interchange/format/rowWriter.ts';
import { recordOf, type RecordName } from '../../../interchange/record/records.ts';
import { documentOf } from '../../../rules/ruleSetSchema.ts';
import type { RuleSet } from '../../../rules/ruleset.ts';
import { endOfLondonDate, formatInstant, type Instant } from '../../../time.ts';
import { shellWord } from '../../../text/shellWord.ts';
import type { Question } from '../../../../test/kit/question.ts';
import { UsageError } from '../../shell/exit.ts';
import { temporaryFolder } from '../../shell/inputs.ts';
import type { Io } from '../../shell/io.ts';
import type { StartEngine } from './engineUnderTest.ts';

export interface BatchOptions {
  /** A command line with `{dir}` (where the files are) and `{out}` (where the verdicts go); `{as-of}`, `{rules}` if wanted. */
  readonly batch: string;
  /** How long one start of the command may take, in seconds. */
  readonly answerSeconds: number;
}

/** The as-ofs at which an engine that takes one at a time is asked, in turn; the last second of London days. */
const AS_OFS: readonly Instant[] = ['2022-06-30', '2023-06-30', '2021-12-31', '2022-12-31', '2021-11-30'].map(
  endOfLondonDate,
);
/** Questions a start of the command: a start costs seconds, a question next to nothing. */
const TOGETHER = 4096;

/**
 * An engine that takes files: thousands of questions are written as `installations`, `attempts` and `events`, and its
 * verdicts are read back. Each question is an installation of its own, with a DMC of its own.
 */
export function engineByFiles(io: Io, { batch, answerSeconds }: BatchOptions): StartEngine {
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
      return run(io, { folder: join(folder, String(starts)), questions: group, rules, batch, answerSeconds });
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
      for (const asOf of new Set(questions.map((question) => question.asOf))) {
        const places = [...questions.keys()].filter((i) => questions[i]?.asOf === asOf);
        const answers = await named(places.map((i) => questions[i] as Question));
        for (const [i, place] of places.entries()) outcomes[place] = answers[i] as EngineOutcome;
      }
      return outcomes;
    };
    return Promise.resolve({
      name: batch,
      takesRules: false,
      asOfs: AS_OFS,
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
  { folder, questions, rules, batch, answerSeconds }: Batch,
): Promise<readonly EngineOutcome[]> {
  const asOf = (questions[0] as Question).asOf;
  const out = join(folder, 'verdicts.csv');
  mkdirSync(folder);
  writeQuestions(folder, questions);
  writeFileSync(join(folder, 'rules.json'), JSON.stringify(documentOf(rules)));
  const command = batch
    .replaceAll('{dir}', shellWord(folder))
    .replaceAll('{out}', shellWord(out))
    .replaceAll('{as-of}', formatInstant(asOf))
    .replaceAll('{rules}', shellWord(join(folder, 'rules.json')));
  const problem = await started(io, command, answerSeconds);
  if (problem !== undefined) return questions.map(() => ({ kind: 'failed', ...problem }));
  const read = readBatchVerdicts(out, questions.length);
  rmSync(folder, { recursive: true, force: true });
  if (typeof read === 'string') return questions.map(() => ({ kind: 'failed', failure: 'garbage', sentence: read }));
  return questions.map((_, i) => ({ kind: 'answered', verdicts: read.get(String(i + 1)) ?? [] }));
}

function writeQuestions(folder: string, questions: readonly Question[]): void {
  const texts: Record<'installations' | 'attempts' | 'events', string> = { installations: head('installations'), attempts: head('attempts'), events: head('events') }; // prettier-ignore
  const line = (row: Readonly<Record<string, string | null>>): string => csvLine(Object.values(row));
  for (const [i, { history }] of questions.entries()) {
    const id = String(i + 1);
    const { installation } = history;
    const own = { ...installation, installationId: id, dmc: installation.dmc === '' ? '' : `DMC-${id}` };
    texts.installations += line(installationColumns(own));
    for (const row of history.attempts) texts.attempts += line({ installation_id: id, ...attemptColumns(row) });
    for (const row of history.events) texts.events += line(eventColumns(row, own));
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `${name}.csv`), text);
}

function head(record: RecordName): string {
  return csvLine(recordOf(record).columns.map(({ name }) => name));
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

/**
 * Reads a CSV of verdicts by installation. Columns that are not there are not compared. A text says what is wrong.
 */
function readBatchVerdicts(path: string, count: number): ReadonlyMap<string, readonly AnsweredVerdict[]> | string {
  if (!existsSync(path)) return `The command wrote no ${path}.`;
  const [header = [], ...rows] = csvRows(readFileSync(path, 'utf8'));
  for (const name of ['installation_id', 'category']) {
    if (!header.includes(name))
      return `The verdicts have no column ${name}: found ${header.join(',') || 'an empty file'}.`;
  }
  const found = new Map<string, AnsweredVerdict[]>();
  for (const [i, cells] of rows.entries()) {
    const row = Object.fromEntries(header.map((name, c) => [name, cells[c] ?? '']));
    const verdict = readVerdictRow(row);
    if (!verdict.ok) return `verdicts.csv, line ${i + 2}: ${verdict.problem}.`;
    const id = row['installation_id'] ?? '';
    const isAsked = /^[1-9]\d*$/.test(id) && Number(id) <= count;
    if (!isAsked) return `verdicts.csv, line ${i + 2}: the installation ${JSON.stringify(id)} was not asked about.`;
    if (found.get(id)?.some(({ category }) => category === verdict.value.category))
      return `verdicts.csv, line ${i + 2}: a second row of ${verdict.value.category} for the installation ${id}.`;
    found.set(id, [...(found.get(id) ?? []), verdict.value]);
  }
  return found;
}
