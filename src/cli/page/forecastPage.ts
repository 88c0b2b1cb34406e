import type { ExclusionCategory } from '../../clauses/clause.ts';
import { CATEGORY_ROWS } from '../../clauses/categories.ts';
import { COHORT_LABELS } from '../../installation/cohort.ts';
import { forecastSections, type ForecastLine, type ForecastReport } from '../../report/forecast/forecastSections.ts';
import { plainWords } from '../../report/headline.ts';
import { PAGE_FORMAT, type PageDocument } from '../../report/html/section.ts';
import { clauseOf, type RuleSet } from '../../rules/ruleset.ts';
import { formatDay, londonDay, type Instant } from '../../time.ts';
import { quantileAt } from '../../../sim/forecast/predict/predictive.ts';
import type { Provenance } from '../../report/provenance.ts';
import { ALL, todayOf, type ForecastRow } from '../../../sim/forecast/predict/forecastLines.ts';

/** A forecast that is over, and what it was made from. */
export interface MadeForecast extends Omit<ForecastReport, 'lines'> {
  readonly provenance: Provenance;
  readonly rules: RuleSet;
  readonly rows: readonly ForecastRow[];
  readonly instants: readonly Instant[];
  /** Reported at the as-of, [cohort][category] in one row; undefined without histories. */
  readonly today: Float64Array | undefined;
}

/** The page of a forecast. */
export function forecastDocument(made: MadeForecast): PageDocument {
  const { provenance, asOf, match, visits, given, notes } = made;
  return {
    format: PAGE_FORMAT,
    kind: 'page',
    title: `Forecast of ${provenance.scenarios[0]?.name ?? ''} as of ${asOf}`,
    provenance,
    sections: forecastSections({ asOf, match, visits, given, notes, lines: linesOf(made) }),
  };
}

/** Rows of the same line are together, in the order of their days. */
function linesOf({ rows, instants, today, rules }: MadeForecast): readonly ForecastLine[] {
  const lines = new Map<string, ForecastRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.whatIf, row.part, row.of, row.line.cohort, row.line.measure, row.line.category]);
    const own = lines.get(key);
    if (own === undefined) lines.set(key, [row]);
    else own.push(row);
  }
  return [...lines.values()].map((own): ForecastLine => {
    const { whatIf, part, of, line } = own[0] as ForecastRow;
    const { cohort, measure, category } = line;
    const isToday = today !== undefined && measure === 'qualifying' && part === 'all' && whatIf === '';
    return {
      whatIf,
      part,
      of,
      cohort: cohort === ALL ? 'all cohorts' : COHORT_LABELS[cohort],
      measure,
      category,
      words: category === '' ? 'Migrated' : category === ALL ? ALL_WORDS : wordsOf(rules, category),
      today: isToday ? (todayOf(line, today) ?? null) : null,
      points: own.map(({ day, values }) => {
        const [p05, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((p) => Math.round(quantileAt(values, p) * 100) / 100) as [number, number, number, number, number]; // prettier-ignore
        return { date: formatDay(londonDay(instants[day] as Instant)), p05, p25, p50, p75, p95 };
      }),
    };
  });
}

/** The words of a total over categories. */
const ALL_WORDS = 'All categories that exclude an installation';

function wordsOf(rules: RuleSet, category: ExclusionCategory): string {
  const clause = clauseOf(rules, category);
  return clause === undefined ? CATEGORY_ROWS[category].words(0) : plainWords(clause);
}
