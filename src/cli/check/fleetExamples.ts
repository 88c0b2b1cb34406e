import { evaluate } from '../../exclusion/reference/evaluate.ts';
import type { EngineOutcome } from '../../interchange/engine/engineOutcome.ts';
import type { Question } from '../../../test/kit/question.ts';
import type { GivenVerdict } from '../../../test/kit/compare.ts';
import type { Failing, Find, Found } from '../../../test/kit/trial/failures.ts';
import { byWorth, expectedOf, isLike } from '../../../test/kit/trial/finding.ts';
import { minimiseAll, type Counterexample } from '../../../test/kit/trial/minimise.ts';
import type { Io } from '../shell/io.ts';
import { benchVersion } from '../shell/version.ts';
import type { Accepted } from './accepted.ts';
import { writeCase } from './caseFiles.ts';
import { caseFolder } from './checkOutputs.ts';
import { shrinkingWith, type EngineUnderTest } from './engines/engineUnderTest.ts';
import { nameOf, type FleetAnswers, type FleetOutputs, type FleetSource } from './fleet/fleetSource.ts';
import type { FleetExample } from './fleetReport.ts';

/** Everything that a check of a fleet is made with. */
export interface FleetCheck {
  readonly io: Io;
  readonly source: FleetSource;
  readonly answers: FleetAnswers;
  readonly outputs: FleetOutputs;
  readonly accepted: Accepted;
  readonly find: Find;
}

/** Makes counterexamples: small ones where there is an engine to ask, else the recorded one with the fewest rows. */
export async function examplesOf(check: FleetCheck, found: Found): Promise<readonly FleetExample[]> {
  const { io, source, answers, outputs, accepted, find } = check;
  const { engine } = answers;
  const { clauses } = outputs;
  const interruption = io.interruption();
  const isOver = (): boolean => {
    interruption.throwIfAborted();
    return false;
  };
  const shown = shownOf(found);
  const asked = engine && (answers.expect ? await reproduced(engine, shown, find, clauses) : shown);
  const made: { readonly one: Counterexample; readonly first: Failing; readonly isShrunk: boolean }[] = [];
  if (engine && asked) {
    const small = await minimiseAll(asked, found.shapes, {
      ...shrinkingWith(engine),
      clauses,
      find,
      isOver,
      isAccepted: (...args) => accepted.covers(...args),
    });
    for (const one of small) made.push({ one, first: asked.get(one.shape) as Failing, isShrunk: true });
  }
  for (const [shape, first] of shown) {
    if (asked?.has(shape) === true) continue;
    const { run, question, outcome, finding } = first;
    const count = found.shapes.get(shape) ?? 0;
    made.push({ one: { shape, count, run, question, outcome, finding, rounds: 0, isMinimal: false }, first, isShrunk: false }); // prettier-ignore
  }
  const examples: FleetExample[] = [];
  for (const { one, first, isShrunk } of made) {
    const { run, question } = first;
    const ask = { shape: one.shape, asker: engine as EngineUnderTest, find, clauses, isOver };
    examples.push({
      one: { ...one, run: undefined },
      isShrunk,
      file: answers.isOwn ? undefined : writeCase(caseFolder(outputs), one, provenance(source, answers)),
      origin: source.origin(run, question.history),
      expected: expectedVerdicts(one.question, answers.isOwn),
      explain: source.explain?.(run, question.history),
      needed: isShrunk ? await source.needed?.(run, question.history, ask) : undefined,
    });
  }
  return examples;
}

/** Counterexamples that are shown where nothing can be shrunk. */
const SHOWN_MAX = 6;

/** The failing histories that are worth a counterexample, one of each shape. */
function shownOf(found: Found): ReadonlyMap<string, Failing> {
  const shapes = byWorth(found.shapes).slice(0, SHOWN_MAX);
  return new Map(shapes.map((shape) => [shape, found.firsts.get(shape) as Failing]));
}

/** Those of the recorded differences that the engine itself shows when it is asked. */
async function reproduced(
  engine: EngineUnderTest,
  shown: ReadonlyMap<string, Failing>,
  find: Find,
  clauses: FleetOutputs['clauses'],
): Promise<ReadonlyMap<string, Failing>> {
  const all = [...shown];
  const outcomes = await engine.ask(all.map(([, { question }]) => question));
  return new Map(
    all.flatMap(([shape, first], i): [string, Failing][] => {
      const outcome = outcomes[i] as EngineOutcome;
      const finding = find(outcome, first.question, { clauses });
      return finding && isLike(shape, finding) ? [[shape, { ...first, outcome, finding }]] : [];
    }),
  );
}

function expectedVerdicts(question: Question, isOwn: boolean): readonly GivenVerdict[] {
  const { history, rules, asOf } = question;
  return (isOwn ? evaluate(history, rules, asOf) : expectedOf(question)).verdicts;
}

function provenance({ seed }: FleetSource, answers: FleetAnswers): Parameters<typeof writeCase>[2] {
  return { version: benchVersion(), engine: nameOf(answers), ...(seed !== undefined && { seed }) };
}
