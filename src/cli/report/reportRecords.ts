import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { JoinInputs } from '../../interchange/history/mergeJoin.ts';
import { joinHistories } from '../../interchange/history/joinHistories.ts';
import { FileRefused, formatRefusal } from '../../interchange/record/refusal.ts';
import { RefusedRows, TooManyRefused } from '../../interchange/history/refusedRows.ts';
import type { History } from '../../migration/history.ts';
import { VARIOUS1 } from '../../rules/builtInRules.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { counted, thousands } from '../../text/table.ts';
import { formatInstant, type Instant } from '../../time.ts';
import { EXIT, ExitWith, UsageError, type ExitCode } from '../shell/exit.ts';
import type { Format } from '../../interchange/format/formats.ts';
import { STANDARD } from '../../interchange/format/outputFile.ts';
import { type OriginParts, inputsOrigin, originOf, filesOrigin } from '../output/outputOrigin.ts';
import { isRulesFile } from '../../rules/resolveRules.ts';
import { temporaryFolder } from '../shell/inputs.ts';
import { pathsOf, recordInputs, refuseOverwriting, withFileOptions, withFormatOption } from '../shell/recordInputs.ts';
import { writeLine, type Io } from '../shell/io.ts';
import { collect, instantOrDate, maxErrorsOption } from '../shell/options.ts';
import { readRun } from './reportRun.ts';
import { rulesNamed } from '../shell/rulesOption.ts';
import { refuseOthers, replaceOption } from '../output/ownFiles.ts';
import type { Provenance } from '../../report/provenance.ts';

/** Options that every report has. */
export interface RecordOptions {
  /** Whether CSV cells that a spreadsheet would compute get an apostrophe. */
  readonly guardFormulas: boolean;
  readonly replace: boolean;
  readonly run?: string;
  readonly installations: readonly string[];
  readonly attempts: readonly string[];
  readonly events: readonly string[];
  readonly asOf?: Instant;
  readonly rules?: string;
  readonly setRule: readonly string[];
  readonly keepGoing: boolean;
  readonly maxErrors: number;
  readonly pseudonymise: boolean;
  readonly pseudonymKeyFile?: string;
  readonly format?: Format;
  readonly timesWithoutZone?: 'utc' | 'london';
  readonly ignoreColumns: readonly string[];
  readonly renameColumn: readonly string[];
}

/** The records that a report is made of, and the rules it uses. */
export interface ReportSource {
  readonly inputs: JoinInputs;
  readonly rules: RuleSet;
  /** The as-of; undefined if none was given and the records do not imply one. */
  readonly asOf: Instant | undefined;
  /** The last instant that the records are known to cover; undefined if they do not tell. */
  readonly coveredTo: Instant | undefined;
  readonly keepGoing: boolean;
  readonly maxErrors: number;
  /** The scenario of the run, and the files that are read. It may read these once more, for their hashes. */
  readonly origin: () => OriginParts;
}

/** Adds the options that every report has. */
export function withRecordOptions(command: Command): Command {
  return withFormatOption(withFileOptions(command))
    .option('--run <dir>', 'a directory that `run --out` wrote; its rules and horizon are the defaults')
    .option('--installations <file>', 'or: the installations record; may be repeated', collect, [])
    .option('--attempts <file>', 'the attempts record; may be repeated', collect, [])
    .option('--events <file>', 'the events record; may be repeated', collect, [])
    .option('--as-of <instant|date>', 'a date is the last second of that London day', instantOrDate)
    .option('--rules <name|file|in-force>', "the rule set (default: the run's, else " + VARIOUS1.name + ')')
    .option('--set-rule <k=v>', 'change a reading or another value of the rule set; may be repeated', collect, [])
    .option('--keep-going', 'report on the rest where rows are refused; the exit code stays 2', false)
    .addOption(maxErrorsOption('without --keep-going reading ends there'))
    .addOption(replaceOption())
    .option('--guard-formulas', 'in CSV: an apostrophe before cells that a spreadsheet would take for a formula', false)
    .option('--pseudonymise', 'write keyed pseudonyms for MPANs and MPRNs', false)
    .option('--pseudonym-key-file <file>', 'the key; or the environment variable SMETS1_BENCH_PSEUDONYM_KEY');
}

