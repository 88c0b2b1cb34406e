import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import type { ColumnBatch } from '../../../../src/interchange/record/columnBatch.ts';
import { openParquet, ROW_GROUP_ROWS } from '../../../../src/interchange/format/parquetWriter.ts';

// These show that files decode by hyparquet to the rows that were given. They do not show that other readers agree.

const folder = mkdtempSync(join(tmpdir(), 'parquet-writer-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const KINDS = ['instruction', 'migration'];
const OUTCOMES = ['ok', 'GT01', 'MA112', '', 'é'];

function attempts(from: number, rows: number): ColumnBatch {
  const ids = new Int32Array(rows);
  const at = new Float64Array(rows);
  const kind = new Uint8Array(rows);
  const outcome = new Uint16Array(rows);
  const cause = new Uint8Array(rows).fill(255);
  for (let i = 0; i < rows; i += 1) {
    const n = from + i;
    ids[i] = (n * 7) % 1000;
    at[i] = 1_612_137_600 + n * 60;
    kind[i] = n % 2;
    outcome[i] = [0, 1, 2, 4][n % 4] as number;
    if (n % 3 === 0) cause[i] = 0;
  }
  return {
    rows,
    columns: {
      installation_id: ids,
      at,
      kind: { codes: kind, dictionary: KINDS },
      outcome: { codes: outcome, dictionary: OUTCOMES },
      cause: { codes: cause, dictionary: ['device'] },
    },
  };
}

async function write(name: string, batches: readonly ColumnBatch[]): Promise<string> {
  const path = join(folder, name);
  const file = openParquet(path, 'attempts', { ids: 'int32', metadata: { seed: '42', hash: 'abc' } });
  for (const batch of batches) file.append(batch);
  const { sha256 } = await file.close();
  expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
  return path;
}

describe('openParquet', () => {
  test('a written Parquet file is read back, nulls included', async () => {
    const path = await write('small.parquet', [attempts(0, 13)]);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    expect(rows).toHaveLength(13);
    expect(rows[3]).toEqual({
      installation_id: 21,
      at: new Date('2021-02-01T00:03:00Z'),
      kind: 'migration',
      outcome: 'é',
      cause: 'device',
      table_5_10: null,
    });
    expect(rows[4]).toMatchObject({ cause: null, outcome: 'ok' });
  });

  test('the bytes do not depend on how the rows arrive', async () => {
    const rows = ROW_GROUP_ROWS + 1000;
    const whole = readFileSync(await write('whole.parquet', [attempts(0, rows)]));
    const parts = readFileSync(
      await write('parts.parquet', [attempts(0, 1), attempts(1, ROW_GROUP_ROWS), attempts(ROW_GROUP_ROWS + 1, 999)]),
    );
    expect(parts.equals(whole)).toBe(true);
    const edge = readFileSync(
      await write('edge.parquet', [attempts(0, ROW_GROUP_ROWS - 1), attempts(ROW_GROUP_ROWS - 1, 1001)]),
    );
    expect(edge.equals(whole)).toBe(true);
    const other = readFileSync(await write('other.parquet', [attempts(1, rows)]));
    expect(other.equals(whole)).toBe(false); // the comparison can fail
  });

  test('row groups are bounded and carry types, bounds and metadata', async () => {
    const path = await write('groups.parquet', [attempts(0, ROW_GROUP_ROWS * 2 + 5)]);
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([ROW_GROUP_ROWS, ROW_GROUP_ROWS, 5]);
    expect(metadata.created_by).toBe('smets1-bench');
    expect(metadata.key_value_metadata).toEqual([
      { key: 'hash', value: 'abc' },
      { key: 'seed', value: '42' },
    ]);
    expect(metadata.schema.map((element) => [element.name, element.type, element.converted_type])).toEqual([
      ['attempts', undefined, undefined],
      ['installation_id', 'INT32', undefined],
      ['at', 'INT64', 'TIMESTAMP_MILLIS'],
      ['kind', 'BYTE_ARRAY', 'UTF8'],
      ['outcome', 'BYTE_ARRAY', 'UTF8'],
      ['cause', 'BYTE_ARRAY', 'UTF8'],
      ['table_5_10', 'BYTE_ARRAY', 'UTF8'],
    ]);
    const columns = metadata.row_groups[2]?.columns;
    expect(columns?.[0]?.meta_data?.encodings).toEqual(['DELTA_BINARY_PACKED']);
    expect(columns?.[2]?.meta_data?.encodings).toEqual(['PLAIN', 'RLE_DICTIONARY']);
    expect(columns?.[5]?.meta_data?.statistics?.null_count).toBe(5n);
  });

  test('subjects are numbers or dictionary entries; meter points and texts keep their digits', async () => {
    const path = join(folder, 'events.parquet');
    const file = openParquet(path, 'events', { ids: 'int32', metadata: {} });
    file.append({
      rows: 3,
      columns: {
        subject: { ids: Int32Array.of(-1, 5, 5), dictionary: ['dmc:x'] },
        at: Int32Array.of(1_612_137_600, 1_612_137_601, 1_612_137_602),
        event: { codes: Uint8Array.of(0, 1, 1), dictionary: ['sos-uneconomic', 'gas-supplier'] },
        value: [null, 'Acme', ''],
      },
    });
    await file.close();
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    expect(rows.map(({ subject, value }) => [subject, value] as unknown[])).toEqual([
      ['dmc:x', null],
      ['5', 'Acme'],
      ['5', null],
    ]);

    const points = join(folder, 'points.parquet');
    const installations = openParquet(points, 'installations', { ids: 'string', metadata: {} });
    installations.append({
      rows: 2,
      columns: {
        installation_id: ['a', 'b'],
        cohort: ['IOC', 'FOC'],
        mpan: Float64Array.of(2000000000015, 1234567890126),
        mprn: Float64Array.of(NaN, 3938424403),
        esme_dormant: ['yes', 'no'],
        electricity_payment_mode: ['credit', 'credit'],
      },
    });
    await installations.close();
    const written = await parquetReadObjects({ file: await asyncBufferFromFile(points) });
    expect(written.map(({ mpan, mprn }) => [mpan, mprn] as unknown[])).toEqual([
      [2000000000015n, null],
      [1234567890126n, 3938424403n],
    ]);
  });

  test('a required null and an unknown column are defects of the caller', () => {
    const open = (): ReturnType<typeof openParquet> =>
      openParquet(join(folder, 'bad.parquet'), 'attempts', { ids: 'int32', metadata: {} });
    const missing = open();
    missing.append({ ...attempts(0, 2), columns: { ...attempts(0, 2).columns, outcome: [null, 'ok'] } });
    expect(() => missing.close()).toThrow('outcome: a required value is null');
    missing.abort();
    const unknown = open();
    expect(() => unknown.append({ rows: 1, columns: { colour: ['red'] } })).toThrow('attempts has no column colour');
    const uncoded = open();
    expect(() =>
      uncoded.append({
        rows: 1,
        columns: { ...attempts(0, 1).columns, kind: { codes: Uint8Array.of(77), dictionary: KINDS } },
      }),
    ).toThrow('kind: code 77 is not in the dictionary');
    unknown.abort();
    uncoded.abort();
    expect(readdirSync(folder).filter((name) => name.startsWith('bad'))).toEqual([]);
  });
});
