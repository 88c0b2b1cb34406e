import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATEGORIES } from '../../clauses/clause.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { ATTEMPT_KINDS, CAUSES, EVENTS } from '../../migration/history.ts';
import type { ColumnBatch, CodedColumn } from '../../interchange/record/columnBatch.ts';
import { openParquet, type ParquetFile } from '../../interchange/format/parquetWriter.ts';
import { openRows } from '../../interchange/format/rowWriter.ts';
import { volumeCells, type VolumeRow } from '../../report/volumes.ts';
import { dmcNames } from '../../../sim/population/groups.ts';
import { modelEvents, type Model } from '../../../sim/kernel/model/model.ts';
import { OUTCOMES } from '../../../sim/kernel/model/outcomes.ts';
import { EVENT_VALUES, type ShardRecords } from '../../../sim/kernel/records/recordBuffers.ts';
import type { ScenarioSource } from '../../../sim/browser/protocol.ts';
import { MANIFEST, stage } from '../shell/outDirectory.ts';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import type { Provenance } from '../../report/provenance.ts';
import type { RunReport } from '../../report/runReport.ts';
import { formatInstant } from '../../time.ts';
import type { ScenarioValue } from '../report/whatIfForm.ts';
import { endsOf, type RunResult } from './runResult.ts';

const RECORD_FILES = ['installations', 'attempts', 'events', 'spans', 'verdicts'] as const;
type RecordFile = (typeof RECORD_FILES)[number];

export interface FileEntry {
  readonly rows: number;
  readonly sha256: string;
}

