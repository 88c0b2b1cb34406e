import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { syntheticMpan } from '../../../../src/installation/identifiers.ts';
import { joinHistories } from '../../../../src/interchange/history/joinHistories.ts';
import type { RefusedRow } from '../../../../src/interchange/record/refusal.ts';
import { instant } from '../../../../src/time.ts';
import { freshFolder, removeFolders, writeRecords, type Cells } from '../../../cli/decideHarness.ts';

afterAll(removeFolders);

// Histories come in the order of the installations out of any number of partitions. What is decided is not asked here.

async function joined(records: { installations: Cells[]; attempts: Cells[] }, partitionRows: number): Promise<unknown> {
  const folder = freshFolder();
  await writeRecords(folder, { ...records, events: [] });
  const input = (name: string): { path: string; name: string; format: 'csv' } => {
    return { path: join(folder, `${name}.csv`), name, format: 'csv' };
  };
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const emitted: [string, number[]][] = [];
  const refused: RefusedRow[] = [];
  const { joinedBy, counts } = await joinHistories(
    { installations: [input('installations')], attempts: [input('attempts')], events: [] },
    {
      asOf: instant('2022-06-30T00:00:00Z'),
      temporary,
      partitionRows,
      decide: (history) => history.attempts.map(({ at }) => at),
      open: () => {
        emitted.length = 0;
        refused.length = 0;
        return {
          refuse: (row: RefusedRow) => refused.push(row),
          emit: (id: string, result: number[]) => void emitted.push([id, result]),
          discard: () => undefined,
        };
      },
    },
  );
  expect(joinedBy).toBe('partitions');
  return { emitted, refused: refused.map((row) => row.line).sort((a, b) => a - b), counts };
}

test('the number of partitions changes nothing', async () => {
  const ids = Array.from({ length: 120 }, (_, i) => String((i * 53) % 127));
  const installation = (id: string): Cells => ({
    installation_id: id,
    cohort: 'IOC',
    mpan: String(syntheticMpan(10, Number(id))),
    esme_dormant: 'yes',
    electricity_payment_mode: 'credit',
  });
  // The first few stand there again at the end: their place is that of their first row.
  const installations = [...ids, ...ids.slice(0, 9)].map(installation);
  const attempts = Array.from({ length: 400 }, (_, i) => ({
    installation_id: String((i * 31) % 130), // 128 and 129, and those left out above, are not known
    at: `2022-01-${String((i % 28) + 1).padStart(2, '0')}T10:00:${String(i % 60).padStart(2, '0')}Z`,
    kind: 'migration',
    outcome: 'MA112',
  }));
  const one = (await joined({ installations, attempts }, 1_000_000)) as { emitted: [string, number[]][] };
  expect(one.emitted.map(([id]) => id)).toEqual(ids);
  for (const partitionRows of [7, 40, 100])
    expect(await joined({ installations, attempts }, partitionRows)).toEqual(one);
});