/** Calls `use` with the records of a report. Copies of piped input are removed afterwards. */
export async function withSource<R>(
  io: Io,
  options: RecordOptions,
  use: (source: ReportSource) => Promise<R>,
): Promise<R> {
  const { path, remove } = temporaryFolder('report-inputs');
  const interruption = io.interruption();
  interruption.addEventListener('abort', remove, { once: true });
  try {
    return await use(await sourceOf(io, options, path));
  } finally {
    interruption.removeEventListener('abort', remove);
    remove();
  }
}

/**
 * Finds the records of a report.
 * @throws UsageError if the options do not name them
 */
async function sourceOf(io: Io, options: RecordOptions, temporary: string): Promise<ReportSource> {
  const { run, keepGoing, maxErrors } = options;
  const files = [...options.installations, ...options.attempts, ...options.events];
  if (run !== undefined && files.length > 0)
    throw new UsageError('Name a run (--run) or records (--installations, --attempts, --events), not both.');
  if (run !== undefined) {
    const read = readRun(run, options);
    if (options.asOf !== undefined && options.asOf > read.horizon)
      throw new UsageError(
        `--as-of: the run ${run} ends at ${formatInstant(read.horizon)}; nothing is known after it.`,
      );
    const { inputs, rules, horizon, origin } = read;
    return {
      inputs,
      rules,
      asOf: options.asOf ?? horizon,
      coveredTo: horizon,
      keepGoing,
      maxErrors,
      origin: () => origin,
    };
  }
  if (options.installations.length === 0 || options.attempts.length === 0)
    throw new UsageError('Name a run (--run DIR) or records (--installations F --attempts F [--events F] --as-of D).');
  const { asOf } = options;
  const rules = rulesNamed(options.rules ?? VARIOUS1.name, { setRule: options.setRule, asOf });
  const inputs = await recordInputs(io, options, temporary);
  return {
    inputs,
    rules,
    asOf,
    coveredTo: asOf,
    keepGoing,
    maxErrors,
    origin: () => ({ inputs: inputsOrigin(inputs) }),
  };
}

/**
 * The as-of of a report that needs one.
 * @throws UsageError if there is none
 */
export function requiredAsOf({ asOf }: ReportSource): Instant {
  if (asOf === undefined) throw new UsageError('Say as of when: --as-of YYYY-MM-DD.');
  return asOf;
}

/** Describes how a report is gathered from histories. */
export interface Gathering<F, A> {
  readonly asOf: Instant;
  /** The fact that one history adds to the report, as plain JSON; undefined if it adds none. */
  readonly factOf: (history: History) => F | undefined;
  /** Makes an empty report. One is begun for each way of joining that is tried. */
  readonly begin: () => A;
  readonly add: (report: A, fact: F) => void;
}

/** A report, and the exit code that belongs to it: `refused` if `--keep-going` left rows out. */
export interface Gathered<A> {
  readonly report: A;
  readonly exitCode: ExitCode;
}

/**
 * Reads the histories once and folds them into a report. Memory: as `decide`, plus one fact per installation.
 *
 * @throws ExitWith if rows were refused and nothing is to be written; they have been listed on standard error
 */
