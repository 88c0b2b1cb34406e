/** What a folder of outputs says of itself at the moment, as words and tables. It is only read. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { parseCsv } from '../../report/published.ts';
import { valueOfJson } from '../../text/jsonText.ts';
import { JOURNAL, MANIFEST } from '../shell/outDirectory.ts';
import { silence, type LiveBlock } from './liveTypes.ts';
import { PROGRESS_FILE } from '../sweep/progressFile.ts';
import { FLEET_STATUS } from '../fleet/fleetFiles.ts';
import { fleetBlock } from './fleetBlock.ts';
import { sweepBlock } from './sweepBlock.ts';

const CELLS = 'cells';
/** The files of a rig: its steps when it is done, and what is on record before. */
const STEPS = 'steps.json';
const RIG_PROGRESS = 'progress.jsonl';
/** The most lines of a journal, and steps of a rig, that are shown. */
const ROWS_MAX = 8;

/** What stands in a folder now. `now` is in milliseconds since the epoch. */
export function liveBlock(directory: string, now: number): LiveBlock {
  const name = basename(directory);
  try {
    if (existsSync(join(directory, JOURNAL))) return watchBlock(directory, name, now);
    if (existsSync(join(directory, FLEET_STATUS))) return fleetBlock(directory, FLEET_STATUS, { name, now });
    if (existsSync(join(directory, CELLS))) return sweepBlock(directory, join(directory, CELLS), name, now);
    if (isStore(directory)) return sweepBlock(directory, directory, name, now);
    return outputBlock(directory, name, now);
  } catch (error) {
    // A file that is being replaced at this moment: the next reading has it.
    return { title: name, facts: [['not readable just now', error instanceof Error ? error.message.split(',')[0] as string : '']], tables: [] }; // prettier-ignore
  }
}

const journalLine = z.looseObject({ is: z.string(), t: z.string() });
const clauseRow = z.looseObject({ clause: z.string(), counted: z.number().nullable(), needed: z.number().nullable(), holds: z.boolean(), missing: z.string().nullable(), inScope: z.boolean().optional() }); // prettier-ignore
type ClauseRow = z.output<typeof clauseRow>;
const rigManifest = z.looseObject({ clauses: z.array(clauseRow) });
const watchSummary = z.looseObject({
  clauses: z.array(clauseRow),
  next: z.looseObject({ is: z.string(), at: z.string() }).nullish(),
  attempts: z.looseObject({ settled: z.number(), device: z.number(), system: z.number(), underWay: z.string().nullish() }).optional(), // prettier-ignore
  contacts: z.looseObject({ due: z.number(), answered: z.number(), triesMissed: z.number() }).optional(),
});
type WatchSummary = z.output<typeof watchSummary>;

/** True for a folder of cells that a sweep keeps apart from its tables (`--store`). */
function isStore(directory: string): boolean {
  return readdirSync(directory).some((name) => name.startsWith(PROGRESS_FILE) || /^[0-9a-f]{2}$/.test(name));
}

/** A watch from its journal: the last steps, each link and source and how long it has been silent; clauses from watch.json. */
function watchBlock(directory: string, name: string, now: number): LiveBlock {
  const lines = readFileSync(join(directory, JOURNAL), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parsed = journalLine.safeParse(valueOfJson(line));
      return parsed.success ? [parsed.data] : [];
    });
  const heard = new Map<string, number>();
  for (const line of lines) {
    if (line.is !== 'evidence' || typeof line['at'] !== 'string') continue;
    const at = Date.parse(line['at']);
    for (const of of [`${textOf(line['link']).toUpperCase()}, any source`, textOf(line['source'])])
      heard.set(of, Math.max(heard.get(of) ?? 0, at));
  }
  const summary = summaryOf(directory);
  const clauses = summary?.clauses;
  const last = lines.at(-1);
  const isUp =
    lines.findLastIndex(({ is }) => is === 'up') > lines.findLastIndex(({ is }) => is === 'down' || is === 'ended');
  return {
    title: `${name}: a watch`,
    facts: [
      ['process', isUp ? 'took the watch up and has not laid it down' : 'laid down'],
      ['last line of its journal', last === undefined ? 'none' : `${last.t}, ${silence(Date.parse(last.t), now)} ago`],
      ['lines', String(lines.length)],
      ...summaryFacts(summary),
    ],
    tables: [
      {
        caption: 'Links and sources of evidence',
        head: ['heard from', 'last contact', 'silent for'],
        rows: [...heard].map(([of, at]) => [of, `${new Date(at).toISOString().slice(0, 19)}Z`, silence(at, now)]),
      },
      ...clauseTable(clauses, 'How near each clause is, when the outputs were last written'),
      {
        caption: 'The last lines of the journal',
        head: ['at', 'what', 'outcome'],
        rows: lines.slice(-ROWS_MAX).map((line) => [line.t, line.is, textOf(line['outcome'] ?? line['result'] ?? line['source'] ?? line['why'])]), // prettier-ignore
      },
    ],
  };
}

