import { COHORT_LABELS, COHORTS } from '../../installation/cohort.ts';
import { CATEGORIES } from '../../clauses/clause.ts';
import { formatDay, londonDay } from '../../time.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import type { PublishedLine, SeriesPoint } from '../../report/published.ts';
import { textTable, thousands } from '../../text/table.ts';
import { lineName, volumeCells, volumeRows, type VolumeRow } from '../../report/volumes.ts';
import { recordOf } from '../../interchange/record/records.ts';
import { migratedSeries } from '../../../sim/forecast/migratedSeries.ts';
import { countOf, endCounts, labelledEnds } from '../../../sim/forecast/results.ts';
import type { Simulation } from '../../../sim/kernel/run/simulate.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { endOfLondonDate } from '../../time.ts';
import { shellWord } from '../../text/words.ts';

/** Everything a run has to tell. */
export interface RunResult {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly hash: string;
  readonly version: string;
  readonly seed: string;
  readonly replications: number;
  readonly workers: number;
  readonly simulation: Simulation;
  /** Wall-clock seconds of the whole command so far. */
  readonly seconds: number;
  /** Nothing that decides the histories or the comparison differs from what the lines were fitted with. */
  readonly asFitted: boolean;
  readonly published: readonly PublishedLine[];
  readonly series: readonly SeriesPoint[];
}

export function volumesOf(result: RunResult): VolumeRow[] {
  const { scenario, simulation, rules, published } = result;
  const asOfs = [...simulation.model.asOfs];
  const { operator, dataCut } = scenario.comparison;
  return volumeRows({
    asOfs,
    replications: result.replications,
    countOf: countOf(simulation),
    rules,
    published,
    comparison: {
      measure: operator,
      asOf: operator === 'envisaged' ? asOfs.length - 1 : asOfs.indexOf(endOfLondonDate(dataCut)),
    },
    fitted: new Set(result.asFitted ? scenario.fit.map((row) => row.line) : []),
  });
}

/** Ends over all cohorts under the scenario's labels; the mean over replications. */
export function endsOf({ simulation, scenario }: RunResult): Readonly<Record<string, number>> {
  return labelledEnds(endCounts(simulation), scenario.ends);
}

