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

/** What `decide` asks for beside its verdicts. */
export interface BesideOptions {
  readonly compare?: string;
  readonly compareOut?: string;
  readonly readings?: 'all';
  readonly asOf: Instant;
  readonly out: string;
}

/** An evaluation with what other rules say, carried through the join to the sink. Survives JSON. */
export interface Compared extends Evaluation {
  readonly moved?: Moved;
  /** Set where the same category takes effect at another instant. */
  readonly effectDiffers?: true;
}

const COMPARE_COLUMNS = ['installation_id', 'from_category', 'to_category', 'reason'] as const;

/** Runs other rules beside those of `decide`, on the same histories, as they stream by. */
export class Beside {
  readonly #options: BesideOptions;
  readonly #rules: RuleSet;
  readonly #other: RuleSet | undefined;
  readonly #comparison: RuleComparison | undefined;
  readonly #readings: ReadingVolumes | undefined;
  /** `undefined`: the rows are counted, not written. */
  readonly #path: string | undefined;

  /** @throws UsageError where the other rules are wrong, or the file has no folder */
  constructor(options: BesideOptions, rules: RuleSet) {
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

  /** The files that are written beside the verdicts. */
  get outputs(): readonly NamedOutput[] {
    const { compareOut, readings, out } = this.#options;
    const option = compareOut === undefined ? '--compare (beside --out)' : '--compare-out';
    const compared = this.#path === undefined ? [] : [{ path: this.#path, option }];
    const isRead = readings === 'all' && !isWrittenThrough(out);
    return isRead ? [...compared, { path: `${out}.readings.csv`, option: '--readings (beside --out)' }] : compared;
  }

  /** Adds to what `decide` found of a history; `undefined`: there is nothing to say of it. */
  look(history: History, evaluation: Evaluation): Compared | undefined {
    const { asOf } = this.#options;
    this.#readings?.look(history, evaluation, asOf);
    const look = this.#comparison?.look(history, evaluation, asOf);
    const nothing = evaluation.verdicts.length + evaluation.notes.length === 0;
    if (look?.moved) return { ...evaluation, moved: look.moved };
    if (look?.effectDiffers) return { ...evaluation, effectDiffers: true };
    return nothing ? undefined : evaluation;
  }

  /** The sink of one way of joining; what was looked at before is void. */
  open(options: VerdictSinkOptions): VerdictSink {
    this.#readings?.restart();
    return this.#comparison ? new ComparingSink(options, this.#path) : new VerdictSink(options);
  }

  /** Writes the volumes of the readings. */
  write(open: OpenOutput): void {
    const { out } = this.#options;
    if (!this.#readings || isWrittenThrough(out)) return;
    writeCsv(`${out}.readings.csv`, READING_COLUMNS, this.#readings.rows(), open);
  }

  /** Says the tables, when everything is written. */
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

/** Writes beside the verdicts who moves; both files stay or neither. */
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
