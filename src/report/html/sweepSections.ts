import { decimalNumber, signedNumber, wholeNumber } from '../../text/numberWords.ts';
import type { Chart } from '../charts/chart.ts';
import type { HeatData } from '../charts/heat.ts';
import type { TornadoRow } from '../charts/tornado.ts';
import type { Provenance } from '../provenance.ts';
import type { TableData } from './htmlTable.ts';
import type { Section, SectionFigure } from './section.ts';

/** One row of a sweep's `effects.csv`. */
export interface EffectData {
  readonly factor: string;
  readonly rank: number;
  /** The value of the factor; empty if the effect is over its whole range. */
  readonly level: string;
  readonly effect: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The content of a sweep's folder, as plain data. */
export interface SweepReport {
  readonly name: string;
  readonly title: string;
  readonly provenance: Provenance;
  readonly scale: number;
  readonly points: number;
  readonly outcomes: readonly SweepOutcome[];
}

/** One outcome of a sweep, and what moves it. */
export interface SweepOutcome {
  readonly name: string;
  /** The value that the effects start from; null if the design has none. */
  readonly base: number | null;
  /** True if `base` is the mean over all points of a grid. By default it is the scenario as it is. */
  readonly isGridMean?: boolean;
  readonly effects: readonly EffectData[];
  /** The mean at every pair of values, if the design is a grid of two factors. */
  readonly grid?: Pick<HeatData, 'x' | 'y' | 'cells'>;
  /** More tables of the outcome, such as the elementary effects of Morris or the indices of Sobol. */
  readonly tables?: readonly (TableData & { /** How the columns are to be read. */ readonly explained: string })[];
  /** The mean of the scenario as it is, from the first so many replications; empty if there are too few. */
  readonly convergence?: readonly { readonly units: number; readonly value: number; readonly low: number | null; readonly high: number | null }[]; // prettier-ignore
}

/** The most factors in a picture. The table has all of them. */
const FACTORS_MAX = 15;

/** What moves each outcome of a sweep: a tornado or effects over ranges, the grid, and the tables of the design. */
export function sweepSections(sweep: SweepReport): readonly Section[] {
  const { points, scale, provenance, outcomes } = sweep;
  const size =
    scale === 1 ? 'every home' : `the share ${decimalNumber(scale, 4)} of each large population, scaled back`;
  const figures = outcomes.flatMap((outcome) => [
    ...effectFigures(outcome),
    ...gridFigures(outcome),
    ...(outcome.tables ?? []).map(({ explained, ...table }): SectionFigure => ({ title: table.caption, sentence: explained, table })), // prettier-ignore
  ]);
  const settling = outcomes.flatMap(convergenceFigures);
  const sections: Section[] = [
    {
      id: 'sweep',
      title: 'What moves the numbers',
      lead: `The sweep ${sweep.name} simulates ${wholeNumber(points)} points with ${wholeNumber(provenance.replications ?? 0)} runs each, and ${size}.${figures.length === 0 ? ' No factor moves any outcome.' : ''}`, // prettier-ignore
      figures,
    },
  ];
  if (settling.length > 0) sections.push({ id: 'sweep-runs', title: 'Are there enough runs?', figures: settling });
  return sections;
}

function effectFigures(outcome: SweepOutcome): readonly SectionFigure[] {
  const { name, base, effects, isGridMean = false } = outcome;
  const factors = [...new Set([...effects].sort((a, b) => a.rank - b.rank).map(({ factor }) => factor))];
  const [strongest] = factors;
  if (strongest === undefined) return [];
  const of = (factor: string): readonly EffectData[] => effects.filter((row) => row.factor === factor);
  const widest = [...of(strongest)].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))[0];
  const at = widest === undefined || widest.level === '' ? 'over its range' : `at ${levelText(widest.level)}`;
  const from = isGridMean ? 'over all points' : 'as the scenario is';
  const beside = base === null ? '' : ` (${wholeNumber(base)} ${from})`;
  const isTornado = base !== null && effects.every(({ level }) => level !== '');
  const shown = factors.slice(0, FACTORS_MAX);
  const single = isTornado ? factors.filter((factor) => of(factor).length === 1) : [];
  return [
    {
      title: `What moves ${name}`,
      sentence: `What moves ${name}${beside} most: ${strongest}, by ${signedNumber(widest?.effect ?? 0)} ${at}.`,
      chart: isTornado
        ? { kind: 'tornado', data: { unit: name, base, rows: shown.map((factor) => tornadoRow(factor, of(factor), base)) } } // prettier-ignore
        : effectRanges(name, shown.flatMap(of)),
      table: effectTable(name, factors.flatMap(of), single),
    },
  ];
}

