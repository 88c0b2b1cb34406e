import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { EnginePeer } from '../../devices/peers/enginePeer.ts';
import { helloLine, questionLine } from '../../src/interchange/engine/engineProtocol.ts';
import { documentOf } from '../../src/rules/ruleSetSchema.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { expiryInstant } from '../../src/rules/ruleset.ts';
import { wrongEngines } from '../check/wrongEngines.ts';
import { QuestionStream } from '../kit/generate/stream.ts';
import type { Engine } from '../kit/index.ts';
import { askerOf } from '../kit/trial/asker.ts';
import { findingOf, shapesOf } from '../kit/trial/finding.ts';
import { minimise } from '../kit/trial/minimise.ts';
import { questionArbitrary as chainedQuestions } from '../src/exclusion/chainedHistories.ts';
import { rates, timed, type Subject } from './measure.ts';
import { figure, printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

/** The default number of questions of `check engine`. */
const RUNS = 20_000;
const GENERATOR_LEAST = 6;
const PIPE_LEAST = 0.7;
const ROUNDS_MOST = 25;

/** How `check` finds what is wrong: questions needed for each wrong engine, and the speed of its parts. */
export async function checkBenchmark({ quick, rounds }: Sizes): Promise<boolean> {
  const found = await questionsNeeded(quick ? 1 : 10);
  const [generated, chained] = await rates([generator(quick), olderArbitrary(quick)], rounds);
  const pipe = await pipeAgainstFile(quick ? 300 : 3000, rounds);
  const missed = found.filter(({ runs }) => runs.includes(Infinity)).length;
  const goals = [
    { what: 'wrong engines that some seed misses', found: missed, atMost: 0, unit: '', quick: false },
    { what: 'round trips to the smallest counterexample', found: Math.max(...found.map((one) => one.rounds)), atMost: ROUNDS_MOST, unit: '', quick: false },
    { what: 'generator against an arbitrary that chains', found: (generated?.processor ?? 0) / (chained?.processor ?? 1), atLeast: GENERATOR_LEAST, unit: ' x', quick },
    { what: 'engine behind a pipe against one fed from a file', found: pipe, atLeast: PIPE_LEAST, unit: ' x', quick },
  ]; // prettier-ignore
  return goals.map(printGoal).every(Boolean);
}

interface Found {
  readonly name: string;
  /** The question at which each seed found it; Infinity: not at all. */
  readonly runs: readonly number[];
  readonly rounds: number;
}

async function questionsNeeded(seeds: number): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [name, engine] of Object.entries(wrongEngines())) {
    const each = [];
    for (let seed = 1; seed <= seeds; seed += 1) each.push(await firstFailure(engine, `kit-${seed}`));
    found.push({
      name,
      runs: each.map(({ run }) => run).sort((a, b) => a - b),
      rounds: Math.max(...each.map((one) => one.rounds)),
    });
  }
  const rows = [...found]
    .sort((a, b) => median(b.runs) - median(a.runs))
    .map(({ name, runs, rounds }) => [name, figure(median(runs)), figure(runs.at(-1) ?? 0), String(rounds)]);
  printTable(['wrong engine', `questions, median of ${seeds}`, 'most', 'round trips'], rows);
  return found;
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity;
}

async function firstFailure(engine: Engine, seed: string): Promise<{ run: number; rounds: number }> {
  const stream = new QuestionStream(seed, VARIOUS1);
  const asker = askerOf(engine);
  for (let run = 0; run < RUNS; run += 1) {
    const question = stream.question(run);
    const [outcome] = await asker.ask([question]);
    const finding = outcome ? findingOf(outcome, question, {}) : null;
    if (outcome === undefined || finding === null) continue;
    const { rounds } = await minimise({ run, question, outcome, finding }, shapesOf(finding)[0] ?? '', 1, { asker });
    return { run: run + 1, rounds };
  }
  return { run: Infinity, rounds: 0 };
}

function generator(quick: boolean): Subject {
  const items = quick ? 2000 : 50_000;
  return { name: 'generator', items, run: () => void new QuestionStream('speed', VARIOUS1).questions(0, items) };
}

/** The arbitrary that was composed of fast-check's own, with `chain`. */
function olderArbitrary(quick: boolean): Subject {
  const items = quick ? 500 : 5000;
  const arbitrary = chainedQuestions(fc.constant(VARIOUS1));
  return { name: 'chained', items, run: () => void fc.sample(arbitrary, { numRuns: items, seed: 1 }) };
}

/** The speed of an engine in Python behind the pipe, as a share of its speed when it reads the same lines from a file. */
async function pipeAgainstFile(count: number, rounds: number): Promise<number> {
  const command = 'python3 test/examples/engines/right_engine.py';
  const questions = new QuestionStream('pipe', VARIOUS1).questions(0, count);
  const folder = mkdtempSync(join(tmpdir(), 'bench-check-'));
  const rules = documentOf(VARIOUS1);
  const asOfDefault = expiryInstant(VARIOUS1) - 1;
  const lines = [
    helloLine(rules, asOfDefault),
    ...questions.map(({ history, asOf }, i) => questionLine(i + 1, history, asOf)),
  ];
  writeFileSync(join(folder, 'questions'), `${lines.join('\n')}\n`);
  let [piped, fed] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round += 1) {
    const file = await timed(
      () => void spawnSync(`${command} < "${folder}/questions" > "${folder}/answers"`, { shell: true }),
    );
    const pipe = await timed(async () => {
      const peer = await EnginePeer.start({
        command,
        answerSeconds: 60,
        onStderr: () => undefined,
        rules,
        asOfDefault,
      });
      await peer.ask(questions);
      await peer.close();
    });
    [fed, piped] = [Math.min(fed, file.wall), Math.min(piped, pipe.wall)];
  }
  rmSync(folder, { recursive: true });
  return fed / piped;
}
