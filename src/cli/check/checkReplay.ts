import type { ExclusionCategory } from '../../clauses/clause.ts';
import type { JunitSuite } from '../../report/junit.ts';
import { VARIOUS1 } from '../../rules/builtInRules.ts';
import { counted } from '../../text/table.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { readCaseFiles } from './caseFiles.ts';
import { originOf } from '../output/outputOrigin.ts';
import { claimOutputs } from './checkOutputs.ts';
import type { StartEngine } from './engines/engineUnderTest.ts';
import { REFERENCE } from './engines/inProcess.ts';
import { replay, type Replayed } from './replay.ts';

export interface ReplayCommandOptions {
  readonly ownRules: boolean;
  /** The categories that the engine has; by default all. */
  readonly clauses?: readonly ExclusionCategory[];
  readonly junit?: string;
  readonly replace: boolean;
}

/** Asks an engine the cases of files and folders. Without an engine, the reference is asked. Exit code 4 if one fails. */
export async function checkReplay(
  io: Io,
  paths: readonly string[],
  { ownRules, clauses, junit, replace }: ReplayCommandOptions,
  start: StartEngine = REFERENCE,
): Promise<ExitCode> {
  const cases = readCaseFiles(paths);
  if (cases.length === 0) throw new UsageError(`${paths.join(', ')}: there is no case in it.`);
  const places = { replace, ...(junit !== undefined && { junit }) };
  const outputs = claimOutputs(places, 'check replay', originOf(io));
  const replayed = await replay(cases, start, {
    ...(ownRules && { onlyRules: VARIOUS1 }),
    ...(clauses && { clauses }),
  });
  const failed = replayed.filter(({ differences }) => differences.length > 0);
  const reasons = replayed.flatMap((one) => one.skipped ?? []);
  const skipped = reasons.length;
  for (const one of failed) writeAnswer(io.out, failedText(one));
  outputs.junit(suitesOf(replayed));
  for (const why of new Set(reasons)) {
    writeAnswer(io.out, `${counted(reasons.filter((one) => one === why).length, 'case')} skipped: ${why}\n`);
  }
  const asked = `${counted(replayed.length - skipped, 'case')} asked${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  writeAnswer(io.out, failed.length > 0 ? `FAILED: ${asked}, ${failed.length} fail\n` : `PASSED: ${asked}\n`);
  return failed.length > 0 ? EXIT.property : EXIT.done;
}

function failedText({ one, differences }: Replayed): string {
  return `${one.file}: ${one.name}\n${differences.map((text) => `  ${text}\n`).join('')}`;
}

function suitesOf(replayed: readonly Replayed[]): readonly JunitSuite[] {
  const files = [...new Set(replayed.map(({ one }) => one.file))];
  return files.map((file) => ({
    name: file,
    cases: replayed
      .filter(({ one }) => one.file === file)
      .map(({ one, differences, skipped }) => ({
        name: one.name,
        ...(differences.length > 0 && { failure: differences.join('\n') }),
        ...(skipped !== undefined && { skipped }),
      })),
  }));
}
