/** A rig: from its outputs when it is complete, and from what it says of itself while it is at work. It is only read. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseCsv } from '../../report/published.ts';
import { valueOfJson } from '../../text/jsonText.ts';
import { RIG_STATUS } from '../rig/rigDirectory.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import { clauseRow, clauseTable, type ClauseRow } from './clauseTable.ts';
import { silence, type LiveBlock } from './liveTypes.ts';
import { sourceTable } from './sourceTable.ts';

/** The files of a rig: its steps when it is done, and what is on record before. */
export const RIG_STEPS = 'steps.json';
export const RIG_PROGRESS = 'progress.jsonl';
/** The most steps that are shown. */
const ROWS_MAX = 8;

const stepRow = z.looseObject({ step: z.string(), at: z.string().optional(), observation: z.string().nullish(), code: z.string().nullish() }); // prettier-ignore
const stepList = z.looseObject({ steps: z.array(stepRow) });
type StepRow = z.output<typeof stepRow>;
const begunStep = stepList.extend({ at: z.string(), step: z.string() });
const rigManifest = z.looseObject({ clauses: z.array(clauseRow) });
const rigStatus = z.looseObject({
  clock: z.string(),
  attempts: z.looseObject({ recorded: z.number(), device: z.number(), system: z.number(), notCarriedOut: z.number() }),
  sources: z.array(z.string()),
  heard: z.array(z.looseObject({ link: z.string(), source: z.string(), at: z.string() })),
  clauses: z.array(clauseRow),
  steps: z.array(stepRow),
});

/** `now` is in milliseconds since the epoch. */
export function rigBlock(directory: string, name: string, now: number): LiveBlock {
  if (existsSync(join(directory, RIG_STEPS))) return completeBlock(directory, name);
  const status = statusOf(directory);
  const path = join(directory, RIG_PROGRESS);
  const begun = existsSync(path) ? begunStep.safeParse(valueOfJson(readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '')) : undefined; // prettier-ignore
  const signs = [RIG_STATUS, RIG_PROGRESS].filter((file) => existsSync(join(directory, file))).map((file) => statSync(join(directory, file)).mtimeMs); // prettier-ignore
  // The status has whole events; the record of a first write has the steps of the one under way as well.
  const steps = [status?.steps ?? [], begun?.success ? begun.data.steps : []].toSorted(
    (a, b) => b.length - a.length,
  )[0];
  // Weeks of a nominal calendar pass at once: its time is that of its last step.
  const lastStep = Math.max(...(steps ?? []).map(({ at }) => Date.parse(at ?? '') || 0), 0);
  const isNominal = status?.clock === 'nominal';
  return {
    title: `${name}: a rig, at work`,
    facts: [
      ...(begun?.success ? [['last write to a device', `${begun.data.step}, ${begun.data.at}`] as const] : []),
      ...(status === undefined ? [] : [['attempts', `${status.attempts.recorded} on record: ${status.attempts.device} told by the device, ${status.attempts.system} lost to our side; ${status.attempts.notCarriedOut} not carried out`] as const]), // prettier-ignore
      ...(isNominal && lastStep > 0
        ? [['calendar', `${new Date(lastStep).toISOString().slice(0, 19)}Z`] as const]
        : []),
      ['last sign', `${silence(Math.max(...signs), now)} ago`],
    ],
    tables: [
      stepTable(steps ?? []),
      ...(status === undefined ? [] : sourceTable(heardOf(status.heard), { configured: status.sources, now: isNominal ? lastStep : now })), // prettier-ignore
      ...clauseTable(status?.clauses, 'How near each clause is so far'),
    ],
  };
}

function completeBlock(directory: string, name: string): LiveBlock {
  const list = stepList.safeParse(valueOfJson(readFileSync(join(directory, RIG_STEPS), 'utf8')));
  const rows = list.success ? list.data.steps : [];
  return {
    title: `${name}: a rig, complete`,
    facts: [['steps', String(rows.length)]],
    tables: [
      stepTable(rows),
      ...contactTable(directory),
      ...clauseTable(rigClauses(directory), 'How near each clause is after the last step'),
    ],
  };
}

function stepTable(rows: readonly StepRow[]): LiveBlock['tables'][number] {
  const shown = rows.slice(-ROWS_MAX).map((row) => [row.at ?? '', row.step, row.code ?? row.observation ?? '']);
  return { caption: 'The last steps', head: ['at', 'step', 'answer'], rows: shown };
}

/** What a rig says of itself while it is at work; undefined before, and of an earlier version. */
function statusOf(directory: string): z.output<typeof rigStatus> | undefined {
  const path = join(directory, RIG_STATUS);
  if (!existsSync(path)) return undefined;
  const parsed = rigStatus.safeParse(valueOfJson(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/** The clauses of a rig that is complete; undefined of an earlier version. */
function rigClauses(directory: string): readonly ClauseRow[] | undefined {
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) return undefined;
  const parsed = rigManifest.safeParse(valueOfJson(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data.clauses : undefined;
}

function heardOf(heard: z.output<typeof rigStatus>['heard']): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { link, source, at } of heard)
    for (const of of [`${link.toUpperCase()}, any source`, source])
      last.set(of, Math.max(last.get(of) ?? 0, Date.parse(at)));
  return last;
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
