/** A watch from its journal: the last steps, each link and source and how long it has been silent. It is only read. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { valueOfJson } from '../../text/jsonText.ts';
import { JOURNAL } from '../shell/outDirectory.ts';
import { clauseRow, clauseTable } from './clauseTable.ts';
import { silence, type LiveBlock } from './liveTypes.ts';
import { sourceTable } from './sourceTable.ts';

/** The most lines of a journal that are shown. */
const ROWS_MAX = 8;

const journalLine = z.looseObject({ is: z.string(), t: z.string() });
const watchSummary = z.looseObject({
  clauses: z.array(clauseRow),
  begun: z.string().nullish(),
  next: z.looseObject({ is: z.string(), at: z.string() }).nullish(),
  attempts: z.looseObject({ settled: z.number(), device: z.number(), system: z.number(), underWay: z.string().nullish() }).optional(), // prettier-ignore
  contacts: z.looseObject({ due: z.number(), answered: z.number(), triesMissed: z.number(), sources: z.array(z.looseObject({ source: z.string() })).default([]) }).optional(), // prettier-ignore
});
type WatchSummary = z.output<typeof watchSummary>;

/** `now` is in milliseconds since the epoch. What the journal does not hold comes from watch.json. */
export function watchBlock(directory: string, name: string, now: number): LiveBlock {
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
  const last = lines.at(-1);
  const isUp =
    lines.findLastIndex(({ is }) => is === 'up') > lines.findLastIndex(({ is }) => is === 'down' || is === 'ended');
  const configured = summary?.contacts?.sources.map(({ source }) => source) ?? [];
  const since = typeof summary?.begun === 'string' ? Date.parse(summary.begun) : undefined;
  return {
    title: `${name}: a watch`,
    facts: [
      ['process', isUp ? 'took the watch up and has not laid it down' : 'laid down'],
      ['last line of its journal', last === undefined ? 'none' : `${last.t}, ${silence(Date.parse(last.t), now)} ago`],
      ['lines', String(lines.length)],
      ...summaryFacts(summary),
    ],
    tables: [
      ...sourceTable(heard, { configured, since, now }),
      ...clauseTable(summary?.clauses, 'How near each clause is, when the outputs were last written'),
      {
        caption: 'The last lines of the journal',
        head: ['at', 'what', 'outcome'],
        rows: lines.slice(-ROWS_MAX).map((line) => [line.t, line.is, textOf(line['outcome'] ?? line['result'] ?? line['source'] ?? line['why'])]), // prettier-ignore
      },
    ],
  };
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
