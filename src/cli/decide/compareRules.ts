import { dirname } from 'node:path';
import { existsSync } from 'node:fs';
import type { Evaluation } from '../../exclusion/verdict.ts';
import { isWrittenThrough, STANDARD, type OpenOutput, type OutputFile } from '../../interchange/format/outputFile.ts';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import { VerdictSink, type VerdictSinkOptions } from '../../interchange/history/verdictSink.ts';
import type { History } from '../../migration/history.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { READING_COLUMNS, ReadingVolumes } from '../../report/readingVolumes.ts';
import { MoveCounts, RuleComparison, type Moved } from '../../report/ruleComparison.ts';
import { thousands } from '../../text/table.ts';
import type { Instant } from '../../time.ts';
import { UsageError } from '../shell/exit.ts';
import { writeCsv } from '../report/reportFiles.ts';
import type { NamedOutput } from '../shell/recordInputs.ts';
import { rulesNamed } from '../shell/rulesOption.ts';

/** Options of `decide` for files and tables in addition to its verdicts. */
export interface ComparisonOptions {
  readonly compare?: string;
  readonly compareOut?: string;
  readonly readings?: 'all';
  readonly asOf: Instant;
  readonly out: string;
}

/**
 * An evaluation together with the result under other rules. It is carried through the join to the sink, and survives
 * JSON.
 */
export interface Compared extends Evaluation {
  readonly moved?: Moved;
  /** Set if the same category takes effect at another instant. */
  readonly effectDiffers?: true;
}

/** What a comparison on recorded histories cannot say. */
const HISTORIES_WENT_ON =
  'The histories are as they were recorded: an installation was tried for as long as the rules of its day let it be. ' +
  'Under other rules its attempts would have gone on, or ended, elsewhere: `compare SCENARIO --set` simulates that.';

/** Said where rule sets differ in what acts on checks. */
const CHECKS_WERE_MADE =
  'The attempts are recorded as they ended, so that this moves nobody here: `compare SCENARIO --set` simulates it.';

const COMPARE_COLUMNS = ['installation_id', 'from_category', 'to_category', 'reason'] as const;

/** Evaluates other rules in addition to those of `decide`, on the same stream of histories. */
export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #rules: RuleSet;
  readonly #other: RuleSet | undefined;
  readonly #comparison: RuleComparison | undefined;
  readonly #readings: ReadingVolumes | undefined;
  /** The path for the rows; `undefined` means that they are counted and not written. */
  readonly #path: string | undefined;

  /** @throws UsageError if the other rules are wrong, or if the folder of the file does not exist */
  constructor(options: ComparisonOptions, rules: RuleSet) {
    const { compare, compareOut, out, asOf } = options;
    this.#options = options;
    this.#rules = rules;
    if (compareOut !== undefined && compare === undefined) throw new UsageError('--compare-out goes with --compare.');
    if (compare !== undefined) {
      this.#other = rulesNamed(compare, { asOf });
      this.#comparison = new RuleComparison(rules, this.#other);
      this.#path = compareOut ?? (isWrittenThrough(out) ? undefined : `${out}.compare.csv`);
      if (this.#path !== undefined) checkPath(this.#path);
    }
    if (options.readings === 'all') this.#readings = new ReadingVolumes(rules);
  }

  /** The files that are written in addition to the verdicts. */
  get outputs(): readonly NamedOutput[] {
    const { compareOut, readings, out } = this.#options;
    const option = compareOut === undefined ? '--compare (beside --out)' : '--compare-out';
    const compared = this.#path === undefined ? [] : [{ path: this.#path, option }];
    const isRead = readings === 'all' && !isWrittenThrough(out);
    return isRead ? [...compared, { path: `${out}.readings.csv`, option: '--readings (beside --out)' }] : compared;
  }

  /** Adds the result under other rules to that of `decide`. `undefined` means that there is nothing to report. */
  look(history: History, evaluation: Evaluation): Compared | undefined {
    const { asOf } = this.#options;
    this.#readings?.look(history, evaluation, asOf);
    const look = this.#comparison?.look(history, evaluation, asOf);
    const nothing = evaluation.verdicts.length + evaluation.notes.length === 0;
    if (look?.moved) return { ...evaluation, moved: look.moved };
    if (look?.effectDiffers) return { ...evaluation, effectDiffers: true };
    return nothing ? undefined : evaluation;
  }

  /** Opens the sink for one way of joining. Everything counted before is void. */
  open(options: VerdictSinkOptions): VerdictSink {
    this.#readings?.restart();
    return this.#comparison ? new ComparingSink(options, this.#path) : new VerdictSink(options);
  }

  /** Writes the volumes of the readings. */
  write(open: OpenOutput): void {
    const { out } = this.#options;
    if (!this.#readings || isWrittenThrough(out)) return;
    writeCsv(`${out}.readings.csv`, READING_COLUMNS, this.#readings.rows(), { guardFormulas: false, open });
  }

  /** Prints the tables, after everything is written. */
  report(sink: VerdictSink, say: (line: string) => void): void {
    const { out } = this.#options;
    if (sink instanceof ComparingSink) {
      const { counts } = sink;
      say(`\n${this.#rules.name} against ${this.#other?.name}: ${thousands(counts.moved)} installations move between reported categories.`); // prettier-ignore
      if (counts.moved > 0) say(counts.text());
      if (counts.effectDiffers > 0)
        say(`${thousands(counts.effectDiffers)} more keep their category, in effect from another instant.`);
      const differences = this.#comparison?.differences ?? [];
      if (differences.length > 0) say(`They differ in: ${differences.join('; ')}`);
      const ofChecks = this.#comparison?.ofChecks ?? [];
      if (ofChecks.length > 0) say(`They ${differences.length > 0 ? 'also ' : ''}differ in what acts on the checks of an attempt: ${ofChecks.join('; ')}. ${CHECKS_WERE_MADE}`); // prettier-ignore
      if (counts.moved > 0) say(HISTORIES_WENT_ON);
      if (this.#path !== undefined) say(`Who moves, and why: ${this.#path}`);
    }
    if (this.#readings) {
      say(`\nVolumes under each reading of ${this.#rules.name} singly\n${this.#readings.text()}`);
      if (isWrittenThrough(out)) return;
      say(`By cohort and measure: ${out}.readings.csv`);
    }
  }
}

function checkPath(path: string): void {
  if (path === STANDARD) throw new UsageError('--compare-out -: name a file.');
  if (!existsSync(dirname(path))) throw new UsageError(`${path}: there is no folder ${dirname(path)}.`);
}

/** Writes the moves of installations beside the verdicts. Both files appear, or neither. */
class ComparingSink extends VerdictSink {
  readonly counts = new MoveCounts();
  readonly #file: OutputFile | undefined;

  constructor(options: VerdictSinkOptions, path: string | undefined) {
    super(options);
    this.#file = path === undefined ? undefined : options.open(path);
    this.#file?.write(Buffer.from(csvLine(COMPARE_COLUMNS)));
  }

  override emit(installationId: string, compared: Compared): void {
    super.emit(installationId, compared);
    if (compared.effectDiffers) this.counts.effectDiffers += 1;
    const { moved } = compared;
    if (!moved) return;
    this.counts.add(moved);
    this.#file?.write(Buffer.from(csvLine([installationId, moved.from, moved.to, moved.reason])));
  }

  override async close(): Promise<void> {
    await super.close();
    this.#file?.commit();
  }

  override discard(): void {
    super.discard();
    this.#file?.abort();
  }
}
