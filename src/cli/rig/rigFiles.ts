import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openOutput, writeWhole, type OutputFile } from '../../interchange/format/outputFile.ts';
import type { RecordName } from '../../interchange/record/records.ts';
import { openRows, type Row } from '../../interchange/format/rowWriter.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { Trace } from '../../exclusion/explain/trace.ts';
import type { RigRun, RigSetup, StepRow } from '../../../devices/index.ts';
import { openFrameFiles, type FrameFiles } from './frameFiles.ts';
import { RIG_STATUS, takeDirectory, type RigDirectory, type TakeLock } from './rigDirectory.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import { recordRows } from './recordRows.ts';
import { rigJunit } from './rigJunit.ts';
import { clauseRows, stepsFile, type RigHead } from './rigJson.ts';
import { junitOrigin } from '../output/ownFiles.ts';

/**
 * The files of a rig's directory. They are renamed to their final names together, when all are complete. Frames are
 * written as they are sent and received.
 */
export interface RigFiles {
  readonly lines: (text: string) => void;
  readonly pcap: (bytes: Uint8Array) => void;
  /** Records an attempt before the first write to a device. Returns the reason if that is not possible. */
  readonly begin: (at: Instant, step: string, rows: readonly StepRow[]) => string | undefined;
  /** Writes what `live` shows of a rig at work. A rig goes on without it. */
  show(status: object): void;
  /** Writes all outputs. If that fails, the frames so far are kept and no half-written file remains. */
  close(run: RigRun, setup: RigSetup, head: RigHead, trace: Trace): Promise<void>;
  /** Ends a run that failed. The frames so far are kept. */
  abort(): void;
  release(): void;
}

export interface Entry {
  readonly rows: number;
  readonly sha256: string;
}

/** Opens the files. `sameBytes` is the hash of a rig that lives in memory alone; `takeDirectory` explains it. */
export function openRigFiles(directory: string, takeLock: TakeLock, sameBytes?: string): RigFiles {
  const place = takeDirectory(directory, takeLock, sameBytes);
  const opened: OutputFile[] = [];
  const open = (name: string): OutputFile => {
    const file = openOutput(join(directory, name));
    opened.push(file);
    return file;
  };
  const frames = openFrames(join(directory, 'frames'), place);
  const abort = (): void => {
    opened.forEach((file) => file.abort());
    rmSync(join(directory, RIG_STATUS), { force: true });
    try {
      frames.keep();
    } catch {
      frames.abort();
    }
  };
  return {
    begin(at, step, rows) {
      const failure = frames.failure();
      const why = failure === undefined ? place.begin(at, step, rows) : `${directory}: ${fileErrorWords(failure) ?? failure.message}`; // prettier-ignore
      return why === undefined ? undefined : `the outputs cannot be written (${why}): a device whose record would be lost is not written to`; // prettier-ignore
    },
    show(status) {
      try {
        writeWhole(join(directory, RIG_STATUS), `${JSON.stringify(status)}\n`);
      } catch {
        // A disk that is full is told where records are lost by it.
      }
    },
    release: () => place.release(),
    lines: frames.lines,
    pcap: frames.pcap,
    async close(run, setup, head, trace) {
      try {
        const files: Record<string, Entry> = await writeRecords(directory, run, setup);
        const [lineCount, frameCount] = [frames.count(), frames.frames()];
        const failure = frames.failure();
        if (failure !== undefined) throw failure;
        const { lines, pcap } = frames.commit();
        files['frames.jsonl'] = { rows: lineCount, sha256: lines };
        files['frames.pcap'] = { rows: frameCount, sha256: pcap };
        const put = (name: string, rows: number, text: string): void => {
          const file = open(name);
          file.write(Buffer.from(text));
          files[name] = { rows, sha256: file.commit() };
        };
        put(
          'steps.json',
          run.rows.length,
          `${JSON.stringify(stepsFile(run, { ...head, rules: setup.rules.name }), null, 2)}\n`,
        );
        put(
          'junit.xml',
          run.rows.length,
          rigJunit(run.rows, { rig: head.rig, rules: setup.rules, origin: junitOrigin(head.provenance) }),
        );
        const manifest = open(MANIFEST);
        manifest.write(
          Buffer.from(`${JSON.stringify(manifestOf({ run, setup, head, trace, files, frameCount }), null, 2)}\n`),
        );
        manifest.commit();
        rmSync(join(directory, RIG_STATUS), { force: true });
        place.done();
      } catch (error) {
        abort();
        throw error;
      }
    },
    abort,
  };
}

/** Opens the files of the frames. If that fails, the directory is released. */
function openFrames(base: string, place: RigDirectory): FrameFiles {
  try {
    return openFrameFiles(base);
  } catch (error) {
    place.release();
    throw error;
  }
}

/** Writes the records. Each file appears whole under its name. */
export async function writeRecords(
  directory: string,
  run: Pick<RigRun, 'attempts' | 'contacts'>,
  setup: RigSetup,
): Promise<Record<string, Entry>> {
  const files: Record<string, Entry> = {};
  for (const [record, rows] of Object.entries(recordRows(run, setup)) as [RecordName, readonly Row[]][]) {
    const writer = openRows(join(directory, `${record}.csv`), record, 'csv', { ids: 'string', metadata: {} });
    try {
      for (const row of rows) writer.append(row);
      files[`${record}.csv`] = await writer.close();
    } catch (error) {
      writer.abort();
      throw error;
    }
  }
  return files;
}

/**
 * The part that the manifests of a rig and of a watch share. It has no time, host or version of Node, so a rig in
 * memory writes the same bytes again.
 */
export function manifestHead({ run, setup, head }: { run: RigRun; setup: RigSetup; head: RigHead }) {
  const { attempts, contacts, undone, rows } = run;
  return {
    format: 1,
    ...head,
    rules: setup.rules,
    partial: run.partial,
    devices: Object.fromEntries(setup.devices.map(({ name, place }) => [name, place.kind])),
    counts: {
      attempts: attempts.length,
      contacts: contacts.length,
      events: setup.document.events.length,
      notCarriedOut: undone.length,
      steps: rows.length,
    },
    notCarriedOut: undone.map(({ at, kind, why }) => ({ at: formatInstant(at), kind, why })),
  };
}

function manifestOf(of: {
  run: RigRun;
  setup: RigSetup;
  head: RigHead;
  trace: Trace;
  files: Readonly<Record<string, Entry>>;
  frameCount: number;
}): object {
  const { files, frameCount, trace } = of;
  const common = manifestHead(of);
  const notRealised = [...new Set(of.run.rows.flatMap((row) => row.notRealised))];
  return {
    ...common,
    counts: { ...common.counts, frames: frameCount },
    notRealised,
    clauses: clauseRows(trace),
    files,
  };
}
