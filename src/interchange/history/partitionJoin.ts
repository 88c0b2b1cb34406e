import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Heap } from '../../heap.ts';
import type { Installation } from '../../installation/installation.ts';
import type { History } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';
import type { Input } from '../format/formats.ts';
import { isGzip } from '../format/firstBytes.ts';
import { parquetSummary } from '../format/parquetReader.ts';
import { readHead } from '../format/textChunks.ts';
import { lineOf } from '../record/rawBatch.ts';
import { DMC_PREFIX, readAttempts, readEvents, readInstallations } from './recordReaders.ts';
import { judge, type Judgement } from './judge.ts';
import { LineFile, linesOf } from './lineFiles.ts';
import { chain, INSTALLATION_ROWS_MAX, tooManyRows, type JoinInputs } from './mergeJoin.ts';
import { attemptRow, eventRow, type AttemptRow, type EventRow, type Origin } from './rows.ts';

/**
 * The approximate number of rows of a partition, which is what memory holds at once. 250,000 rows as objects take some
 * 100 MB, and the buffers of PARTITIONS_MAX partitions take 32 MB more. With the garbage between collections, 450 MB
 * were measured in all. Beyond PARTITIONS_MAX times this many rows, memory grows in proportion.
 */
export const PARTITION_ROWS = 250_000;
const PARTITIONS_MAX = 256;

/** A line of a partition's file: the id, the place of the row, and its values. It is a tuple to keep it small. */
type Line =
  | readonly ['i', string, file: number, line: number, ordinal: number, Installation]
  | readonly ['a', string, file: number, line: number, at: Instant, kind: number, outcome: string, cause: number, table510: number]
  | readonly ['e', string, file: number, line: number, at: Instant, event: number, value: string]; // prettier-ignore

export interface PartitionOptions<R> {
  /** An empty folder for temporary files. */
  readonly folder: string;
  /** The approximate number of rows of a partition. */
  readonly partitionRows: number;
  /** Decides one history. Its result must survive JSON. */
  readonly decide: (history: History) => R | undefined;
  /** Receives one result. It is called in the order of the installations. If it returns a promise, reading waits. */
  readonly emit: (id: string, result: R) => void | Promise<void>;
}

/**
 * Joins files in any order through temporary files. Every row goes to the partition that its id hashes to, each
 * partition is joined in memory, and the results are merged back into the order of the installations. Disk: the rows
 * once more, uncompressed.
 */
export async function partitionJoin<R>(
  inputs: JoinInputs,
  judgement: Judgement,
  options: PartitionOptions<R>,
): Promise<void> {
  const { folder, decide, emit } = options;
  const count = partitionsFor(inputs, options.partitionRows);
  const partitions = Array.from({ length: count }, (_, i) => new LineFile(join(folder, `rows-${i}`)));
  const put = (line: Line): void => (partitions[hash(line[1]) % count] as LineFile).append(JSON.stringify(line));
  await scatter(inputs, judgement, put);
  const results: string[] = [];
  for (const partition of partitions) {
    partition.close();
    const result = new LineFile(`${partition.path}-decided`);
    joinPartition(partition.path, judgement, (ordinal, history) => {
      const decided = decide(history);
      if (decided !== undefined) {
        result.append(JSON.stringify([ordinal, history.installation.installationId, decided]));
      }
    });
    result.close();
    rmSync(partition.path);
    results.push(result.path);
  }
  await mergeResults(results, emit);
}

/** The approximate bytes of a row of text, and of a row in gzip. */
const ROW_BYTES = 40;
const PACKED_ROW_BYTES = 5;

/**
 * The number of partitions. The number of rows is estimated from the size of text files and from the footers of Parquet
 * files.
 */
function partitionsFor(inputs: JoinInputs, partitionRows: number): number {
  const rowsOf = ({ path, format }: Input): number =>
    format === 'parquet'
      ? (parquetSummary(path)?.rows ?? 0)
      : statSync(path).size / (isGzip(readHead(path)) ? PACKED_ROW_BYTES : ROW_BYTES);
  const all = [...inputs.installations, ...inputs.attempts, ...inputs.events];
  const rows = all.reduce((sum, input) => sum + rowsOf(input), 0);
  return Math.max(1, Math.min(PARTITIONS_MAX, Math.ceil(rows / partitionRows)));
}

