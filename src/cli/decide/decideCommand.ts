import { Command, Option } from 'commander';
import { createReadStream, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { engine } from '../../exclusion/engine/engine.ts';
import { NOTE_KINDS } from '../../exclusion/verdict.ts';
import { FORMATS, type Format } from '../../interchange/format/formats.ts';
import { joinHistories, type Joined } from '../../interchange/history/joinHistories.ts';
import { isWrittenThrough, OutputSet, STANDARD, type OpenOutput } from '../../interchange/format/outputFile.ts';
import type { JoinInputs } from '../../interchange/history/mergeJoin.ts';
import { parquetSummary } from '../../interchange/format/parquetReader.ts';
import { FileRefused, formatRefusal } from '../../interchange/record/refusal.ts';
import { TooManyRefused } from '../../interchange/history/refusedRows.ts';
import type { VerdictSink, VerdictSinkOptions } from '../../interchange/history/verdictSink.ts';
import { isRulesFile } from '../../rules/resolveRules.ts';
import { VARIOUS1 } from '../../rules/builtInRules.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { formatInstant, type Instant } from '../../time.ts';
import { Comparison } from './compareRules.ts';
import { DECIDE_HELP } from './decideHelp.ts';
import { counted, thousands } from '../../text/table.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { formatNamed, temporaryFolder } from '../shell/inputs.ts';
import { writeLine, type Io } from '../shell/io.ts';
import { collect, instantOrDate, repeatable, maxErrorsOption } from '../shell/options.ts';
import { rowProgress } from '../shell/progress.ts';
import {
  namesOf,
  pathsOf,
  recordInputs,
  refuseOverwriting,
  withFileOptions,
  type NamedOutput,
} from '../shell/recordInputs.ts';
import { rulesNamed } from '../shell/rulesOption.ts';
import {
  type OwnFile,
  hashedOutputs,
  refuseOthers,
  replaceOption,
  sideManifest,
  writeSideManifest,
} from '../output/ownFiles.ts';
import { inputsOrigin, originOf } from '../output/outputOrigin.ts';

interface DecideOptions {
  readonly installations: readonly string[];
  readonly attempts: readonly string[];
  readonly events: readonly string[];
  readonly asOf: Instant;
  readonly rules: string;
  readonly setRule: readonly string[];
  readonly out: string;
  readonly format?: Format;
  readonly timesWithoutZone?: 'utc' | 'london';
  readonly ignoreColumns: readonly string[];
  readonly renameColumn: readonly string[];
  readonly keepGoing: boolean;
  readonly maxErrors: number;
  readonly compare?: string;
  readonly compareOut?: string;
  readonly replace: boolean;
  readonly readings?: 'all';
}

/** `smets1-bench decide`: tells which exclusion categories hold on histories that another system exported. */
export function decideCommand({ action }: Shell): Command {
  // A mandatory option has no default.
  const file = (flags: string, text: string): Option => new Option(flags, text).argParser(collect);
  return withFileOptions(new Command('decide'))
    .addOption(file('--installations <file>', 'the installations record').makeOptionMandatory())
    .addOption(file('--attempts <file>', 'the attempts record').makeOptionMandatory())
    .addOption(repeatable('--events <file>', 'the events record'))
    .requiredOption('--as-of <instant|date>', 'a date is the last second of that London day', instantOrDate)
    .option('--rules <name|file|in-force>', 'the rule set', VARIOUS1.name)
    .addOption(repeatable('--set-rule <k=v>', 'change a reading or another value of the rule set'))
    .requiredOption('--out <file>', 'where the verdicts go')
    .addOption(new Option('--format <format>', 'of - and of files whose names do not tell').choices(FORMATS))
    .option('--keep-going', 'decide the rest where rows are refused', false)
    .addOption(maxErrorsOption('without --keep-going reading ends there'))
    .option('--compare <name|file>', 'other rules: who moves between reported categories, and why')
    .option('--compare-out <file>', 'CSV of who moves (default: <out>.compare.csv)')
    .addOption(replaceOption())
    .addOption(new Option('--readings <which>', 'the volumes under each alternative reading singly').choices(['all']))
    .addHelpText('after', DECIDE_HELP)
    .action(action(decide));
}

async function decide(io: Io, options: DecideOptions): Promise<ExitCode> {
  const say = (line: string): void => writeLine(io.err, line);
  const rules = rulesNamed(options.rules, options);
  const comparison = new Comparison(options, rules);
  checkOutputs(options, comparison);
  const interruption = io.interruption();
  const { path: temporary, remove } = temporaryFolder('decide');
  const outputs = new OutputSet();
  let sink: VerdictSink | undefined;
  try {
    const inputs = await recordInputs(io, options, temporary);
    refuseOverwriting(outputsOf(options, comparison), pathsOf(inputs));
    // Nothing stands beside standard output, a device or a pipe: then the inputs are not read for their hashes.
    const provenance = isWrittenThrough(options.out)
      ? undefined
      : originOf(io, { rules: rules.name, inputs: inputsOrigin(inputs) });
    if (provenance !== undefined) refuseOthers(ownFilesOf(options, comparison), provenance, options);
    const { open, files } = hashedOutputs(outputs.open);
    const progress = rowProgress(io.err, {
      term: io.env['TERM'],
      now: io.now,
      text: (rows) => `${thousands(rows)} rows read`,
    });
    const decider = engine(rules);
    let joined: Joined<VerdictSink>;
    try {
      joined = await joinHistories(inputs, {
        asOf: options.asOf,
        temporary,
        progress: (rows) => {
          interruption.throwIfAborted();
          progress.add(rows);
        },
        decide: (history) => comparison.look(history, decider.decide(history, options.asOf)),
        open: () => (sink = comparison.open(sinkOptions(options, inputs, rules, { temporary, open }))),
      });
    } catch (error) {
      if (!(error instanceof TooManyRefused || error instanceof FileRefused)) throw error;
      reportRefused(say, sink, options, error);
      return EXIT.refused;
    } finally {
      progress.end();
    }
    const isRefused = joined.sink.refusedRows.count > 0;
    if (isRefused) {
      reportRefused(say, joined.sink, options, undefined);
      if (!options.keepGoing) return EXIT.refused;
    }
    await joined.sink.close();
    comparison.write(open);
    if (provenance !== undefined) {
      for (const path of [options.out, options.compareOut])
        if (path !== undefined) writeSideManifest(path, provenance, { kind: 'decide', files, open: outputs.open });
    }
    interruption.throwIfAborted();
    outputs.publish();
    if (options.out === STANDARD) {
      await pipeline(createReadStream(join(temporary, 'out')), io.out, { end: false });
    }
    report(say, joined, options, rules);
    comparison.report(joined.sink, say);
    return isRefused ? EXIT.refused : EXIT.done;
  } finally {
    outputs.discard();
    remove();
  }
}

type Say = (line: string) => void;

/**
 * Checks the outputs before anything is read: each has a folder and a format, and none replaces an input or another
 * output.
 */
function checkOutputs(options: DecideOptions, comparison: Comparison): void {
  const { out } = options;
  formatNamed(out, options.format);
  if (out !== STANDARD) {
    const parent = dirname(out);
    if (!existsSync(parent)) throw new UsageError(`${out}: there is no folder ${parent}.`);
  }
  const inputs = [...options.installations, ...options.attempts, ...options.events];
  const rules = [options.rules, options.compare ?? ''].filter(isRulesFile);
  refuseOverwriting(outputsOf(options, comparison), [...inputs, ...rules]);
}

/** The files that are written, each with the manifest that names it. */
function ownFilesOf(options: DecideOptions, comparison: Comparison): readonly OwnFile[] {
  const { out, compareOut, keepGoing } = options;
  const manifest = sideManifest(out);
  const sides = sideFiles(out, keepGoing).map((path) => ({ path, option: '--out (with its side file)', manifest }));
  const compared = comparison.outputs.map((one) => (one.path === compareOut ? one : { ...one, manifest }));
  return [{ path: out, option: '--out' }, ...sides, ...compared];
}

function outputsOf({ out, keepGoing }: DecideOptions, comparison: Comparison): readonly NamedOutput[] {
  const sides = sideFiles(out, keepGoing).map((path) => ({ path, option: '--out (with its side file)' }));
  const manifest = isWrittenThrough(out) ? [] : [{ path: sideManifest(out), option: '--out (with its manifest)' }];
  return [{ path: out, option: '--out' }, ...sides, ...manifest, ...comparison.outputs];
}

/**
 * The paths of the notes and, with `--keep-going`, of the refused rows. There are none beside standard output, a device
 * or a pipe.
 */
function sideFiles(out: string, keepGoing: boolean): readonly string[] {
  if (isWrittenThrough(out)) return [];
  return [`${out}.notes.csv`, ...(keepGoing ? [`${out}.refused.csv`] : [])];
}

interface Places {
  readonly temporary: string;
  readonly open: OpenOutput;
}

/** Verdicts for standard output go to a temporary file first, so that nothing is written if a row is refused. */
function sinkOptions(
  options: DecideOptions,
  inputs: JoinInputs,
  rules: RuleSet,
  { temporary, open }: Places,
): VerdictSinkOptions {
  const { out, keepGoing, asOf } = options;
  const standard = out === STANDARD;
  const [notesPath, refusedPath] = sideFiles(out, keepGoing);
  const numbered = inputs.installations.every(
    (input) => input.format === 'parquet' && parquetSummary(input.path)?.int32Ids,
  );
  return {
    path: standard ? join(temporary, 'out') : out,
    format: formatNamed(out, options.format),
    notesPath,
    open,
    ids: numbered ? 'int32' : 'string',
    metadata: { rules: rules.name, as_of: formatInstant(asOf) },
    refused: {
      errorsMax: options.maxErrors,
      path: refusedPath,
      open,
      stopAtMax: !keepGoing,
      files: namesOf(inputs),
    },
  };
}

function reportRefused(
  say: Say,
  sink: VerdictSink | undefined,
  { keepGoing, out }: DecideOptions,
  error: TooManyRefused | FileRefused | undefined,
): void {
  const rows = sink?.refusedRows;
  for (const row of rows?.first ?? []) say(formatRefusal(row));
  const count = rows?.count ?? 0;
  const hidden = count - (rows?.first.length ?? 0);
  if (hidden > 0) say(`... and ${thousands(hidden)} more.`);
  if (error instanceof FileRefused) say(`${error.message}\nThe file cannot be read on; nothing was written.`);
  else if (error) say(`Reading ended at ${counted(count, 'refused row')} (--max-errors); nothing was written.`);
  else if (!keepGoing) say(`${counted(count, 'row')} refused; nothing was written (--keep-going decides the rest).`);
  else if (isWrittenThrough(out)) say(`${counted(count, 'row')} refused; the rest is decided.`);
  else say(`${counted(count, 'row')} refused: ${out}.refused.csv; the rest is decided.`);
}

function report(
  say: Say,
  { sink, counts, joinedBy }: Joined<VerdictSink>,
  { asOf, out }: DecideOptions,
  rules: RuleSet,
): void {
  const read = `${counted(counts.installations, 'installation')}, ${counted(counts.attempts, 'attempt')}, ${counted(counts.events, 'event')}`;
  say(`${read}; rules ${rules.name}, as of ${formatInstant(asOf)}; joined by ${JOINED[joinedBy]}.`);
  if (counts.duplicates > 0) say(`${counted(counts.duplicates, 'row')} more than once; each counts once.`);
  if (counts.afterAsOf > 0) say(`${counted(counts.afterAsOf, 'row')} after the as-of, ignored.`);
  if (counts.undecided > 0) {
    say(`${counted(counts.undecided, 'installation')} without a verdict: a row contradicts another.`);
  }
  for (const [kind, count] of sink.noteCounts) say(`${thousands(count)} noted: ${NOTE_KINDS[kind]}.`);
  for (const line of counts.remarks.lines()) say(line);
  if (sink.noteCounts.size > 0 && !isWrittenThrough(out)) say(`Notes: ${out}.notes.csv`);
  say(
    `${counted(sink.verdictRows, 'verdict')} of ${counted(sink.held, 'installation')}${out === '-' ? '' : `: ${out}`}`,
  );
}

const JOINED: Readonly<Record<Joined<VerdictSink>['joinedBy'], string>> = {
  numeric: 'the order of their numbers',
  lexicographic: 'the order of their ids',
  partitions: 'temporary files, for they share no order',
};