/** The files of a run's directory. They get their names together, when all are complete. */
export interface RunFiles {
  append(records: ShardRecords): void;
  /** Closes the records and writes the volumes and the texts, each under its name. Returns every file's rows and hash. */
  close(
    volumes: readonly VolumeRow[],
    texts: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, FileEntry>>>;
  /** Writes the manifest and gives every file its place. */
  publish(manifest: object): void;
  abort(): void;
}

/** What `manifest.json`, `report.json` and `scenario.json` say of a run. */
export interface RunOutputs {
  readonly provenance: Provenance;
  readonly result: RunResult;
  readonly report: RunReport;
  readonly volumes: readonly VolumeRow[];
  readonly values: readonly ScenarioValue[];
  /** The texts of the scenario; undefined if they cannot be read apart from this machine. */
  readonly source: ScenarioSource | undefined;
}

/** The replication whose records are written. */
const RECORDED_REPLICATION = 0;

/** Closes a run's files and gives them their places. Two equal runs write equal bytes. */
export async function publishRun(
  files: RunFiles,
  { provenance, result, report, volumes, values, source }: RunOutputs,
): Promise<void> {
  const { scenario, rules, hash } = result;
  const texts = {
    'report.json': jsonText(report),
    'scenario.json': jsonText({
      format: 1,
      name: scenario.name,
      hash,
      scenario,
      rules,
      values,
      source: source ?? null,
    }),
  };
  const entries = await files.close(volumes, texts);
  files.publish({
    format: 1,
    kind: 'run',
    scenario: scenario.name,
    scenarioHash: hash,
    seed: result.seed,
    replications: result.replications,
    command: provenance.command,
    set: provenance.set,
    from: scenario.from,
    horizon: scenario.horizon,
    asOf: result.asOfs.map(formatInstant),
    recordsOf: { replication: RECORDED_REPLICATION },
    rules,
    version: provenance.version,
    provenance,
    counts: { ...rowsOf(entries), ends: endsOf(result) },
    files: entries,
  });
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** Rows of each record by its name, as its file has them. */
function rowsOf(entries: Readonly<Record<string, FileEntry>>): Record<string, number> {
  const records = Object.entries(entries).filter(([name]) => name.endsWith('.parquet'));
  return Object.fromEntries(records.map(([name, { rows }]) => [name.replace('.parquet', ''), rows]));
}

export function openRunFiles(directory: string, model: Model, metadata: Readonly<Record<string, string>>): RunFiles {
  const staging = stage(directory);
  const files = new Map<RecordFile, ParquetFile>();
  for (const name of RECORD_FILES) {
    files.set(name, openParquet(join(staging.folder, `${name}.parquet`), name, { ids: 'int32', metadata }));
  }
  const batches = batchMaker(model);
  const abort = (): void => {
    files.forEach((file) => file.abort());
    staging.discard();
  };
  return {
    append(records) {
      for (const [name, file] of files) file.append(batches[name](records));
    },
    async close(volumes, texts) {
      try {
        files.get('events')?.append(modelEventBatch(model));
        const entries: [string, FileEntry][] = [];
        for (const [name, file] of files) entries.push([`${name}.parquet`, await file.close()]);
        const csv = openRows(join(staging.folder, 'volumes.csv'), 'volumes', 'csv', { ids: 'int32', metadata });
        for (const row of volumes) csv.append(volumeCells(row));
        entries.push(['volumes.csv', await csv.close()]);
        for (const [name, text] of Object.entries(texts)) {
          entries.push([name, { rows: 1, sha256: writeWhole(join(staging.folder, name), text) }]);
        }
        return Object.fromEntries(entries);
      } catch (error) {
        abort();
        throw error;
      }
    },
    publish(manifest) {
      writeFileSync(join(staging.folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
      staging.publish();
    },
    abort,
  };
}

const YES_NO = ['no', 'yes'];
const PAYMENT = ['prepayment', 'credit'];
const KIND_CODES = [...ATTEMPT_KINDS];

function coded(codes: Int32Array, dictionary: readonly string[]): CodedColumn {
  return { codes, dictionary };
}

/** Instants or counts where -1 is null. */
function numbers(values: Int32Array): Float64Array {
  return Float64Array.from(values, (value) => (value < 0 ? NaN : value));
}

function batchMaker(model: Model): Record<RecordFile, (records: ShardRecords) => ColumnBatch> {
  const groupIds = model.groups.map((group) => group.population.groupId);
  const dmcs = dmcNames(model.groups);
  const operators = Object.keys(model.scenario.operators);
  const hubModels = Object.keys(model.scenario.hubModels);
  const eventValues = [...EVENT_VALUES, ...model.suppliers.slice(1)];
  const excludes = CATEGORIES.map(
    (category) => model.rules.rules.clauses.find((clause) => clause.category === category)?.excludes ?? 'installation',
  );
  const clauses = CATEGORIES.map(
    (category) => model.rules.rules.clauses.find((clause) => clause.category === category)?.clause ?? '',
  );
  return {
    installations: ({ installations: of }) => ({
      rows: of.id.length,
      columns: {
        installation_id: of.id,
        cohort: coded(of.cohort, COHORTS),
        group_id: coded(of.group, groupIds),
        mpan: of.mpan,
        mprn: of.mprn,
        esme_dormant: coded(of.esmeDormant, YES_NO),
        gsme_dormant: coded(of.gsmeDormant, YES_NO),
        electricity_payment_mode: coded(of.electricityCredit, PAYMENT),
        gas_payment_mode: coded(of.gasCredit, PAYMENT),
        dmc: coded(of.dmc, dmcs),
        electricity_supplier: coded(of.electricitySupplier, model.suppliers),
        gas_supplier: coded(of.gasSupplier, model.suppliers),
        operator: coded(of.operator, operators),
        hub_model: coded(of.hubModel, hubModels),
      },
    }),
    attempts: ({ attempts: of }) => ({
      rows: of.id.length,
      columns: {
        installation_id: of.id,
        at: of.at,
        kind: coded(of.kind, KIND_CODES),
        outcome: coded(of.outcome, OUTCOMES),
        cause: coded(of.system, CAUSES),
        table_5_10: coded(of.table510, YES_NO),
      },
    }),
    events: ({ events: of }) => ({
      rows: of.id.length,
      columns: {
        subject: { ids: of.id, dictionary: [] },
        at: of.at,
        event: coded(of.event, EVENTS),
        value: coded(of.value, eventValues),
      },
    }),
    spans: ({ spans: of }) => ({
      rows: of.id.length,
      columns: { installation_id: of.id, category: coded(of.category, CATEGORIES), from: of.from, to: numbers(of.to) },
    }),
    verdicts: ({ verdicts: of }) => ({
      rows: of.id.length,
      columns: {
        installation_id: of.id,
        category: coded(of.category, CATEGORIES),
        clause: coded(of.category, clauses),
        excludes: coded(of.category, excludes),
        met_at: of.metAt,
        effective_from: numbers(of.effectiveFrom),
        counted: numbers(of.counted),
        evidence: of.evidence,
        reported: coded(of.reported, YES_NO),
      },
    }),
  };
}

/** The events of DMCs stand once, after those of installations: subject `dmc:<id>`. */
function modelEventBatch(model: Model): ColumnBatch {
  const used = new Set(dmcNames(model.groups));
  const rows = Object.keys(model.scenario.models)
    .filter((name) => used.has(name))
    .flatMap((name) => modelEvents(model.scenario, name).map((row) => ({ name, ...row })))
    .filter((row) => row.at <= model.horizon);
  return {
    rows: rows.length,
    columns: {
      subject: {
        ids: Int32Array.from(rows, (_, i) => -1 - i),
        dictionary: rows.map((row) => `dmc:${row.name}`),
      },
      at: Int32Array.from(rows, (row) => row.at),
      event: coded(
        Int32Array.from(rows, (row) => row.event),
        EVENTS,
      ),
      value: coded(new Int32Array(rows.length), ['']),
    },
  };
}