/** How near each clause is. The evaluator of the rules has counted; nothing is counted here. */
function clauseTable(clauses: readonly ClauseRow[] | undefined, caption: string): LiveBlock['tables'] {
  if (clauses === undefined || clauses.length === 0) return [];
  const head = ['clause', 'counted', 'needed', 'holds', 'missing'];
  const rows = clauses.map((row) => [row.clause, countText(row.counted), countText(row.needed), row.holds ? 'yes' : 'no', row.inScope === false ? 'not in its scope' : (row.missing ?? '')]); // prettier-ignore
  return [{ caption, head, rows }];
}

/** A clause that counts nothing has no number. */
function countText(count: number | null): string {
  return count === null ? '' : String(count);
}

/** What the summary of the last outputs adds to the journal. */
function summaryFacts(summary: WatchSummary | undefined): LiveBlock['facts'] {
  const { attempts, contacts, next } = summary ?? {};
  return [
    ...(attempts === undefined ? [] : [['attempts', `${attempts.settled} on record: ${attempts.device} told by the device, ${attempts.system} lost to our side`] as const]), // prettier-ignore
    ...(typeof attempts?.underWay === 'string' ? [['under way since', attempts.underWay] as const] : []),
    ...(contacts === undefined ? [] : [['contacts', `${contacts.answered} answered of ${contacts.due} due; ${contacts.triesMissed} tries missed`] as const]), // prettier-ignore
    ...(next ? [['next', `${next.is} at ${next.at}`] as const] : []),
  ];
}

function summaryOf(directory: string): WatchSummary | undefined {
  const path = join(directory, 'watch.json');
  if (!existsSync(path)) return undefined;
  const parsed = watchSummary.safeParse(valueOfJson(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

const stepRow = z.looseObject({ step: z.string(), at: z.string().optional(), observation: z.string().nullish(), code: z.string().nullish() }); // prettier-ignore
const stepList = z.looseObject({ steps: z.array(stepRow) });
const begunStep = stepList.extend({ at: z.string(), step: z.string() });

/** A rig: its steps from its outputs, or those on record of an attempt that is under way. */
function rigBlock(directory: string, name: string, now: number): LiveBlock {
  const isDone = existsSync(join(directory, STEPS));
  const text = readFileSync(join(directory, isDone ? STEPS : RIG_PROGRESS), 'utf8');
  const begun = isDone ? undefined : begunStep.safeParse(valueOfJson(text.trim().split('\n').at(-1) ?? ''));
  const list = isDone ? stepList.safeParse(valueOfJson(text)) : begun;
  const rows = list?.success ? list.data.steps : [];
  const facts: LiveBlock['facts'] = begun?.success
    ? [['under way', `${begun.data.step}, begun ${begun.data.at}`], ['last sign', `${silence(statSync(join(directory, RIG_PROGRESS)).mtimeMs, now)} ago`]] // prettier-ignore
    : [['steps', String(rows.length)]];
  const shown = rows.slice(-ROWS_MAX).map((row) => [row.at ?? '', row.step, textOf(row.code ?? row.observation)]);
  return {
    title: `${name}: a rig, ${isDone ? 'complete' : 'at work'}`,
    facts,
    tables: [
      { caption: 'The last steps', head: ['at', 'step', 'answer'], rows: shown },
      ...contactTable(directory),
      ...clauseTable(rigClauses(directory), 'How near each clause is after the last step'),
    ],
  };
}

/** The clauses of a rig that is complete; undefined before, and of an earlier version. */
function rigClauses(directory: string): readonly ClauseRow[] | undefined {
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) return undefined;
  const parsed = rigManifest.safeParse(valueOfJson(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data.clauses : undefined;
}

/** The last contact of each link of a rig, by source. */
function contactTable(directory: string): LiveBlock['tables'] {
  const path = join(directory, 'contacts.csv');
  const parsed = existsSync(path) ? parseCsv(readFileSync(path, 'utf8')) : undefined;
  if (!parsed?.ok) return [];
  const last = new Map<string, string>();
  for (const { link = '', source = '', at = '' } of parsed.rows) {
    const of = `${link.toUpperCase()}, ${source}`;
    if (at > (last.get(of) ?? '')) last.set(of, at);
  }
  return last.size === 0
    ? []
    : [{ caption: 'Last contact of each link', head: ['heard from', 'last contact'], rows: [...last] }];
}

/** A run, a rig, or a folder that is still being written. */
function outputBlock(directory: string, name: string, now: number): LiveBlock {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  if (names.includes(STEPS) || names.includes(RIG_PROGRESS)) return rigBlock(directory, name, now);
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
