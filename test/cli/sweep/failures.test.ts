import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cellAnswer } from '../../../src/cli/sweep/cellAnswer.ts';
import { openCellStore } from '../../../src/cli/sweep/cellStore.ts';
import { computeCells, type CellEnd } from '../../../src/cli/sweep/computeCells.ts';
import { sweepFile } from '../../../src/cli/sweep/sweepInputs.ts';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import type { Cell } from '../../../sim/sweep/cell/cell.ts';
import { buildPasses, planCells } from '../../../sim/sweep/plan/cellPlan.ts';
import { commandLine } from '../harness.ts';
import { cellFiles, outputsOf, TINY } from './sweepFolder.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweep-failures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const sweep = (name: string, ...more: string[]) => commandLine(['sweep', TINY, '--out', at(name), '--workers', '1', ...more]); // prettier-ignore

/** The passes of the tiny sweep. */
function passes(): readonly (readonly Cell[])[] {
  const tiny = sweepFile({ err: new PassThrough() }, TINY);
  const plan = planCells(tiny, 1);
  return [...buildPasses(tiny, plan, [...plan.cells.keys()])];
}

describe('cells that fail', () => {
  let undisturbed: Readonly<Record<string, string>>;
  beforeAll(async () => {
    expect((await sweep('whole')).code).toBe(0);
    undisturbed = outputsOf(at('whole'));
  });

  test('a cell that failed before is named and left alone, and --retry-failed tries it again', async () => {
    cpSync(at('whole/cells'), at('failed/cells'), { recursive: true });
    const [name = ''] = cellFiles(at('failed/cells'));
    const key = name.slice(3, -'.json'.length);
    const failure = at(`failed/cells/${name.slice(0, 2)}/${key}.failed.json`);
    rmSync(at(`failed/cells/${name}`));
    writeFileSync(failure, `${JSON.stringify({ format: 1, key, population: 'p', point: 2, error: 'out of luck' })}\n`);
    const first = await sweep('failed');
    expect(first.code).toBe(3);
    expect(first.err).toContain(`${key} (p, point 2): out of luck`);
    expect(outputsOf(at('failed'))).toEqual({});
    const second = await sweep('failed', '--retry-failed');
    expect({ code: second.code, said: second.out.match(/\d+ computed/)?.[0] }).toEqual({ code: 0, said: '1 computed' });
    expect(outputsOf(at('failed'))).toEqual(undisturbed);
    expect(existsSync(failure)).toBe(false);
  });

  test('a failure that cannot be read is none', async () => {
    cpSync(at('whole/cells'), at('torn/cells'), { recursive: true });
    const [name = ''] = cellFiles(at('torn/cells'));
    rmSync(at(`torn/cells/${name}`));
    writeFileSync(at(`torn/cells/${name.replace('.json', '.failed.json')}`), '{"key":');
    expect((await sweep('torn')).code).toBe(0);
  });

  test.each([1, 2])('a cell that ends its thread fails alone, with %i workers', async (workers) => {
    const all = passes().flat();
    const [bad, ...good] = all as [Cell, ...Cell[]];
    // A population whose links are missing: no checked scenario has one, and the kernel ends on it.
    const broken = { ...bad, scenario: { ...bad.scenario, links: { wan: {}, han: {} } } };
    const ends = new Map<string, CellEnd['kind']>();
    const store = openCellStore(at(`broken-${workers}`));
    const onEnd = (end: CellEnd): void => void ends.set(end.cell.key, end.kind);
    await computeCells([[good[0] as Cell], [broken], ...good.slice(1, 4).map((cell) => [cell])], { store, workers, signal: new AbortController().signal, onEnd }); // prettier-ignore
    expect(ends.get(bad.key)).toBe('failed');
    expect([...ends.values()].filter((kind) => kind === 'computed')).toHaveLength(4);
    for (const cell of good.slice(0, 4)) expect(store.has(cell.key)).toBe(true);
  });

  test('a cell that fails takes no other cell of its pass with it', async () => {
    const shared = passes().find((cells) => cells.length > 1) as readonly [Cell, Cell];
    const broken = { ...shared[1], rules: { ...shared[1].rules, clauses: [{} as never] } };
    const ends: CellEnd['kind'][] = [];
    const store = openCellStore(at('pass'));
    const onEnd = ({ kind }: CellEnd): void => void ends.push(kind);
    await computeCells([[shared[0], broken]], { store, workers: 1, signal: new AbortController().signal, onEnd });
    expect(ends).toEqual(['computed', 'failed']);
  });
});

describe('a worker of another version', () => {
  test('a worker refuses a cell of another kernel, or whose key it would not give', async () => {
    const cell = passes()[0]?.[0] as Cell;
    const pool = await openPool(1);
    expect(await cellAnswer({ kernel: KERNEL + 1, cell }, pool)).toHaveProperty('foreign');
    expect(await cellAnswer({ kernel: KERNEL, cell: { ...cell, seed: 'another' } }, pool)).toHaveProperty('foreign');
    expect(await cellAnswer({ kernel: KERNEL, cell }, pool)).toHaveProperty('text');
    await pool.close();
  });
});
