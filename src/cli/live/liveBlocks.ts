/** What a folder of outputs says of itself at the moment, as words and tables. It is only read. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { MANIFEST } from '../shell/outDirectory.ts';

export interface LiveTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One folder, ready to be shown. It names the folder itself and no path to it. */
export interface LiveBlock {
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly tables: readonly LiveTable[];
}

const JOURNAL = 'watch.jsonl';
const CELLS = 'cells';
/** Rows of a table of effects that are shown for each outcome, and lines of a journal. */
const ROWS_MAX = 8;

/** What stands in a folder now. `now` is in milliseconds since the epoch. */
export function liveBlock(directory: string, now: number): LiveBlock {
  const name = basename(directory);
  try {
    if (existsSync(join(directory, JOURNAL))) return watchBlock(directory, name, now);
    if (existsSync(join(directory, CELLS))) return sweepBlock(directory, name, now);
    return outputBlock(directory, name);
  } catch (error) {
    // A file that is being replaced at this moment: the next reading has it.
    return { title: name, facts: [['not readable just now', error instanceof Error ? error.message.split(',')[0] as string : '']], tables: [] }; // prettier-ignore
  }
}

/** Finished and failed cells of a sweep, how fast they come, and its effects once they are merged. */
function sweepBlock(directory: string, name: string, now: number): LiveBlock {
  const cells = join(directory, CELLS);
  const files = readdirSync(cells).flatMap((folder) =>
    statSync(join(cells, folder)).isDirectory()
      ? readdirSync(join(cells, folder)).map((file) => join(cells, folder, file))
      : [],
  );
  const failed = files.filter((file) => file.endsWith('.failed.json')).length;
  const finished = files.filter((file) => /[0-9a-f]\.json$/.test(file) && !file.endsWith('.failed.json'));
  const minute = finished.filter((file) => now - statSync(file).mtimeMs < 60_000).length;
  const merged = existsSync(join(directory, MANIFEST));
  const effects = join(directory, 'effects.csv');
  return {
    title: `${name}: a sweep`,
    facts: [
      ['cells finished', String(finished.length)],
      ['cells that failed', String(failed)],
      ['finished in the last minute', String(minute)],
      ['tables', merged ? 'written' : 'not yet written'],
    ],
    tables: existsSync(effects) ? [effectsTable(readFileSync(effects, 'utf8'))] : [],
  };
}

function effectsTable(text: string): LiveTable {
  const [head = '', ...lines] = text.trim().split('\n');
  const columns = head.split(',');
  const at = (row: readonly string[], column: string): string => row[columns.indexOf(column)] ?? '';
  const rows = lines.map((line) => line.split(',')).filter((row) => Number(at(row, 'rank')) <= ROWS_MAX);
  const shown = ['outcome', 'factor', 'level', 'effect', 'low', 'high'];
  return { caption: 'What moves the outcomes most', head: shown, rows: rows.map((row) => shown.map((column) => at(row, column))) }; // prettier-ignore
}

const journalLine = z.looseObject({ is: z.string(), t: z.string() });
const clauseRow = z.looseObject({ clause: z.string(), counted: z.number(), needed: z.number(), holds: z.boolean(), missing: z.string().nullable() }); // prettier-ignore
const watchSummary = z.looseObject({ clauses: z.array(clauseRow) });

/** A watch from its journal: the last steps, each link and source and how long it has been silent; clauses from watch.json. */
function watchBlock(directory: string, name: string, now: number): LiveBlock {
  const lines = readFileSync(join(directory, JOURNAL), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parsed = journalLine.safeParse(jsonOrNull(line));
      return parsed.success ? [parsed.data] : [];
    });
  const heard = new Map<string, number>();
  for (const line of lines) {
    if (line.is !== 'evidence' || typeof line['at'] !== 'string') continue;
    const at = Date.parse(line['at']);
    for (const of of [`${textOf(line['link']).toUpperCase()}, any source`, textOf(line['source'])])
      heard.set(of, Math.max(heard.get(of) ?? 0, at));
  }
  const clauses = summaryOf(directory);
  const last = lines.at(-1);
  const isUp =
    lines.findLastIndex(({ is }) => is === 'up') > lines.findLastIndex(({ is }) => is === 'down' || is === 'ended');
  return {
    title: `${name}: a watch`,
    facts: [
      ['process', isUp ? 'took the watch up and has not laid it down' : 'laid down'],
      ['last line of its journal', last === undefined ? 'none' : `${last.t}, ${silence(Date.parse(last.t), now)} ago`],
      ['lines', String(lines.length)],
    ],
    tables: [
      {
        caption: 'Links and sources of evidence',
        head: ['heard from', 'last contact', 'silent for'],
        rows: [...heard].map(([of, at]) => [of, `${new Date(at).toISOString().slice(0, 19)}Z`, silence(at, now)]),
      },
      ...(clauses === undefined ? [] : [{ caption: 'How near each clause is, when the outputs were last written', head: ['clause', 'counted', 'needed', 'holds', 'missing'], rows: clauses.map((row) => [row.clause, String(row.counted), String(row.needed), row.holds ? 'yes' : 'no', row.missing ?? '']) }]), // prettier-ignore
      {
        caption: 'The last lines of the journal',
        head: ['at', 'what', 'outcome'],
        rows: lines.slice(-ROWS_MAX).map((line) => [line.t, line.is, textOf(line['outcome'] ?? line['result'] ?? line['source'] ?? line['why'])]), // prettier-ignore
      },
    ],
  };
}

function summaryOf(directory: string): z.output<typeof watchSummary>['clauses'] | undefined {
  const path = join(directory, 'watch.json');
  if (!existsSync(path)) return undefined;
  const parsed = watchSummary.safeParse(jsonOrNull(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data.clauses : undefined;
}

/** A run, a rig, or a folder that is still being written. */
function outputBlock(directory: string, name: string): LiveBlock {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const path = join(directory, MANIFEST);
  if (!names.includes(MANIFEST)) {
    const partial = names.find((file) => file.startsWith('.partial-'));
    const written = partial === undefined ? [] : readdirSync(join(directory, partial));
    const rows = written.map((file) => [file, String(statSync(join(directory, partial as string, file)).size)]);
    return {
      title: `${name}: ${partial === undefined ? 'nothing yet' : 'being written'}`,
      facts: [],
      tables: rows.length === 0 ? [] : [{ caption: 'Files so far', head: ['file', 'bytes'], rows }],
    };
  }
  const manifest = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  const facts = Object.entries(manifest).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
  );
  return { title: `${name}: complete`, facts, tables: [] };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function silence(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
