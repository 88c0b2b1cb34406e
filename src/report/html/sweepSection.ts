import { decimalNumber, percentage, signedNumber, wholeNumber } from '../../text/numberWords.ts';
import { escapeMarkup, html } from '../../text/markup.ts';
import { rangeChart } from '../charts/ranges.ts';
import { tornadoChart, type TornadoRow } from '../charts/tornado.ts';
import { figureHtml } from './figure.ts';
import type { TableData } from './htmlTable.ts';
import { factList, type PageSection } from './pageParts.ts';

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
  readonly scenario: string;
  readonly hash: string;
  readonly command: string;
  readonly replications: number;
  readonly scale: number;
  readonly points: number;
  readonly outcomes: readonly {
    readonly name: string;
    /** The mean with the scenario as it is; null if the design has no such point. */
    readonly base: number | null;
    readonly effects: readonly EffectData[];
  }[];
}

/** The most factors in a picture. The table has all of them. */
const FACTORS_MAX = 15;

/** The effects on the outcomes of a sweep: a tornado for each outcome, or its effects over their ranges. */
export function sweepSection(sweep: SweepReport, key: string): PageSection {
  const scale = sweep.scale === 1 ? 'every home' : `${percentage(sweep.scale)} of each large population, scaled back`;
  const facts = factList([
    ['Sweep', html('code', {}, escapeMarkup(sweep.name))],
    ['Of', html('code', {}, escapeMarkup(`${sweep.scenario}#${sweep.hash}`))],
    ['Simulated', escapeMarkup(`${wholeNumber(sweep.points)} points, ${sweep.replications} runs each, ${scale}`)],
    ['The same again', html('code', {}, escapeMarkup(sweep.command))],
  ]);
  const figures = sweep.outcomes.flatMap((outcome, i) => effectFigure(outcome, `sweep${key}-${i + 1}`));
  return { id: `sweep${key}`, title: sweep.title === '' ? 'What moves the numbers' : sweep.title, body: [facts, ...figures].join('\n') }; // prettier-ignore
}

type Outcome = SweepReport['outcomes'][number];

function effectFigure({ name, base, effects }: Outcome, id: string): readonly string[] {
  const factors = [...new Set([...effects].sort((a, b) => a.rank - b.rank).map(({ factor }) => factor))];
  const [strongest] = factors;
  if (strongest === undefined) return [];
  const shown = factors.slice(0, FACTORS_MAX);
  const of = (factor: string): readonly EffectData[] => effects.filter((row) => row.factor === factor);
  const widest = [...of(strongest)].sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))[0];
  const at = widest === undefined || widest.level === '' ? 'over its range' : `at ${widest.level}`;
  const beside = base === null ? '' : ` (${wholeNumber(base)} as the scenario is)`;
  const sentence = `What moves ${name}${beside} most: ${strongest}, by ${signedNumber(widest?.effect ?? 0)} ${at}.`;
  const words = { id: `${id}-chart`, title: `What moves ${name}`, description: sentence };
  const isTornado = base !== null && effects.every(({ level }) => level !== '');
  return [
    figureHtml({
      id,
      sentence,
      chart: (size) =>
        isTornado
          ? tornadoChart(
              words,
              { unit: name, base, rows: shown.map((factor) => tornadoRow(factor, of(factor), base)) },
              size,
            )
          : rangeChart(
              words,
              {
                unit: `change of ${name}`,
                mark: 'dot',
                format: 'signed',
                words: { value: 'effect', range: '90 % interval', reference: 'no effect' },
                rows: shown.map((factor) => {
                  const row = of(factor)[0];
                  return {
                    label: factor,
                    value: row?.effect ?? 0,
                    low: row?.low ?? null,
                    high: row?.high ?? null,
                    reference: 0,
                  };
                }),
              },
              size,
            ),
      table: effectTable(name, factors.flatMap(of)),
    }),
  ];
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

function levelText(level: string | undefined): string {
  const number = Number(level);
  return level === undefined || level === '' || Number.isNaN(number)
    ? (level ?? '')
    : Math.abs(number) >= 1000
      ? wholeNumber(number)
      : decimalNumber(number, 4);
}

function effectTable(name: string, rows: readonly EffectData[]): TableData {
  const text = (value: number | null): string => (value === null ? '' : signedNumber(value));
  return {
    caption: `Effects on ${name}; the interval holds 90 %`,
    head: ['assumption or rule', 'value', 'effect', 'low', 'high'],
    right: [1, 2, 3, 4],
    rows: rows.map(({ factor, level, effect, low, high }) => [factor, levelText(level), signedNumber(effect), text(low), text(high)]), // prettier-ignore
  };
}
