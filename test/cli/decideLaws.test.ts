import fc from 'fast-check';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { engine } from '../../src/exclusion/engine/engine.ts';
import type { Format } from '../../src/interchange/format/formats.ts';
import { verdictRow } from '../../src/interchange/history/verdictSink.ts';
import { csvLine } from '../../src/interchange/format/rowWriter.ts';
import type { History } from '../../src/migration/history.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { formatInstant, instant } from '../../src/time.ts';
import { historyArbitrary } from '../src/exclusion/chainedHistories.ts';
import { sampleSize } from '../sampleSize.ts';
import {
  decide,
  freshFolder,
  removeFolders,
  readRecord,
  recordsOf,
  writeRecords,
  type Cells,
  type Records,
} from './decideHarness.ts';

afterAll(removeFolders);

// What must not change the answer of `decide`: the order of rows, rows said twice, files cut in two, the format. The
// verdicts themselves are compared with the engine on the same histories, so a common error of both is not seen.

const AS_OF = instant('2022-10-01T12:00:00Z');
const RUNS = sampleSize('DECIDE_RUNS', { whole: 25, part: 5 });
console.log(`laws of decide: ${RUNS} estates a law (DECIDE_RUNS)`);

/** A few histories with ids of their own: numbers, or texts that sort otherwise. */
const estate: fc.Arbitrary<readonly History[]> = fc
  .record({
    histories: fc.array(historyArbitrary(), { minLength: 1, maxLength: 8 }),
    named: fc.constantFrom(
      (i: number) => String(i * 7),
      (i: number) => `id-${(i * 5) % 9}`,
    ),
  })
  .map(({ histories, named }) =>
    histories.map((history, i) => ({
      ...history,
      installation: { ...history.installation, installationId: named(i), dmc: i % 2 ? 'D1' : '' },
    })),
  );

/** The histories as the files say them: events of a DMC are the same for all its installations. */
function asFiled(histories: readonly History[]): History[] {
  const ofDmc = histories.find(({ installation }) => installation.dmc !== '');
  const decisions = (ofDmc?.events ?? []).filter(({ event }) => /^(sos-|dcc-)/.test(event));
  return histories.map((history) => ({
    ...history,
    events: [
      ...history.events.filter(({ event }) => !/^(sos-|dcc-)/.test(event)),
      ...(history.installation.dmc === '' ? [] : decisions),
    ],
  }));
}

async function verdictsOf(records: Records, format: Format = 'csv'): Promise<string> {
  const folder = freshFolder();
  const files = await writeRecords(folder, records, format);
  const answer = await decide(folder, ...files, '--as-of', formatInstant(AS_OF));
  expect(answer.errors.match(/found .*/)).toBeNull();
  expect(answer.code).toBe(0);
  return answer.out ?? '';
}

function shuffled<T>(rows: readonly T[], seed: number): T[] {
  return rows
    .map((row, i) => [Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b), row] as const)
    .sort(([a], [b]) => a - b)
    .map(([, row]) => row);
}

describe('laws of decide', () => {
  test('the verdicts are those of the engine, in the order of the installations', async () => {
    let held = 0;
    await fc.assert(
      fc.asyncProperty(estate, async (histories) => {
        const decider = engine(VARIOUS1);
        const wanted = asFiled(histories).flatMap((history) => {
          const id = history.installation.installationId;
          return decider.decide(history, AS_OF).verdicts.map((verdict) => csvLine(verdictRow(id, verdict)));
        });
        held += wanted.length;
        const out = await verdictsOf(recordsOf(histories));
        expect(out.slice(out.indexOf('\n') + 1)).toBe(wanted.join(''));
      }),
      { numRuns: 5 * RUNS, seed: 1 },
    );
    expect(held).toBeGreaterThan(RUNS); // else nothing was compared
  });

  test('the order of attempts and events changes nothing; the order of installations only theirs', async () => {
    await fc.assert(
      fc.asyncProperty(estate, fc.nat(), async (histories, seed) => {
        const records = recordsOf(histories);
        const one = await verdictsOf(records);
        const rows = { ...records, attempts: shuffled(records.attempts, seed), events: shuffled(records.events, seed) };
        expect(await verdictsOf(rows)).toBe(one);
        const other = await verdictsOf({ ...rows, installations: shuffled(records.installations, seed) });
        expect(other.split('\n').sort()).toEqual(one.split('\n').sort());
      }),
      { numRuns: RUNS, seed: 2 },
    );
  });

  test('repeated rows change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(estate, fc.nat(), async (histories, seed) => {
        const records = recordsOf(histories);
        const twice = (rows: readonly Cells[]): Cells[] => [...rows, ...shuffled(rows, seed).slice(0, 5)];
        const doubled = {
          installations: twice(records.installations),
          attempts: twice(records.attempts),
          events: twice(records.events),
        };
        expect(await verdictsOf(doubled)).toBe(await verdictsOf(records));
      }),
      { numRuns: RUNS, seed: 3 },
    );
  });

  test('a file that is cut in two anywhere gives the same answer', async () => {
    await fc.assert(
      fc.asyncProperty(estate, fc.nat(40), async (histories, cut) => {
        const records = recordsOf(histories);
        const [a, b] = [freshFolder(), freshFolder()];
        const half = (from: number, to: number): Records => ({
          installations: records.installations,
          attempts: records.attempts.slice(from, to),
          events: records.events.slice(from, to),
        });
        const first = await writeRecords(a, half(0, cut));
        const second = (await writeRecords(b, half(cut, 1000))).slice(2);
        const answer = await decide(a, ...first, ...second, '--as-of', formatInstant(AS_OF));
        expect(answer.out).toBe(await verdictsOf(records));
      }),
      { numRuns: RUNS, seed: 4 },
    );
  });

  test('CSV, NDJSON and Parquet of the same rows give the same verdicts', async () => {
    await fc.assert(
      fc.asyncProperty(estate, async (histories) => {
        const records = recordsOf(histories);
        const one = await verdictsOf(records);
        expect(await verdictsOf(records, 'ndjson')).toBe(one);
        expect(await verdictsOf(records, 'parquet')).toBe(one);
        for (const format of ['csv', 'ndjson', 'parquet'] as const) {
          const folder = freshFolder();
          await writeRecords(folder, records, format);
          const read = await readRecord(join(folder, `attempts.${format}`), 'attempts', format);
          expect(read).toEqual(records.attempts);
        }
      }),
      { numRuns: RUNS, seed: 5 },
    );
  });
});
