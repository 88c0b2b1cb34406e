import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Input } from '../../../../src/interchange/format/formats.ts';
import { readAttempts } from '../../../../src/interchange/history/recordReaders.ts';
import { FileRefused, type RefusedRow } from '../../../../src/interchange/record/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'parquet-exact-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AT = new Date('2021-11-08T09:00:00Z');

interface Read {
  readonly ids: readonly string[];
  readonly instants: readonly number[];
  readonly refused: readonly RefusedRow[];
}

/** Writes attempts with some columns replaced, each of one value a row, and reads them back. */
async function read(
  changed: Partial<Record<string, Partial<ColumnSource>>>,
  schema?: SchemaElement[],
  zoneless?: Input['zoneless'],
): Promise<Read> {
  const rows = Math.max(...Object.values(changed).map((column) => column?.data?.length ?? 0));
  const repeat = <T>(value: T): T[] => Array.from({ length: rows }, () => value);
  const columns: ColumnSource[] = [
    { name: 'installation_id', data: repeat('a'), type: 'STRING' },
    { name: 'at', data: repeat(AT), type: 'TIMESTAMP' },
    { name: 'kind', data: repeat('migration'), type: 'STRING' },
    { name: 'outcome', data: repeat('GT01'), type: 'STRING' },
  ];
  const others = Object.keys(changed).filter((name) => !columns.some((column) => column.name === name));
  const given = [...columns, ...others.map((name) => ({ name, data: [] }))].map((column) => ({
    ...column,
    ...changed[column.name],
  }));
  // The writer takes its types from the schema where it is given one.
  const columnData = schema ? given.map(({ name, data }) => ({ name, data })) : given;
  const path = join(folder, 'attempts.parquet');
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, ...(schema && { schema }) })));
  const refused: RefusedRow[] = [];
  const ids: string[] = [];
  const instants: number[] = [];
  const input = { path, name: 'a.parquet', format: 'parquet' as const, ...(zoneless && { zoneless }) };
  for await (const batch of readAttempts(input, (row) => refused.push(row))) {
    for (let row = 0; row < batch.rows; row += 1) {
      if (batch.accepted[row] === 0) continue;
      ids.push(batch.id[row] as string);
      instants.push(batch.at[row] as number);
    }
  }
  return { ids, instants, refused };
}

function schemaWith(name: string, element: Partial<SchemaElement>): SchemaElement[] {
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
  const at = {
    type: 'INT64',
    repetition_type: 'REQUIRED',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    converted_type: 'TIMESTAMP_MILLIS',
  } as const;
  const columns: SchemaElement[] = [
    { name: 'installation_id', ...text },
    { name: 'at', ...at },
    { name: 'kind', ...text },
    { name: 'outcome', ...text },
  ];
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map((column) => (column.name === name ? { name, ...element } : column)),
  ];
}

describe('whole numbers are exact', () => {
  test('INT64 beyond 2^53 keeps its digits, beside a neighbour that rounds to the same number', async () => {
    const data = [1580000000000000001n, 1580000000000000000n, 1580000000000000002n, -9007199254740993n, 7n];
    expect((await read({ installation_id: { data, type: 'INT64' } })).ids).toEqual(data.map(String));
  });

  test('UINT64 reaches to 2^64 - 1, and keeps its digits near the end of its range', async () => {
    const schema = schemaWith('installation_id', {
      type: 'INT64',
      repetition_type: 'REQUIRED',
      converted_type: 'UINT_64',
      logical_type: { type: 'INTEGER', bitWidth: 64, isSigned: false },
    });
    const MAX = (1n << 64n) - 1n;
    const near = await read({ installation_id: { data: [MAX, MAX - 1n] } }, schema);
    expect(near.ids).toEqual(['18446744073709551615', '18446744073709551614']);
    const mixed = await read({ installation_id: { data: [MAX, 5n, 1n << 60n] } }, schema);
    expect(mixed.ids).toEqual(['18446744073709551615', '5', String(1n << 60n)]);
  });

  test('UINT32 above 2^31 is not negative', async () => {
    const schema = schemaWith('installation_id', {
      type: 'INT32',
      repetition_type: 'REQUIRED',
      converted_type: 'UINT_32',
    });
    const { ids } = await read({ installation_id: { data: [4294967295, 1] } }, schema);
    expect(ids).toEqual(['4294967295', '1']);
  });

  test('DOUBLE is read where it is whole and exact, and refused where it is not', async () => {
    const { ids, refused } = await read({ installation_id: { data: [5, 12.5, 2 ** 53, 7], type: 'DOUBLE' } });
    expect(ids).toEqual(['5', '7']);
    expect(refused.map(({ line, expected }) => [line, expected])).toEqual([
      [2, 'a whole number that is exact'],
      [3, 'a whole number that is exact'],
    ]);
    expect(refused[0]?.found).toBe('"12.5"');
  });
});

describe('instants are exact', () => {
  const nanoseconds = (isAdjustedToUTC: boolean): SchemaElement[] =>
    schemaWith('at', {
      type: 'INT64',
      repetition_type: 'REQUIRED',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'NANOS' },
    });
  const WHOLE = BigInt(AT.getTime()) * 1_000_000n;

  test('a nanosecond beside the second is refused, not rounded', async () => {
    const data = [WHOLE, WHOLE + 1n];
    const { instants, refused } = await read({ at: { data } }, nanoseconds(true));
    expect(instants).toEqual([AT.getTime() / 1000]);
    expect(refused[0]?.found).toBe('"2021-11-08T09:00:00.000000001Z"');
    expect(refused[0]?.expected).toMatch(/^a whole second/);
  });

  test('half a second is refused in milliseconds too', async () => {
    const { refused } = await read({ at: { data: [new Date(AT.getTime() + 500)], type: 'TIMESTAMP' } });
    expect(refused[0]?.found).toBe('"2021-11-08T09:00:00.5Z"');
  });

  test("a time that London's clocks showed twice is refused by its row", async () => {
    const twice = BigInt(Date.UTC(2021, 9, 31, 1, 30)) * 1_000_000n;
    const data = [twice - 3_600_000_000_000n, twice];
    const { instants, refused } = await read({ at: { data } }, nanoseconds(false), 'london');
    expect(instants).toEqual([Date.UTC(2021, 9, 30, 23, 30) / 1000]);
    expect(refused.map(({ line, expected }) => [line, expected])).toEqual([
      [2, "a time with its zone: London's clocks showed this one twice"],
    ]);
  });
});

describe('a column of a type that cannot hold its values', () => {
  test('a column of a wrong type is refused at the first value, and accepted while it is null throughout', async () => {
    const cause = (data: (number | null)[]): Promise<Read> => read({ cause: { data, type: 'DOUBLE', nullable: true } });
    await expect(cause([null, null])).resolves.toMatchObject({ ids: ['a', 'a'], refused: [] });
    await expect(cause([null, 1])).rejects.toThrow(/cause: found type DOUBLE, expected STRING/);
    await expect(read({ kind: { data: [1.5], type: 'DOUBLE' } })).rejects.toThrow(FileRefused);
    await expect(read({ at: { data: [1636362000], type: 'INT32' } })).rejects.toThrow(
      /at: found type INT32, expected TIMESTAMP/,
    );
  });
});
