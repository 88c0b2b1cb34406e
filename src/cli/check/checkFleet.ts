import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from '../../exclusion/reference/evaluate.ts';
import type { Verdict } from '../../exclusion/verdict.ts';
import type { EngineOutcome } from '../../interchange/engine/engineOutcome.ts';
import type { Provenance } from '../../report/provenance.ts';
import { thousands } from '../../text/table.ts';
import type { Question } from '../../../test/kit/question.ts';
import { differencesOf } from '../../../test/kit/compare.ts';
import { Failures, type Find, type Found } from '../../../test/kit/trial/failures.ts';
import { BenchDefect, findingOf } from '../../../test/kit/trial/finding.ts';
import { inferReadings, type Inference } from '../../../test/kit/trial/inference.ts';
import { EXIT, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { Accepted } from './accepted.ts';
import { originOf } from '../output/outputOrigin.ts';
import { claimOutputs, unlessRefused, inOrder, type CheckOutputs } from './checkOutputs.ts';
import type { EngineUnderTest } from './engines/engineUnderTest.ts';
import { nameOf, type FleetAnswers, type FleetOutputs, type FleetSource } from './fleet/fleetSource.ts';
import { examplesOf, type FleetCheck } from './fleetExamples.ts';
import { otherFailures } from './reportParts.ts';
import {
  fleetFailures,
  fleetReportJson,
  fleetReportSuites,
  fleetReportText,
  type FleetExample,
  type FleetReport,
} from './fleetReport.ts';

/** Finds what is wrong with an answer of the bench's own engine. The reference evaluator says what is right. */
const AGAINST_REFERENCE: Find = (outcome, question, options) => {
  if (outcome.kind === 'failed') return { kind: 'failed', failure: outcome.failure, sentence: outcome.sentence };
  if (outcome.kind !== 'answered') return null;
  const { history, rules, asOf } = question;
  const differences = differencesOf(outcome, evaluate(history, rules, asOf), options);
  return differences.length === 0 ? null : { kind: 'differs', differences };
};

/** The fleet is left after so many histories on which the engine broke down. */
const BREAKDOWNS_MAX = 5;
/** Histories that are kept for the inference of readings. */
const KEPT_MAX = 20_000;
/** Progress is told after so many histories. */
const PROGRESS_EVERY = 25_000;

/** Ends the reading of a fleet early. */
class Enough extends Error {}

/** Decides every history of a fleet, shrinks what differs, and reports. */
export async function checkFleet(
  io: Io,
  source: FleetSource,
  answers: FleetAnswers,
  outputs: FleetOutputs,
): Promise<ExitCode> {
  const provenance = originOf(io, source.origins);
  const files = claimOutputs(outputs, outputs.typed, provenance);
  return unlessRefused(files, async () => {
    const accepted = Accepted.read(outputs.accept, io.now());
    const find = answers.isOwn ? AGAINST_REFERENCE : findingOf;
    const check = { io, source, answers, outputs, accepted, find };
    try {
      const decided = await decide(check);
      const examples = await examplesOf(check, decided.found);
      await answers.engine?.close();
      const report = reportOf(check, provenance, decided, examples);
      write(io, report, files, outputs);
      if (fleetFailures(report).length === 0) return EXIT.done;
      return answers.isOwn ? EXIT.internal : EXIT.property;
    } catch (error) {
      if (!(error instanceof BenchDefect)) throw error;
      writeLine(io.err, error.message);
      return EXIT.internal;
    } finally {
      await answers.engine?.close();
    }
  });
}

interface Decided {
  readonly found: Found;
  readonly inference: Inference | null;
  readonly endedBy: string | undefined;
}

/** Asks about every history and compares the answers. */
async function decide({ io, source, answers, outputs, accepted, find }: FleetCheck): Promise<Decided> {
  const { histories, rules, asOf } = source;
  const { clauses } = outputs;
  const asker = answers.expect ?? (answers.engine as EngineUnderTest);
  const together = answers.expect ? 4096 : (answers.engine?.together ?? 768);
  const interruption = io.interruption();
  const begun = (): Failures =>
    new Failures({
      clauses,
      find,
      isAccepted: (...args) => accepted.covers(...args),
      keepsFewestRows: true,
    });
  let failures = begun();
  let kept: Question[] = [];
  let waiting: { readonly question: Question; readonly expected: readonly Verdict[] | undefined }[] = [];
  let run = 0;
  let told = 0;

  async function flush(): Promise<void> {
    const batch = waiting;
    waiting = [];
    interruption.throwIfAborted();
    const outcomes = await asker.ask(batch.map(({ question }) => question));
    let isAsked = true;
    for (const [i, { question, expected }] of batch.entries()) {
      const known = expected && { verdicts: expected };
      isAsked = failures.take(run + i, question, outcomes[i] as EngineOutcome, known) && isAsked;
    }
    run += batch.length;
    if (run - told >= PROGRESS_EVERY) {
      told = run;
      writeLine(io.err, `${thousands(run)} histories decided, ${thousands(failures.failingCount)} wrongly`);
    }
    if (!isAsked || failures.breakdowns >= BREAKDOWNS_MAX) throw new Enough();
  }

  let endedBy: string | undefined;
  try {
    await histories.each(
      (history, atHorizon) => {
        const question = { history, rules, asOf };
        waiting.push({ question, expected: asOf === source.horizon ? atHorizon : undefined });
        if (kept.length < KEPT_MAX) kept.push(question);
        return waiting.length >= together ? flush() : undefined;
      },
      () => {
        [failures, kept, waiting, run, told] = [begun(), [], [], 0, 0];
      },
    );
    if (waiting.length > 0) await flush();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    endedBy = 'the engine broke down too often';
  }
  const found = failures.found();
  const differing = found.failing.filter((one) => one.finding.kind === 'differs' && one.run < kept.length);
  const inference =
    differing.length === 0 || answers.isOwn
      ? null
      : inferReadings({
          rules,
          clauses,
          answers: found.answers.slice(0, kept.length),
          question: (i) => kept[i] as Question,
          failing: differing.map((one) => one.run),
        });
  return { found, inference, endedBy };
}

function reportOf(
  { source, answers, outputs, accepted }: FleetCheck,
  provenance: Provenance,
  { found, inference, endedBy }: Decided,
  examples: readonly FleetExample[],
): FleetReport {
  return {
    ...found,
    provenance,
    engine: nameOf(answers),
    rules: source.rules.name,
    histories: source.histories.words,
    asOf: source.asOf,
    seed: source.seed,
    clauses: inOrder(outputs.clauses),
    inference,
    readingOption: source.readingOption,
    examples,
    others: othersOf(answers, accepted, found),
    idle: accepted.idle,
    endedBy,
    again: source.again,
  };
}

/** Faults beside wrong verdicts. */
function othersOf({ engine, expect }: FleetAnswers, accepted: Accepted, found: Found): readonly string[] {
  const { count = 0, named = [] } = found.asked > 0 ? (expect?.notAsked() ?? {}) : {};
  const more = count > named.length ? ` and ${thousands(count - named.length)} more` : '';
  return [
    ...(found.asked === 0 ? ['no history was decided'] : []),
    ...(count > 0
      ? [`the file has verdicts of ${thousands(count)} installations without a history: ${named.join(', ')}${more}`]
      : []),
    ...otherFailures(
      (engine?.unexplained() ?? []).map(({ sentence }) => sentence),
      accepted.expired,
    ),
  ];
}

function write(io: Io, report: FleetReport, files: CheckOutputs, { out, format }: FleetOutputs): void {
  const json = fleetReportJson(report);
  if (out !== undefined) writeFileSync(join(out, 'check.json'), json);
  files.junit(fleetReportSuites(report));
  files.complete();
  if (format === 'json') io.out.write(json);
  else writeAnswer(io.out, fleetReportText(report));
}
