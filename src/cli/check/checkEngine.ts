import { existsSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { ExclusionCategory } from '../../clauses/clause.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import type { Provenance } from '../../report/provenance.ts';
import { thousands } from '../../text/table.ts';
import { shellWord } from '../../text/shellWord.ts';
import { diceOf } from '../../../test/kit/generate/dice.ts';
import type { Law } from '../../../test/kit/laws/law.ts';
import { LAWS } from '../../../test/kit/laws/laws.ts';
import { tryLaws, type LawResult } from '../../../test/kit/trial/askAgain.ts';
import { BenchDefect } from '../../../test/kit/trial/finding.ts';
import { inferReadings, type Inference } from '../../../test/kit/trial/inference.ts';
import { minimiseAll, type Counterexample } from '../../../test/kit/trial/minimise.ts';
import { search, type SearchResult } from '../../../test/kit/trial/search.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { rulesNamed } from '../shell/rulesOption.ts';
import { benchVersion } from '../shell/version.ts';
import { Accepted } from './accepted.ts';
import { readCaseFiles, writeCase } from './caseFiles.ts';
import { originOf } from '../output/outputOrigin.ts';
import { caseFolder, claimOutputs, unlessRefused, inOrder, type CheckOutputs } from './checkOutputs.ts';
import type { CheckPlaces } from './fleet/checkPlaces.ts';
import {
  engineReportJson,
  engineReportSuites,
  engineReportText,
  failuresOf,
  type EngineReport,
} from './engineReport.ts';
import { shrinkingWith, type EngineUnderTest, type StartEngine } from './engines/engineUnderTest.ts';
import { replay, type Replayed } from './replay.ts';
import type { Reported } from './reportParts.ts';

export interface CheckOptions extends CheckPlaces {
  readonly runs: number;
  readonly budget?: number;
  readonly seed?: string;
  readonly rules: string;
  readonly setRule: readonly string[];
  readonly clauses?: readonly ExclusionCategory[];
  /** `all`, `none`, or parts of the names of laws. */
  readonly laws: string;
  readonly lawsOnly: boolean;
  readonly cases: string;
  readonly accept?: string;
  readonly format: 'text' | 'json';
  /** How the engine was named on the command line, for the line that repeats the check. */
  readonly engineWords: readonly string[];
}

/** Holds one engine to the rules: cases, generated questions, readings, counterexamples. Exit code 4 if anything fails. */
export async function checkEngine(io: Io, options: CheckOptions, start: StartEngine): Promise<ExitCode> {
  const rules = rulesNamed(options.rules, options);
  const seed = options.seed ?? randomInt(2 ** 40).toString(36);
  const accepted = Accepted.read(options.accept, io.now());
  const folder = caseFolder(options);
  const known = existsSync(options.cases) ? readCaseFiles([options.cases]) : [];
  chosenLaws(options.laws);
  const provenance = originOf(io, { rules: rules.name, seed });
  const outputs = claimOutputs(options, 'check engine', provenance);
  return unlessRefused(outputs, async () => {
    const engine = await start(rules);
    try {
      const replayed =
        known.length > 0 ? await replay(known, start, options.clauses ? { clauses: options.clauses } : {}) : [];
      const found = await compare(io, { engine, rules, seed, accepted, options });
      const laws = await tried(io, { engine, rules, seed, accepted, options });
      const names = { version: benchVersion(), seed, engine: engine.name };
      const counterexamples: Reported[] = found.counterexamples.map((one) => ({
        one,
        file: writeCase(folder, one, names),
      }));
      await engine.close();
      const report = reportOf({
        ...found,
        provenance,
        engine,
        rules,
        seed,
        replayed,
        counterexamples,
        laws,
        accepted,
        options,
      });
      write(io, report, outputs, options);
      return failuresOf(report).length > 0 ? EXIT.property : EXIT.done;
    } catch (error) {
      if (!(error instanceof BenchDefect)) throw error;
      writeLine(io.err, error.message);
      return EXIT.internal;
    } finally {
      await engine.close();
    }
  });
}

interface Compared {
  readonly result: SearchResult;
  readonly inference: Inference | null;
  readonly counterexamples: readonly Counterexample[];
  readonly endedBy: string | undefined;
}

interface Comparison {
  readonly engine: EngineUnderTest;
  readonly rules: RuleSet;
  readonly seed: string;
  readonly accepted: Accepted;
  readonly options: CheckOptions;
}

/** Progress is told after this many questions. */
const PROGRESS_EVERY = 5000;

async function compare(io: Io, { engine, rules, seed, accepted, options }: Comparison): Promise<Compared> {
  const { clauses, budget = Infinity } = options;
  const runs = options.lawsOnly ? 0 : options.runs;
  const from = io.elapsed();
  const interruption = io.interruption();
  let nextProgress = PROGRESS_EVERY;
  const isLate = (): boolean => io.elapsed() - from > budget;
  const isOver = (): boolean => {
    interruption.throwIfAborted();
    return isLate();
  };
  const isAccepted: Parameters<typeof search>[0]['isAccepted'] = (...args) => accepted.covers(...args);
  const result = await search({
    asker: engine,
    rules,
    seed,
    runs,
    clauses,
    isAccepted,
    isOver,
    asOfs: engine.asOfs,
    blocks: Math.ceil(engine.together / 256),
    onProgress: (asked, failing) => {
      if (asked < nextProgress || asked >= runs) return;
      nextProgress = asked + PROGRESS_EVERY;
      writeLine(io.err, `${thousands(asked)} of ${thousands(runs)} questions asked, ${failing} answered wrongly`);
    },
  });
  const inference = result.failing.some(({ finding }) => finding.kind === 'differs')
    ? inferred(result, rules, clauses)
    : null;
  const counterexamples = await minimiseAll(result.firsts, result.shapes, {
    ...shrinkingWith(engine),
    clauses,
    isAccepted,
    isOver: () => {
      interruption.throwIfAborted();
      return false;
    },
  });
  const endedBy =
    result.asked >= runs
      ? undefined
      : isLate()
        ? `the budget of ${budget} s is spent`
        : 'the engine broke down too often';
  return { result, inference, counterexamples, endedBy };
}

function inferred(result: SearchResult, rules: RuleSet, clauses: CheckOptions['clauses']): Inference {
  const failing = result.failing.filter(({ finding }) => finding.kind === 'differs').map(({ run }) => run);
  return inferReadings({
    rules,
    clauses,
    answers: result.answers,
    question: (run) => result.stream.question(run),
    failing,
  });
}

interface Parts extends Comparison, Compared {
  readonly provenance: Provenance;
  readonly replayed: readonly Replayed[];
  readonly laws: readonly LawResult[];
}

/** Questions a law, for each question of the comparison. */
const LAW_SHARE = 1 / 400;
const LAW_RUNS_MAX = 250;

/**
 * Tries the chosen laws on the engine alone: the bench's own answers do not enter. An engine of one rule set is held to
 * the laws under the readings that the accept file lets pass, because it answers by them.
 */
async function tried(io: Io, { engine, rules, seed, accepted, options }: Comparison): Promise<readonly LawResult[]> {
  const laws = chosenLaws(options.laws);
  const interruption = io.interruption();
  const isAsked = engine.takesRules || Object.keys(accepted.readings).length === 0;
  const followed = isAsked ? rules : { ...rules, readings: { ...rules.readings, ...accepted.readings } };
  return tryLaws(laws, {
    asker: {
      ask: (questions) =>
        engine.ask(questions.map((one) => (one.rules === followed && !isAsked ? { ...one, rules } : one))),
    },
    rules: followed,
    takesRules: engine.takesRules,
    clauses: options.clauses,
    runs: Math.max(10, Math.min(LAW_RUNS_MAX, Math.ceil(options.runs * LAW_SHARE))),
    seed: diceOf(seed).below(2 ** 31),
    isOver: () => {
      interruption.throwIfAborted();
      return false;
    },
  });
}

function chosenLaws(wanted: string): readonly Law[] {
  if (wanted === 'none') return [];
  if (wanted === 'all') return LAWS;
  const parts = wanted.split(',').map((part) => part.trim().toLowerCase());
  const found = LAWS.filter(({ name }) => parts.some((part) => name.toLowerCase().includes(part)));
  if (found.length > 0) return found;
  throw new UsageError(
    `--laws ${wanted}: no law has this in its name:\n${LAWS.map(({ name }) => `  ${name}`).join('\n')}`,
  );
}

function reportOf(
  parts: Omit<Parts, 'counterexamples'> & { readonly counterexamples: readonly Reported[] },
): EngineReport {
  const { engine, rules, seed, result, options, accepted, endedBy } = parts;
  return {
    provenance: parts.provenance,
    engine: engine.name,
    rules: rules.name,
    seed,
    again: againLine(options, seed),
    replayed: parts.replayed,
    asked: result.asked,
    failing: result.failingCount,
    accepted: result.acceptedCount,
    shapes: result.shapes,
    given: result.given,
    clauses: inOrder(options.clauses),
    inference: parts.inference,
    counterexamples: parts.counterexamples,
    laws: parts.laws,
    cells: result.matrix.size,
    unreached: result.matrix.unreached(),
    coverage: [['cell', 'questions'], ...result.matrix.entries()],
    acceptFile: { expired: accepted.expired, idle: accepted.idle },
    unexplained: engine.unexplained().map(({ sentence }) => sentence),
    endedBy,
  };
}

/** The command line that asks the same questions again. */
function againLine(options: CheckOptions, seed: string): string {
  const { engineWords, rules, setRule, clauses, runs, laws, lawsOnly } = options;
  const words = [
    ...engineWords,
    ...['--seed', seed, '--runs', String(runs), '--rules', rules],
    ...setRule.flatMap((text) => ['--set-rule', text]),
    ...(clauses === undefined ? [] : ['--clauses', clauses.join(',')]),
    ...(laws === 'all' ? [] : ['--laws', laws]),
    ...(lawsOnly ? ['--laws-only'] : []),
  ];
  return `smets1-bench check engine ${words.map(shellWord).join(' ')}`;
}

function write(io: Io, report: EngineReport, outputs: CheckOutputs, { out, format }: CheckOptions): void {
  const json = engineReportJson(report);
  if (out !== undefined) {
    writeFileSync(join(out, 'check.json'), json);
    writeFileSync(
      join(out, 'coverage.csv'),
      report.coverage.map(([cell, count]) => csvLine([cell, String(count)])).join(''),
    );
  }
  outputs.junit(engineReportSuites(report));
  outputs.complete();
  if (format === 'json') io.out.write(json);
  else writeAnswer(io.out, engineReportText(report));
}
