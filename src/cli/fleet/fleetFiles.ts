import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { csvLine, openRows, type RowWriter } from '../../interchange/format/rowWriter.ts';
import { openOutput, writeWhole, type OutputFile } from '../../interchange/format/outputFile.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { EventResult, RigSetup, StepRow, TurnTaken } from '../../../devices/index.ts';
import { takeDirectory, type TakeLock } from '../rig/rigDirectory.ts';
import { attemptRow, contactRow, eventRow, installationRow } from '../rig/recordRows.ts';
import type { Installation } from '../../installation/installation.ts';
import { sha256Of } from '../output/fileHash.ts';
import { TRIES_FILE, TRY_COLUMNS } from '../output/triesFile.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import { TurnJournal, type JournalHead, type StoppedFleet } from './turnJournal.ts';

/** What a try of a contact showed: the hub answered, was silent, or our side was at fault and nothing was seen. */
function tryOf({ isMissed, contacted }: EventResult): string {
  if (isMissed || contacted === undefined) return 'ours';
  return { answered: 'answered', noAnswer: 'silent' }[contacted.observation as string] ?? 'ours';
}

/** What is recorded of attached devices, as it happens: nothing of it could be made again. */
interface WireFiles extends Pick<FleetFiles, 'lines' | 'pcapOf' | 'step'> {
  /** The first failure of a write. A full disk ends no conversation in the middle of a key exchange. */
  readonly failure: () => Error | undefined;
  /** Gives the files their names. Throws the first failure. */
  commit(): Record<string, Entry>;
  /** Gives the files their names with what they hold so far. */
  keep(): void;
}

/** Two conversations of different installations may have the same ports, so each installation has a capture of its own. */
function openWire(attached: readonly string[], open: (name: string) => OutputFile): WireFiles {
  const files = new Map(
    ['frames.jsonl', 'steps.jsonl', ...attached.map(captureName)].map((name) => [name, { file: open(name), rows: 0 }]),
  );
  let failed: Error | undefined;
  const write = (name: string, bytes: Uint8Array): void => {
    const found = files.get(name) as { file: OutputFile; rows: number };
    if (failed) return;
    try {
      found.file.write(bytes);
      found.rows += 1;
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
    }
  };
  return {
    lines: (text) => write('frames.jsonl', Buffer.from(text)),
    pcapOf: (name) => (bytes) => write(captureName(name), bytes),
    step: (name, row) => write('steps.jsonl', Buffer.from(`${JSON.stringify({ installation: name, ...row })}\n`)),
    failure: () => failed,
    keep() {
      for (const { file } of files.values())
        try {
          file.commit();
        } catch {
          // This one has its name already.
        }
    },
    commit() {
      if (failed) throw failed;
      const entries = [...files].map(([name, { file, rows }]): [string, Entry] => {
        // The first piece of a capture is its head.
        const lines = name.endsWith('.pcap') ? Math.max(0, rows - 1) : rows;
        return [name, { rows: lines, sha256: file.commit() }];
      });
      return Object.fromEntries(entries);
    },
  };
}

function captureName(attached: string): string {
  return `frames-${attached}.pcap`;
}

/** What a fleet shows while it runs; `live` reads it. */
export const FLEET_STATUS = 'fleet.json';

const RECORDS = ['installations', 'attempts', 'events', 'contacts'] as const;

interface Entry {
  readonly rows: number;
  readonly sha256: string;
}

/** The files of a fleet's directory. Records are written as they come, and get their final names together. */
export interface FleetFiles {
  readonly lines: (text: string) => void;
  /** The receiver of the capture of one attached installation. */
  readonly pcapOf: (name: string) => (bytes: Uint8Array) => void;
  /** Records a step of an attached installation. */
  readonly step: (name: string, row: StepRow) => void;
  /** Records an attempt before the first write to an attached device, as a rig does. */
  readonly begin: (id: string, at: Instant, step: string, rows: readonly StepRow[]) => string | undefined;
  take(member: { readonly id: string }, result: EventResult, source: string): void;
  /** The first records: an installation and the events that the file states. */
  enter(installation: Installation, events: RigSetup['document']['events']): void;
  /** Records a turn. One of a fleet that cannot be repeated is in the file when this returns. */
  turn(taken: TurnTaken): void;
  /** Puts the present status in the directory. */
  show(status: object): void;
  /** Publishes the records. The turns are kept if the fleet was stopped and can go on. */
  close(manifest: object, isWhole: boolean): Promise<void>;
  abort(): void;
  release(): void;
}

