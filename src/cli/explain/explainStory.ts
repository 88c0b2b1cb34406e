import { assert } from '../../assert.ts';
import { trace as traceOf, type Trace } from '../../exclusion/explain/trace.ts';
import type { Verdict } from '../../exclusion/verdict.ts';
import { endOfLondonDate, startOfLondonDate, type Instant } from '../../time.ts';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { tellStory, type Story } from '../../../sim/story/story.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { UsageError } from '../shell/exit.ts';
import { explainJson } from './explainJson.ts';
import { storyText, type StoryHead } from './explainStoryText.ts';
import { shellWord } from '../../text/shellWord.ts';
import type { Io } from '../shell/io.ts';
import { loadScenarioFile, warnOfIdle } from '../shell/scenarioFile.ts';
import { benchVersion } from '../shell/version.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';

export interface StoryOptions {
  readonly installation: string;
  readonly seed: string | undefined;
  readonly replication: number;
  readonly set: readonly string[];
  /** The text that the user gave, and the instant that it means. Undefined means the horizon. */
  readonly asOf: { readonly text: string; readonly at: Instant } | undefined;
  readonly format: 'text' | 'json';
}

/**
 * `explain SCENARIO --installation N`: tells the story of one simulated installation, and what the clauses say about
 * it. Warns of values that change nothing.
 */
export function explainScenario(io: Pick<Io, 'err' | 'asked'>, path: string, options: StoryOptions): string {
  const file = loadScenarioFile(path, options.set);
  warnOfIdle(io, file);
  const { scenario, rules, hash } = file;
  const model = compileModel(scenario, rules);
  const installation = installationNumber(options.installation, model.size, path);
  const horizon = endOfLondonDate(scenario.horizon);
  const asOf = options.asOf?.at ?? horizon;
  if (asOf < startOfLondonDate(scenario.from) || asOf > horizon) {
    throw new UsageError(
      `--as-of ${options.asOf?.text ?? ''}: expected a day from ${scenario.from} to ${scenario.horizon}, which the scenario simulates.`,
    );
  }
  const seed = options.seed ?? scenario.seed;
  const story = tellStory(model, { seed: seedWords(seed), replication: options.replication, installation });
  const atHorizon = traceOf(story.history, rules, horizon);
  assertAgrees(story, atHorizon);
  const trace = traceOf(story.history, rules, asOf);
  assertHeldThen(story, trace);
  const head: StoryHead = {
    title: scenario.title,
    scenario: scenario.name,
    hash,
    seed,
    replication: options.replication,
    version: benchVersion(),
    asOf,
    horizon,
    replay: replayLine(path, options, { seed, installation }),
  };
  if (options.format === 'text') return storyText(head, story, { trace, atHorizon, rules });
  const { history: _history, spans: _spans, verdicts: _verdicts, entity: _entity, ...told } = story;
  const provenance = originOf(io, { ...scenarioOrigin(file), seed });
  return explainJson(provenance, { installation, ...head, ...told, trace });
}

function installationNumber(text: string, size: number, path: string): number {
  const number = Number(text);
  if (/^\d{1,15}$/.test(text) && number < size) return number;
  throw new UsageError(
    `--installation ${text}: expected a whole number from 0 to ${size - 1}, the installations of ${path}.`,
  );
}

function replayLine(path: string, options: StoryOptions, of: { seed: string; installation: number }): string {
  const words = ['smets1-bench', 'explain', path, '--installation', String(of.installation), '--seed', of.seed];
  if (options.replication !== 0) words.push('--replication', String(options.replication));
  for (const setting of options.set) words.push('--set', setting);
  if (options.asOf) words.push('--as-of', options.asOf.text);
  return words.map(shellWord).join(' ');
}

/**
 * Asserts that the reference evaluator and the kernel's tally give the same verdicts. If they differ, the bench has a
 * defect.
 */
export function assertAgrees(story: Story, atHorizon: Trace): void {
  const traced = atHorizon.clauses.flatMap(({ verdict }) => (verdict === null ? [] : [verdict]));
  const a = traced.map(verdictKey).join('\n');
  const b = story.verdicts.map(verdictKey).join('\n');
  assert(a === b, `installation ${story.entity}: the trace and the tally differ at the horizon:\n${a}\nagainst\n${b}`);
}

function verdictKey({ category, metAt, effectiveFrom, counted, evidence, reported }: Verdict): string {
  return [category, metAt, effectiveFrom, counted, evidence.join('+'), reported].join(' ');
}

/** Asserts that, at an earlier as-of, the tally's stretches show the categories that held then, and since when. */
export function assertHeldThen(story: Story, then: Trace): void {
  const traced = then.clauses.flatMap(({ category, verdict }) => (verdict ? [`${category} ${verdict.metAt}`] : []));
  const tallied = story.spans
    .filter(({ from, to }) => from <= then.asOf && (to === null || to > then.asOf))
    .map(({ category, from }) => `${category} ${from}`);
  const [a, b] = [traced.toSorted().join(', '), tallied.toSorted().join(', ')];
  assert(a === b, `installation ${story.entity}: the trace and the tally differ at the as-of: ${a} against ${b}`);
}
