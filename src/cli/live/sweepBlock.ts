import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { CATEGORIES } from '../../clauses/clause.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { parseCsv } from '../../report/published.ts';
import { decimalNumber, wholeNumber } from '../../text/numberWords.ts';
import { MEASURE_QUALIFYING, volumeIndex } from '../../../sim/kernel/life/counts.ts';
import { parseCellText } from '../../../sim/sweep/cell/cellText.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import { PROGRESS_FILE } from '../sweep/progressFile.ts';
import { pointEffects, type CellCounts } from './pointEffects.ts';
import { silence, type LiveBlock, type LiveTable } from './liveTypes.ts';

/** The most effects that are shown for each outcome. */
const ROWS_MAX = 8;
/** The most cells whose counts are read, the newest first. More would slow the page and show nothing else. */
const CELLS_READ_MAX = 300;

/** Finished and failed cells of a sweep, what is left, how fast they come, and what they count so far. */
export function sweepBlock(directory: string, cells: string, name: string, now: number): LiveBlock {
  const files = readdirSync(cells).flatMap((folder) =>
    statSync(join(cells, folder)).isDirectory()
      ? readdirSync(join(cells, folder)).map((file) => join(cells, folder, file))
      : [],
  );
  const failed = files.filter((file) => file.endsWith('.failed.json')).length;
  const finished = files
    .filter((file) => /[0-9a-f]\.json$/.test(file) && !file.endsWith('.failed.json'))
    .map((path) => ({ path, at: statSync(path).mtimeMs }));
  const minute = finished.filter(({ at }) => now - at < 60_000).length;
  const processes = processesOf(cells, now);
  const effects = join(directory, 'effects.csv');
  return {
    title: `${name}: a sweep`,
    facts: [
      ['cells finished', wholeNumber(finished.length)],
      ['cells that failed', wholeNumber(failed)],
      ['finished in the last minute', wholeNumber(minute)],
      ['tables', existsSync(join(directory, MANIFEST)) ? 'written' : 'not yet written'],
    ],
    tables: [
      ...(processes === undefined ? [] : [processes]),
      ...(existsSync(effects) ? [effectsTable(readFileSync(effects, 'utf8'))] : []),
      ...pointEffects(cells, (key) => countsAt(join(cells, key.slice(0, 2), `${key}.json`))),
      ...partialOutcomes(finished.sort((a, b) => b.at - a.at || (a.path < b.path ? -1 : 1)).map(({ path }) => path)),
    ],
  };
}

const stateSchema = z.object({
  cells: z.number(),
  computed: z.number(),
  reused: z.number(),
  failed: z.number(),
  refused: z.number(),
  lives: z.number(),
  livesDone: z.number(),
  seconds: z.number(),
});

/** How far each process is. A process that has ended removes its file; one that was killed falls silent. */
function processesOf(cells: string, now: number): LiveTable | undefined {
  const names = readdirSync(cells).filter((name) => name.startsWith(PROGRESS_FILE) && name.endsWith('.json')).sort(); // prettier-ignore
  const rows = names.flatMap((name, i) => {
    const path = join(cells, name);
    const parsed = stateSchema.safeParse(jsonAt(path));
    if (!parsed.success) return [];
    const { cells: total, computed, reused, failed, refused, lives, livesDone, seconds } = parsed.data;
    const rate = seconds > 0 ? livesDone / seconds : 0;
    const left = rate > 0 ? `${wholeNumber((lives - livesDone) / rate)} s` : '';
    return [
      [
        String(i + 1),
        wholeNumber(total),
        wholeNumber(computed),
        wholeNumber(reused),
        wholeNumber(failed),
        wholeNumber(refused),
        `${wholeNumber(livesDone)} of ${wholeNumber(lives)}`,
        wholeNumber(rate),
        left,
        silence(statSync(path).mtimeMs, now),
      ],
    ];
  });
  if (rows.length === 0) return undefined;
  return {
    caption: 'Processes at work: cells, and their cost in simulated lives',
    head: ['process', 'cells in all', 'computed', 'found', 'failed', 'points refused', 'lives', 'lives/s', 'left, about', 'last heard'], // prettier-ignore
    rows,
  };
}