/** Opens the files. `sameBytes` is the hash of a fleet that lives in memory alone and may write the same again. */
export function openFleetFiles(
  directory: string,
  takeLock: TakeLock,
  options: {
    readonly sameBytes: string | undefined;
    /** Names of the attached installations, of which frames and steps are recorded. */
    readonly attached: readonly string[];
    readonly head: JournalHead;
    /** A fleet that was stopped here; its records are made again from its turns. */
    readonly stopped: StoppedFleet | undefined;
    /** True if a fleet that is stopped here can go on: its turns are then kept. */
    readonly isResumable: boolean;
  },
): FleetFiles {
  const { stopped, isResumable } = options;
  const place = takeDirectory(directory, takeLock, options.sameBytes, stopped !== undefined);
  const at = (name: string): string => join(directory, name);
  const opened: (RowWriter | OutputFile)[] = [];
  const keep = <T extends RowWriter | OutputFile>(file: T): T => {
    opened.push(file);
    return file;
  };
  let journal: TurnJournal | undefined;
  let wire: WireFiles | undefined;
  const abort = (): void => {
    wire?.keep();
    opened.forEach((file) => file.abort());
    journal?.close();
    journal = undefined;
  };
  try {
    journal = new TurnJournal(directory, options.head, stopped);
    const writers = Object.fromEntries(
      RECORDS.map((name) => [name, keep(openRows(at(`${name}.csv`), name, 'csv', { ids: 'string', metadata: {} }))]),
    ) as Record<(typeof RECORDS)[number], RowWriter>;
    const missed = keep(openOutput(at('missed.csv')));
    missed.write(Buffer.from(csvLine(['installation_id', 'at', 'kind'])));
    const tries = keep(openOutput(at(TRIES_FILE)));
    tries.write(Buffer.from(csvLine(TRY_COLUMNS)));
    wire = options.attached.length > 0 ? openWire(options.attached, (name) => keep(openOutput(at(name)))) : undefined;
    const counts = { missed: 0, tries: 0 };
    const seen = new Set<string>();
    return {
      lines: (text) => wire?.lines(text),
      pcapOf: (name) => wire?.pcapOf(name) ?? (() => undefined),
      step: (name, row) => wire?.step(name, row),
      begin: (id, instant, step, rows) => {
        const failure = wire?.failure();
        const why = failure
          ? (fileErrorWords(failure) ?? failure.message)
          : place.begin(instant, `${id} ${step}`, rows);
        return why && `the outputs cannot be written (${why}): a device whose record would be lost is not written to`;
      },
      enter(installation, events) {
        writers.installations.append(installationRow(installation));
        for (const event of events) {
          const row = eventRow(installation, event);
          const key = row.join('\n');
          // An event of a DMC stands once, however many installations have that DMC.
          if (row[0] !== installation.installationId && seen.has(key)) continue;
          seen.add(key);
          writers.events.append(row);
        }
      },
      take({ id }, result, source) {
        if (result.attempt) writers.attempts.append(attemptRow(id, result.attempt));
        for (const contact of result.contacts) writers.contacts.append(contactRow(id, { ...contact, source }));
        if (result.kind === 'contact') {
          counts.tries += 1;
          tries.write(Buffer.from(csvLine([id, formatInstant(result.at), tryOf(result)])));
        }
        if (!result.isMissed) return;
        counts.missed += 1;
        missed.write(Buffer.from(csvLine([id, formatInstant(result.at), result.kind])));
      },
      turn(taken) {
        journal?.append(taken);
        if (!isResumable) journal?.flush();
      },
      show(status) {
        journal?.flush();
        writeWhole(at(FLEET_STATUS), `${JSON.stringify(status, null, 2)}\n`);
      },
      async close(manifest, isWhole) {
        const files: Record<string, Entry> = {};
        for (const name of RECORDS) files[`${name}.csv`] = await writers[name].close();
        files['missed.csv'] = { rows: counts.missed, sha256: missed.commit() };
        files[TRIES_FILE] = { rows: counts.tries, sha256: tries.commit() };
        Object.assign(files, wire?.commit());
        if (existsSync(at(FLEET_STATUS))) files[FLEET_STATUS] = { rows: 1, sha256: sha256Of(at(FLEET_STATUS)) };
        writeWhole(at(MANIFEST), `${JSON.stringify({ ...manifest, files }, null, 2)}\n`);
        place.done();
        journal?.close();
        if (isWhole || !isResumable) journal?.remove();
        journal = undefined;
      },
      abort,
      release: () => place.release(),
    };
  } catch (error) {
    abort();
    place.release();
    throw error;
  }
}