/** `run --format json` (DESIGN.md 5.3). */
export function runJson(result: RunResult, volumes: readonly VolumeRow[]): string {
  const columns = recordOf('volumes').columns;
  const rows = volumes.map((row) =>
    Object.fromEntries(
      volumeCells(row).map((cell, c) => {
        const column = columns[c];
        return [column?.name ?? '', column?.type === 'number' && cell !== null ? Number(cell) : cell];
      }),
    ),
  );
  const { seed, hash, simulation } = result;
  const out = {
    seed,
    scenarioHash: hash,
    installations: simulation.model.size,
    kernelSeconds: simulation.kernelSeconds,
    ends: endsOf(result),
    volumes: rows,
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}

/** The report a person reads: plain text, the same in a terminal and in a pipe. */
export function runText(
  result: RunResult,
  volumes: readonly VolumeRow[],
  asked: { readonly path: string; readonly out: string | undefined; readonly set: readonly string[] },
): string {
  const sections = [head(result), volumeSection(result, volumes), endSection(result)];
  if (result.series.length > 0) sections.push(seriesSection(result));
  sections.push(foot(result, asked));
  return `${sections.join('\n\n')}\n`;
}

function head({ scenario, hash, version, seed, rules, replications, workers, simulation, seconds }: RunResult): string {
  const { size } = simulation.model;
  const speed = (size * replications) / simulation.kernelSeconds;
  const not = scenario.notSimulated.reduce((sum, row) => sum + row.installations, 0);
  return [
    `${scenario.title}`,
    `scenario=${scenario.name}#${hash}  seed=${seed}  replications=${replications}  rules=${rules.name}  version=${version}`,
    `${thousands(size)} installations from ${scenario.from} to ${scenario.horizon}` +
      (not > 0 ? `; ${thousands(not)} more that can meet no clause are counted, not simulated` : ''),
    `${seconds.toFixed(1)} s, of these the kernel ${simulation.kernelSeconds.toFixed(1)} s: ${thousands(speed)} installations/s on ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
  ].join('\n');
}

/** Lines worth showing: those with a count at some as-of, or a published figure. */
function volumeSection({ scenario, replications }: RunResult, volumes: readonly VolumeRow[]): string {
  const lines = new Map<string, VolumeRow[]>();
  for (const row of volumes) {
    const name = `${row.category}/${row.cohort}`;
    const rows = lines.get(name);
    if (rows) rows.push(row);
    else lines.set(name, [row]);
  }
  const dates = [...new Set(volumes.map((row) => row.asOf))];
  const { operator, dataCut } = scenario.comparison;
  const asked = operator === 'envisaged' ? 'envisaged' : `qualifying ${dataCut}`;
  const range = replications > 1 ? '5 % .. 95 %' : '';
  const header = ['category', 'cohort', 'unit', asked, range, 'published', '', ''];
  for (const at of dates) header.push(`qualifying ${formatDay(londonDay(at))}`, 'in effect');
  const hasPublished = volumes.some((row) => row.published !== null);
  const table = [header];
  for (const category of CATEGORIES) {
    for (const [name, rows] of lines) {
      if (!name.startsWith(`${category}/`)) continue;
      const compared = rows.find((row) => row.published !== null);
      if (!compared && rows.every((row) => row.held === 0)) continue;
      const cut = operator === 'envisaged' ? undefined : endOfLondonDate(dataCut);
      const shown = rows.find(
        (row) => row.measure === operator && (cut === undefined || row.asOf === cut),
      ) as VolumeRow;
      const cells = [
        category,
        cohortLabel(shown.cohort),
        shown.unit === 'gas_meters' ? 'gas meters' : 'installations',
        thousands(shown.volume),
        shown.p05 === null ? '' : `${thousands(shown.p05)} .. ${thousands(shown.p95 as number)}`,
        compared ? thousands(compared.published as number) : '',
        compared?.relation ?? '',
        // A fitted line says nothing by its ratio; nor does an input.
        compared?.relation === 'predicted' && compared.published
          ? `x${(shown.volume / compared.published).toFixed(2)}`
          : '',
      ];
      for (const at of dates) {
        for (const measure of ['qualifying', 'effective'] as const) {
          cells.push(thousands(rows.find((row) => row.asOf === at && row.measure === measure)?.volume ?? 0));
        }
      }
      table.push(cells);
    }
  }
  const title = `Exclusion volumes (mean over ${replications} ${replications === 1 ? 'replication' : 'replications'}); gas meters are never added to installations`;
  if (table.length === 1) {
    return `${title}\nNo category was met by any installation at any as-of: every volume is 0 (volumes.csv of --out has them row by row).`;
  }
  const taken =
    operator === 'envisaged'
      ? 'taken as envisaged: what will have qualified by the horizon if the proposals are adopted'
      : `taken as what qualified by the data cut ${dataCut}`;
  return [
    title,
    filledTable(table, [3, 4, 5, 7, ...dates.flatMap((_, i) => [8 + 2 * i, 9 + 2 * i])]),
    ...(hasPublished
      ? [
          `Published figures ${taken}.`,
          'Ranges are those of the dice under these assumptions; how far the assumptions themselves may be off is wider, and not known.',
        ]
      : []),
  ].join('\n');
}

/** Columns that no line fills (no range of one replication, nothing published) are left out, with their headers. */
function filledTable(table: readonly (readonly string[])[], right: readonly number[]): string {
  const filled = (table[0] ?? []).map((_, c) => c).filter((c) => table.slice(1).some((row) => row[c] !== ''));
  const rows = table.map((row) => filled.map((c) => row[c] as string));
  return textTable(rows, { right: filled.flatMap((c, i) => (right.includes(c) ? [i] : [])) });
}

function cohortLabel(cohort: string): string {
  return cohort
    .split('+')
    .map((name) => COHORT_LABELS[name as keyof typeof COHORT_LABELS])
    .join(' + ');
}

function endSection({ simulation, scenario, replications }: RunResult): string {
  const perCohort = COHORTS.map((cohort) => labelledEnds(endCounts(simulation, cohort), scenario.ends));
  const names = [...new Set(perCohort.flatMap((ends) => Object.keys(ends)))];
  const used = names.filter((name) => perCohort.some((ends) => (ends[name] ?? 0) > 0));
  const row = (name: string, of: (ends: Readonly<Record<string, number>>) => number): string[] => {
    const counts = perCohort.map(of);
    return [name, ...counts.map(thousands), thousands(counts.reduce((sum, count) => sum + count, 0))];
  };
  const table = [
    ['end', ...COHORTS.map((cohort) => COHORT_LABELS[cohort]), 'all'],
    ...used.map((name) => row(name, (ends) => ends[name] ?? 0)),
    row('all', (ends) => Object.values(ends).reduce((sum, count) => sum + count, 0)),
  ];
  const over = replications === 1 ? '' : ` (mean over ${replications} replications)`;
  return `Ends at the horizon, installations${over}\n${textTable(table, { right: [1, 2, 3, 4, 5] })}`;
}

function seriesSection({ simulation, series, scenario }: RunResult): string {
  const points = migratedSeries(simulation);
  const table = [['by', 'simulated', 'counted', 'meters', 'public', 'on', 'as stated']];
  for (const stated of series) {
    if (stated.date < scenario.from || stated.date > scenario.horizon) continue;
    const point = points.find((row) => row.date >= stated.date);
    if (!point) continue;
    table.push([
      point.date,
      thousands(point.simulated),
      thousands(point.counted),
      thousands(point.simulated + point.counted),
      thousands(stated.meters),
      stated.date,
      stated.kind,
    ]);
  }
  return [
    'Cumulative migrated meters beside the public series (meters on the network, rounded; our curves are assumptions)',
    textTable(table, { right: [1, 2, 3, 4] }),
  ].join('\n');
}

function foot(
  { seed, scenario, published, replications, asFitted }: RunResult,
  asked: { readonly path: string; readonly out: string | undefined; readonly set: readonly string[] },
): string {
  const set = asked.set.map((text) => ` --set ${shellWord(text)}`).join('');
  const lines: string[] = [];
  if (published.length > 0) {
    const fitted = asFitted ? scenario.fit.map((row) => row.line) : [];
    const free = published.filter((line) => !line.isInput && !fitted.includes(lineName(line))).map(lineName);
    lines.push(
      `Fitted to: ${fitted.join(', ') || 'nothing'}. Predicted: ${free.join(', ') || 'nothing'}. The rest are inputs, or have no public figure.`,
      'Eight published numbers cannot identify the model: what is fitted is a product of assumptions (scenario print shows each with its mark).',
    );
  }
  if (replications === 1) lines.push('One replication: no ranges; --replications 20 gives them.');
  if (asked.out !== undefined) lines.push(`Records of replication 0 in ${asked.out}`);
  lines.push(
    `replay one installation: smets1-bench explain ${shellWord(asked.path)}${set} --seed ${shellWord(seed)} --installation 0`,
  );
  return lines.join('\n');
}
