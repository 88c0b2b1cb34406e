import { CATEGORIES } from '../clauses/clause.ts';
import { engine, type CompiledEngine } from '../exclusion/engine/engine.ts';
import type { Evaluation } from '../exclusion/verdict.ts';
import { COHORTS } from '../installation/cohort.ts';
import type { History } from '../migration/history.ts';
import { READINGS, readingsOn } from '../regulation/readings.ts';
import type { RuleSet } from '../rules/ruleset.ts';
import type { Instant } from '../time.ts';
import { unitOf } from '../rules/ruleset.ts';
import { ReportedCounts } from './reportedCounts.ts';
import { textTable, thousands } from '../text/table.ts';

/** The rule set with one reading changed. An empty `reading` means the rule set as it is. */
interface Alternative {
  readonly reading: string;
  readonly value: string;
  readonly engine: CompiledEngine | undefined;
  counts: ReportedCounts;
}

/** Counts how the volumes change under each alternative reading alone, which shows the weight of each ambiguity. */
export class ReadingVolumes {
  readonly #rules: RuleSet;
  readonly #alternatives: readonly Alternative[];

  constructor(rules: RuleSet) {
    this.#rules = rules;
    const others = readingsOn('histories').flatMap((reading) =>
      Object.keys(READINGS[reading].values)
        .filter((value) => value !== rules.readings[reading])
        .map((value) => {
          const readings = { ...rules.readings, [reading]: value } as RuleSet['readings'];
          return { reading, value, engine: engine({ ...rules, readings }), counts: new ReportedCounts() };
        }),
    );
    this.#alternatives = [{ reading: '', value: '', engine: undefined, counts: new ReportedCounts() }, ...others];
  }

  /** Voids everything counted so far, because the files are read again. */
  restart(): void {
    for (const alternative of this.#alternatives) alternative.counts = new ReportedCounts();
  }

  /** Counts a history. `evaluation` is its result under the rule set as it is. */
  look(history: History, evaluation: Evaluation, asOf: Instant): void {
    const { cohort } = history.installation;
    for (const { engine: other, counts } of this.#alternatives) {
      const { verdicts } = other ? other.decide(history, asOf) : evaluation;
      const reported = verdicts.find((row) => row.reported);
      if (reported) counts.add(cohort, reported.category, reported.effectiveFrom !== null);
    }
  }

  /** The cells of every reading x measure x cohort x category, zeros included, the default first. */
  rows(): string[][] {
    return this.#alternatives.flatMap(({ reading, value, counts }) =>
      (['qualifying', 'effective'] as const).flatMap((measure) =>
        COHORTS.flatMap((cohort) =>
          CATEGORIES.map((category) => [
            reading,
            value,
            measure,
            cohort,
            category,
            unitOf(category, this.#rules),
            String(counts.of(measure, cohort, category)),
          ]),
        ),
      ),
    );
  }

  /** Reported exclusions per category, cohorts together. Each reading shows its difference from the first line. */
  text(): string {
    const [base] = this.#alternatives;
    const table = this.#alternatives.map(({ reading, value, counts }) => [
      reading === '' ? 'as it is' : `${reading}=${value}`,
      ...CATEGORIES.map((category) => {
        const volume = counts.sum('qualifying', category);
        if (reading === '' || !base) return thousands(volume);
        const more = volume - base.counts.sum('qualifying', category);
        return more === 0 ? '.' : `${more > 0 ? '+' : '-'}${thousands(Math.abs(more))}`;
      }),
    ]);
    return [
      textTable([['reading', ...CATEGORIES], ...table], { right: CATEGORIES.map((_, i) => i + 1) }),
      'Reported exclusions that hold, in effect or not; gt01 in gas meters. One reading is changed at a time; . is no change.',
      `Left out, for they act on the checks of an attempt and move no history: ${readingsOn('checks').join(', ')}.`,
    ].join('\n');
  }
}

export const READING_COLUMNS = ['reading', 'value', 'measure', 'cohort', 'category', 'unit', 'volume'] as const;