export async function gather<F, A>(io: Io, source: ReportSource, gathering: Gathering<F, A>): Promise<Gathered<A>> {
  const { inputs, keepGoing, maxErrors } = source;
  const interruption = io.interruption();
  const { path: temporary, remove } = temporaryFolder('report');
  const say = (line: string): void => writeLine(io.err, line);
  let refused = newRefused();
  function newRefused(): RefusedRows {
    const files = [...inputs.installations, ...inputs.attempts, ...inputs.events].map((input) => input.name);
    return new RefusedRows({ errorsMax: maxErrors, stopAtMax: !keepGoing, path: undefined, files });
  }
  try {
    const joined = await joinHistories(inputs, {
      asOf: gathering.asOf,
      temporary,
      progress: () => interruption.throwIfAborted(),
      decide: gathering.factOf,
      open: () => {
        refused = newRefused();
        const report = gathering.begin();
        return {
          report,
          refuse: refused.refuse,
          emit: (_id: string, fact: F) => gathering.add(report, fact),
          discard: () => undefined,
        };
      },
    });
    const { installations, undecided } = joined.counts;
    say(
      `${counted(installations, 'installation')} read, as of ${formatInstant(gathering.asOf)}, by ${source.rules.name}.`,
    );
    for (const line of joined.counts.remarks.lines()) say(line);
    if (undecided > 0) say(`${thousands(undecided)} of them are left out: a row of theirs contradicts another.`);
    const { report } = joined.sink;
    if (refused.count === 0) return { report, exitCode: EXIT.done };
    sayRefused(say, refused, keepGoing ? 'the report is on the rest' : 'nothing was written (--keep-going reports on the rest)'); // prettier-ignore
    if (!keepGoing) throw new ExitWith(EXIT.refused);
    return { report, exitCode: EXIT.refused };
  } catch (error) {
    if (error instanceof TooManyRefused) sayRefused(say, refused, 'reading ended there; nothing was written');
    else if (error instanceof FileRefused) say(`${error.message}\nThe file cannot be read on; nothing was written.`);
    else throw error;
    throw new ExitWith(EXIT.refused);
  } finally {
    remove();
  }
}

function sayRefused(say: (line: string) => void, refused: RefusedRows, then: string): void {
  for (const row of refused.first) say(formatRefusal(row));
  const hidden = refused.count - refused.first.length;
  if (hidden > 0) say(`... and ${thousands(hidden)} more.`);
  say(`${counted(refused.count, 'row')} refused: ${then}.`);
}

/** What a report reads beside its records. */
export interface ReportOthers {
  readonly files?: readonly (string | undefined)[];
  readonly scenarios?: Provenance['scenarios'];
}

/** The origin of a report. */
export function reportOrigin(
  io: Io,
  source: ReportSource,
  { files = [], scenarios = [] }: ReportOthers = {},
): Provenance {
  const { inputs = [], scenarios: own = [], ...parts } = source.origin();
  const others = filesOrigin(files.filter((name) => name !== undefined));
  return originOf(io, {
    ...parts,
    rules: source.rules.name,
    scenarios: [...own, ...scenarios],
    inputs: [...inputs, ...others],
  });
}

/**
 * Checks an output before anything is read: its folder must exist, and it must replace no input and no output of another
 * command. Returns the origin that the report states; undefined if nothing is written.
 *
 * @param others further files that the report reads, and the scenarios among them
 */
export function checkOut(
  io: Io,
  options: RecordOptions & { readonly out?: string; readonly scenario?: string },
  source: ReportSource,
  others: ReportOthers = {},
): Provenance | undefined {
  const { out, run, installations, attempts, events, pseudonymKeyFile, rules, scenario } = options;
  if (out === undefined) return undefined;
  if (out === STANDARD) throw new UsageError('--out -: standard output has the table; name a file.');
  if (!existsSync(dirname(out))) throw new UsageError(`${out}: there is no folder ${dirname(out)}.`);
  const rulesFile = rules !== undefined && isRulesFile(rules) ? rules : undefined;
  const named = [run, pseudonymKeyFile, rulesFile, scenario, ...(others.files ?? [])].filter(
    (name) => name !== undefined,
  );
  const inputs = [...installations, ...attempts, ...events, ...pathsOf(source.inputs), ...named];
  const output = { path: out, option: '--out' };
  refuseOverwriting([output], inputs);
  const provenance = reportOrigin(io, source, others);
  refuseOthers([output], provenance, options);
  return provenance;
}