/** FNV-1a over the code units. */
function hash(id: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) h = Math.imul(h ^ id.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}

async function scatter(inputs: JoinInputs, judgement: Judgement, put: (line: Line) => void): Promise<void> {
  const { refuse, progress } = judgement;
  let ordinal = 0;
  for await (const { batch, file } of chain(inputs.installations, readInstallations, refuse, progress)) {
    for (let row = 0; row < batch.rows; row += 1) {
      if (batch.accepted[row] === 0) continue;
      put(['i', batch.id[row] as string, file, lineOf(batch, row), ordinal, batch.installation(row)]);
      ordinal += 1;
    }
  }
  for await (const { batch, file } of chain(inputs.attempts, readAttempts, refuse, progress)) {
    for (let row = 0; row < batch.rows; row += 1) {
      if (batch.accepted[row] === 0) continue;
      const line = lineOf(batch, row);
      const [at, kind] = [batch.at[row] as number, batch.kind[row] as number];
      const [cause, table510] = [batch.cause[row] as number, batch.table510[row] as number];
      put(['a', batch.id[row] as string, file, line, at, kind, batch.outcome[row] as string, cause, table510]);
    }
  }
  for await (const { batch, file } of chain(inputs.events, readEvents, refuse, progress)) {
    for (let row = 0; row < batch.rows; row += 1) {
      const subject = batch.subject[row] as string;
      if (batch.accepted[row] === 0 || subject.startsWith(DMC_PREFIX)) continue;
      const at = batch.at[row] as number;
      put(['e', subject, file, lineOf(batch, row), at, batch.event[row] as number, batch.value[row] as string]);
    }
  }
}

interface OpenGroup {
  readonly id: string;
  /** The position of the installation's first row among all installations. */
  ordinal: number;
  readonly installations: (Origin & { readonly installation: Installation })[];
  readonly attempts: AttemptRow[];
  readonly events: EventRow[];
}

function joinPartition(path: string, judgement: Judgement, decided: (ordinal: number, history: History) => void): void {
  const groups = new Map<string, OpenGroup>();
  for (const text of linesOf(path)) {
    const line = JSON.parse(text) as Line;
    const id = line[1];
    let group = groups.get(id);
    if (!group) {
      group = { id, ordinal: -1, installations: [], attempts: [], events: [] };
      groups.set(id, group);
    }
    addTo(group, line);
    const rows = Math.max(group.installations.length, group.attempts.length, group.events.length);
    if (rows > INSTALLATION_ROWS_MAX) throw tooManyRows(nameOf(line, judgement), line[3], id);
  }
  // Installations were distributed first, so the groups are in their order. Groups of unknown installations come last.
  for (const group of groups.values()) {
    const history = judge(group, judgement);
    if (history) decided(group.ordinal, history);
  }
}

function addTo(group: OpenGroup, line: Line): void {
  const origin = { file: line[2], line: line[3] };
  if (line[0] === 'a') group.attempts.push(attemptRow(origin, line[4], line[5], line[6], line[7], line[8]));
  else if (line[0] === 'e') group.events.push(eventRow(origin, line[4], line[5], line[6]));
  else {
    if (group.ordinal < 0) group.ordinal = line[4];
    group.installations.push({ ...origin, installation: line[5] });
  }
}

function nameOf(line: Line, { files }: Judgement): string {
  const names = line[0] === 'i' ? files.installations : line[0] === 'a' ? files.attempts : files.events;
  return names[line[2]] as string;
}

/** Merges files that are each sorted by their ordinals. */
async function mergeResults<R>(paths: readonly string[], emit: PartitionOptions<R>['emit']): Promise<void> {
  type Head = { readonly ordinal: number; readonly id: string; readonly result: R; readonly lines: Generator<string> };
  const heads = new Heap<Head>((a, b) => a.ordinal < b.ordinal);
  const next = (lines: Generator<string>): void => {
    const line = lines.next();
    if (line.done) return;
    const [ordinal, id, result] = JSON.parse(line.value) as [number, string, R];
    heads.push({ ordinal, id, result, lines });
  };
  for (const path of paths) next(linesOf(path));
  for (let head = heads.pop(); head; head = heads.pop()) {
    const waits = emit(head.id, head.result);
    if (waits) await waits;
    next(head.lines);
  }
}
