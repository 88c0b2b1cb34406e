/** What a directory of outputs shows of the WAN: every call that was made, and how long answers took. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseCsv } from '../../report/published.ts';
import { valueOfJson } from '../../text/jsonText.ts';
import { parseInstant } from '../../time.ts';
import type { Look } from '../../../sim/world/profile/fitLink.ts';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import { TRIES_FILE, TRY_COLUMNS } from '../output/triesFile.ts';
import { JOURNAL } from '../shell/outDirectory.ts';
import { UsageError } from '../shell/exit.ts';
import { foundInstead } from '../shell/readText.ts';

/** What was seen of the WAN of one or more installations. */
export interface LinkLooks {
  /** The file that was read, and the kind of its directory. */
  readonly path: string;
  readonly kind: 'watch' | 'rig' | 'fleet';
  readonly links: readonly (readonly Look[])[];
  /** Calls of which our own side is at fault, or that were missed. They are no looks. */
  readonly ours: number;
  /** Round trips of messages that were answered, in milliseconds. */
  readonly roundTrips: readonly number[];
}

const RESULTS = { answered: true, silent: false } as const;

/** Reads a directory of `rig --watch`, `rig --out` or `fleet --out`. */
export function linkLooks(directory: string): LinkLooks {
  const readers = [
    [JOURNAL, watchLooks],
    [TRIES_FILE, fleetLooks],
    ['steps.json', rigLooks],
  ] as const;
  for (const [name, read] of readers) {
    const path = join(directory, name);
    if (existsSync(path)) return read(path);
  }
  throw new UsageError(
    `${directory}: found ${foundInstead(directory, readers.map(([name]) => name).join(' or '))}, expected one of rig --watch, rig --out or fleet --out`,
  );
}

const measured = z.looseObject({ roundTrips: z.number(), seconds: z.number() });
const stepRow = z.looseObject({
  kind: z.string(),
  step: z.string(),
  at: z.string(),
  observation: z.string(),
  measured,
});
const steps = z.looseObject({ steps: z.array(stepRow) });
type Step = z.output<typeof stepRow>;
const tried = z.looseObject({ is: z.literal('try'), at: z.string(), result: z.string() });

function watchLooks(path: string): LinkLooks {
  const lines = readFileSync(path, 'utf8').split('\n').map(valueOfJson);
  const tries = lines.flatMap((line) => parsed(tried, line));
  const rows = lines.flatMap((line) => parsed(steps, line)).flatMap((line) => line.steps);
  return { path, kind: 'watch', ...looksOf(path, [tries]), roundTrips: roundTripsOf(rows) };
}

function rigLooks(path: string): LinkLooks {
  const rows = parsed(steps, valueOfJson(readFileSync(path, 'utf8'))).flatMap((file) => file.steps);
  const contacts = rows
    .filter(({ kind }) => kind === 'contact')
    .map(({ at, observation }) => ({ at, result: observation === 'noAnswer' ? 'silent' : observation }));
  return { path, kind: 'rig', ...looksOf(path, [contacts]), roundTrips: roundTripsOf(rows) };
}

function fleetLooks(path: string): LinkLooks {
  const text = readFileSync(path, 'utf8');
  if (!text.startsWith(csvLine(TRY_COLUMNS).trim()))
    throw new UsageError(`${path}:1: found another header, expected ${TRY_COLUMNS.join(',')}`);
  const file = parseCsv(text);
  if (!file.ok) throw new UsageError(`${path}: ${file.error}`);
  const byHome = new Map<string, { at: string; result: string }[]>();
  for (const { installation_id: id = '', at = '', result = '' } of file.rows) {
    const tries = byHome.get(id) ?? [];
    byHome.set(id, tries);
    tries.push({ at, result });
  }
  return { path, kind: 'fleet', ...looksOf(path, [...byHome.values()]), roundTrips: [] };
}

function looksOf(path: string, homes: readonly (readonly { readonly at: string; readonly result: string }[])[]) {
  let ours = 0;
  const links = homes.map((tries) =>
    tries
      .flatMap(({ at, result }): Look[] => {
        const isUp = Object.hasOwn(RESULTS, result) ? RESULTS[result as keyof typeof RESULTS] : undefined;
        if (isUp === undefined) {
          ours += 1;
          return [];
        }
        const instant = parseInstant(at);
        if (instant === undefined) throw new UsageError(`${path}: found the time ${at}, expected YYYY-MM-DDThh:mm:ssZ`);
        return [{ at: instant, isUp }];
      })
      .sort((a, b) => a.at - b.at),
  );
  return { links: links.filter((looks) => looks.length > 0), ours };
}

/** Steps that ask the hub alone: no meter sleeps in them. */
const OF_HUB: readonly string[] = ['contact', 'wanRecent', 'hanRecent'];

function roundTripsOf(rows: readonly Step[]): number[] {
  return rows
    .filter((row) => row.observation === 'answered' && OF_HUB.includes(row.step) && row.measured.roundTrips > 0)
    .map(({ measured: { seconds, roundTrips } }) => (1000 * seconds) / roundTrips);
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T[] {
  const result = schema.safeParse(value);
  return result.success ? [result.data] : [];
}