function effectRanges(name: string, rows: readonly EffectData[]): Chart {
  return {
    kind: 'ranges',
    data: {
      unit: `change of ${name}`,
      mark: 'dot',
      format: 'signed',
      words: { value: 'effect', range: '90 % interval', reference: 'no effect' },
      rows: rows.map(({ factor, level, effect, low, high }) => ({
        label: level === '' ? factor : `${factor}: ${levelText(level)}`,
        value: effect,
        low,
        high,
        reference: 0,
      })),
    },
  };
}

/** A row for the lowest and the highest value of a factor. Levels that are no numbers keep their order in the file. */
function tornadoRow(factor: string, rows: readonly EffectData[], base: number): TornadoRow {
  const ordered = [...rows].sort((a, b) => Number(a.level) - Number(b.level) || 0);
  const [first, last] = [ordered[0], ordered.at(-1)];
  return {
    label: factor,
    low: base + (first?.effect ?? 0),
    high: base + (ordered.length > 1 ? (last?.effect ?? 0) : 0),
    lowEnd: levelText(first?.level),
    highEnd: ordered.length > 1 ? levelText(last?.level) : 'as it is',
  };
}

/** The value of a factor in words. */
export function levelText(level: string | undefined): string {
  const number = Number(level);
  return level === undefined || level === '' || Number.isNaN(number)
    ? (level ?? '')
    : Math.abs(number) >= 1000
      ? wholeNumber(number)
      : decimalNumber(number, 4);
}

/** Every effect. A factor with one value has a second end in the chart, which is the scenario as it is. */
function effectTable(name: string, rows: readonly EffectData[], single: readonly string[]): TableData {
  const text = (value: number | null): string => (value === null ? '' : signedNumber(value));
  return {
    caption: `Effects on ${name}; the interval holds 90 %`,
    head: ['assumption or rule', 'value', 'effect', 'low', 'high'],
    right: [1, 2, 3, 4],
    rows: rows.flatMap(({ factor, level, effect, low, high }) => [
      [factor, levelText(level), signedNumber(effect), text(low), text(high)],
      ...(single.includes(factor) ? [[factor, 'as it is', signedNumber(0), '', '']] : []),
    ]),
  };
}

function gridFigures({ name, grid }: SweepOutcome): readonly SectionFigure[] {
  if (grid === undefined) return [];
  const { x, y, cells } = grid;
  const pairs = y.values.flatMap((down, r) =>
    x.values.flatMap((across, c) => {
      const value = cells[r]?.[c] ?? null;
      return value === null ? [] : [{ down, across, value }];
    }),
  );
  const ordered = pairs.toSorted((a, b) => a.value - b.value);
  const [least, most] = [ordered[0], ordered.at(-1)];
  if (least === undefined || most === undefined) return [];
  const words = (of: typeof least): string => `${wholeNumber(of.value)} at ${y.name} ${of.down} and ${x.name} ${of.across}`; // prettier-ignore
  return [
    {
      title: `${name} by ${y.name} and ${x.name}`,
      sentence: `${name} is least with ${words(least)}, and most with ${words(most)}.`,
      chart: { kind: 'heat', data: { unit: name, x, y, cells } },
      table: {
        caption: `Mean of ${name} at each pair of values`,
        head: [y.name, x.name, 'mean'],
        right: [0, 1, 2],
        rows: y.values.flatMap((down, r) =>
          x.values.map((across, c) => [down, across, cellText(cells[r]?.[c] ?? null)]),
        ),
      },
    },
  ];
}

function cellText(value: number | null): string {
  return value === null ? '–' : wholeNumber(value);
}

function convergenceFigures({ name, convergence = [] }: SweepOutcome): readonly SectionFigure[] {
  const last = convergence.at(-1);
  if (last === undefined || convergence.length < 2) return [];
  const range = last.low === null || last.high === null ? '' : ` (${wholeNumber(last.low)} to ${wholeNumber(last.high)} in 90 %)`; // prettier-ignore
  const known = convergence.flatMap(({ units, low, high }) => (low === null || high === null ? [] : [{ x: units, low, high }])); // prettier-ignore
  return [
    {
      title: `${name}: the mean as runs are added`,
      sentence: `${name}: after ${last.units} runs of the scenario as it is the mean is ${wholeNumber(last.value)}${range}.`, // prettier-ignore
      chart: {
        kind: 'series',
        data: {
          x: { kind: 'number', name: 'runs' },
          unit: name,
          fromZero: false,
          bands: [{ label: '90 % interval of the mean', strength: 0, colour: 0, points: known }],
          lines: [{ label: 'mean so far', colour: 0, points: convergence.map(({ units, value }) => ({ x: units, y: value })) }], // prettier-ignore
          dots: [],
          marks: [],
        },
      },
      table: {
        caption: `Mean of ${name} from the first runs`,
        head: ['runs', 'mean', 'low (5 %)', 'high (95 %)'],
        right: [0, 1, 2, 3],
        rows: convergence.map(({ units, value, low, high }) => [String(units), wholeNumber(value), ...[low, high].map((end) => (end === null ? '' : wholeNumber(end)))]), // prettier-ignore
      },
    },
  ];
}