/** Finished cells never change, so each is read once. */
const READ = new Map<string, CellCounts | undefined>();

/** Cells whose counts are kept in memory. */
const READ_MAX = 2000;

/** The counts of a cell; undefined if it is not finished, or is none. */
function countsAt(path: string): CellCounts | undefined {
  const known = READ.get(path);
  if (known !== undefined || !existsSync(path)) return known;
  const counts = cellCounts(path);
  READ.set(path, counts);
  return counts;
}

/** Homes that qualify in a thousand simulated ones, by population: a first look before the tables are written. */
function partialOutcomes(paths: readonly string[]): readonly LiveTable[] {
  const read = paths.slice(0, CELLS_READ_MAX);
  if (READ.size > READ_MAX) READ.clear();
  const counts = read.flatMap((path) => countsAt(path) ?? []);
  if (counts.length === 0) return [];
  const populations = [...new Set(counts.map(({ population }) => population))].sort();
  return [
    {
      caption: `Qualifying in 1,000 simulated homes, all points together, in the ${wholeNumber(counts.length)} newest cells`,
      head: ['population', 'cells', 'lives', ...CATEGORIES],
      rows: populations.map((population) => {
        const own = counts.filter((of) => of.population === population);
        const lives = own.reduce((sum, of) => sum + of.lives, 0);
        const share = (c: number): string => decimalNumber((1000 * own.reduce((sum, of) => sum + (of.qualifying[c] ?? 0), 0)) / Math.max(1, lives), 2); // prettier-ignore
        return [population, String(own.length), wholeNumber(lives), ...CATEGORIES.map((_, c) => share(c))];
      }),
    },
  ];
}

const identitySchema = z.looseObject({
  population: z.string(),
  asOfs: z.array(z.number()),
  replications: z.looseObject({ count: z.number() }),
  scenario: z.looseObject({ populations: z.record(z.string(), z.looseObject({ installations: z.number() })) }),
});

function cellCounts(path: string): CellCounts | undefined {
  const record = parseCellText(readFileSync(path, 'utf8'), basename(path, '.json'));
  if (record === undefined) return undefined;
  const parsed = identitySchema.safeParse(JSON.parse(record.identity));
  if (!parsed.success) return undefined;
  const { population, asOfs, replications, scenario } = parsed.data;
  const horizon = asOfs.length - 1;
  const reported = (category: number): number =>
    record.counts.reduce(
      (sum, { volumes }) =>
        sum +
        COHORTS.reduce((all, _, c) => all + (volumes[volumeIndex(horizon, MEASURE_QUALIFYING, c, category)] ?? 0), 0),
      0,
    );
  return {
    population,
    replications: replications.count,
    identity: record.identity,
    lives: replications.count * (scenario.populations[population]?.installations ?? 0),
    qualifying: CATEGORIES.map((_, category) => reported(category)),
  };
}

/** A cell of a table; a long fraction is rounded for the eye, the file has it whole. */
function shortNumber(text: string): string {
  if (!/^-?\d+\.\d{4,}$/.test(text)) return text;
  return decimalNumber(Number(text), Math.abs(Number(text)) >= 10 ? 1 : 4);
}

function effectsTable(text: string): LiveTable {
  const parsed = parseCsv(text);
  const rows = parsed.ok ? parsed.rows.filter(({ rank }) => Number(rank) <= ROWS_MAX) : [];
  const shown = ['outcome', 'factor', 'level', 'effect', 'low', 'high'];
  return { caption: 'What moves the outcomes most', head: shown, rows: rows.map((row) => shown.map((column) => shortNumber(row[column] ?? ''))) }; // prettier-ignore
}

function jsonAt(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
