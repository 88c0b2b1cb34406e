import type { Evaluation, Note, NoteKind, Verdict } from '../../exclusion/verdict.ts';
import { formatInstant } from '../../time.ts';
import type { Format } from '../format/formats.ts';
import type { JoinSink } from './joinHistories.ts';
import { RefusedRows, type RefusedOptions } from './refusedRows.ts';
import type { OpenOutput } from '../format/outputFile.ts';
import { openRows, type Row, type RowWriter } from '../format/rowWriter.ts';

export interface VerdictSinkOptions {
  /** The path to which verdicts are written. */
  readonly path: string;
  readonly format: Format;
  /** The path to which notes are written. If it is undefined, notes are only counted. */
  readonly notesPath: string | undefined;
  readonly ids: 'int32' | 'string';
  readonly metadata: Readonly<Record<string, string>>;
  /** The function that opens the files. Files of an OutputSet appear together. */
  readonly open: OpenOutput;
  readonly refused: RefusedOptions;
}

/** Writes the results of `decide`, each kind to its own file: verdicts, notes, refused rows. */
export class VerdictSink implements JoinSink<Evaluation> {
  readonly #verdicts: RowWriter;
  readonly #notes: RowWriter | undefined;
  readonly #refused: RefusedRows;
  readonly noteCounts = new Map<NoteKind, number>();
  verdictRows = 0;
  /** The installations with at least one category that holds. */
  held = 0;

  constructor(options: VerdictSinkOptions) {
    const { ids, metadata, open } = options;
    this.#verdicts = openRows(options.path, 'verdicts', options.format, { ids, metadata, open });
    const text = { ids: 'string', metadata: {}, open } as const;
    this.#notes = options.notesPath === undefined ? undefined : openRows(options.notesPath, 'notes', 'csv', text);
    this.#refused = new RefusedRows(options.refused);
  }

  get refusedRows(): RefusedRows {
    return this.#refused;
  }

  get refuse(): RefusedRows['refuse'] {
    return this.#refused.refuse;
  }

  emit(installationId: string, { verdicts, notes }: Evaluation): void {
    for (const verdict of verdicts) this.#verdicts.append(verdictRow(installationId, verdict));
    for (const note of notes) {
      this.#notes?.append(noteRow(installationId, note));
      this.noteCounts.set(note.note, (this.noteCounts.get(note.note) ?? 0) + 1);
    }
    this.verdictRows += verdicts.length;
    if (verdicts.length > 0) this.held += 1;
  }

  /** Completes the files. */
  async close(): Promise<void> {
    await this.#verdicts.close();
    await this.#notes?.close();
    await this.#refused.close();
  }

  discard(): void {
    this.#verdicts.abort();
    this.#notes?.abort();
    this.#refused.discard();
  }
}

/** A row of the `verdicts` record. */
export function verdictRow(installationId: string, verdict: Verdict): Row {
  return [
    installationId,
    verdict.category,
    verdict.clause,
    verdict.excludes,
    formatInstant(verdict.metAt),
    verdict.effectiveFrom === null ? null : formatInstant(verdict.effectiveFrom),
    verdict.counted === null ? null : String(verdict.counted),
    verdict.evidence.map(formatInstant).join(';'),
    verdict.reported ? 'yes' : 'no',
  ];
}

/** A row of the `notes` record. */
function noteRow(installationId: string, note: Note): Row {
  return [installationId, formatInstant(note.at), note.note];
}
