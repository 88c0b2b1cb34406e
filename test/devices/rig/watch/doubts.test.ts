// A watch that doubts what it finds before it writes anything: a journal that holds less than its outputs show, and a clock that
// stands far from the last sign of life.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DAY, formatInstant, instant } from '../../../../src/time.ts';
import { readWatch, watchRig, type WatchRun } from '../../../../devices/rig/watch/watchRig.ts';
import { virtualTimers } from '../../../../devices/transport/timers.ts';
import { rigBench } from '../bench.ts';

const bench = rigBench();
afterAll(bench.stop);
const START = instant('2022-01-03T12:00:00Z');
const setup = bench.setup('name: lab\ninstallation: { number: 7 }\n');

/** One `--once` at an instant; what it notes. */
async function once(folder: string, at: number): Promise<WatchRun & { readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const timers = virtualTimers(at * 1000);
  const run = watchRig(setup, {
    folder,
    timers,
    once: true,
    ledgerFolder: join(folder, 'ledgers'),
    version: 'test',
    signal: new AbortController().signal,
    onNote: (note) => void notes.push(note),
  });
  let isOver = false;
  void run.finally(() => (isOver = true)).catch(() => undefined);
  while (!isOver) await timers.settle({ untilMilliseconds: timers.nowMilliseconds() + 60_000 });
  return { ...(await run), notes };
}

function folderOf(): string {
  return mkdtempSync(join(tmpdir(), 'smb-doubt-'));
}
const journal = (folder: string): string => readFileSync(join(folder, 'watch.jsonl'), 'utf8');
const summary = (folder: string, lines: number, settled: number): void =>
  writeFileSync(join(folder, 'watch.json'), JSON.stringify({ journal: { lines }, attempts: { settled } }));

describe('a journal that holds less than the outputs show', () => {
  test('a journal of 0 octets is no new watch: nothing is written or overwritten', async () => {
    const folder = folderOf();
    const { state } = await once(folder, START);
    summary(folder, state.lines, 0);
    truncateSync(join(folder, 'watch.jsonl'), 0);
    await expect(once(folder, START + DAY)).rejects.toThrow(
      /found 0 lines, expected the \d+ lines that watch.json rests on/,
    );
    expect(journal(folder)).toBe('');
    expect(() => readWatch(setup, folder)).toThrow('found 0 lines');
    rmSync(folder, { recursive: true });
  });

  test('lines cut from the end of a journal are missed, even with a summary of an earlier version', async () => {
    const folder = folderOf();
    await once(folder, START);
    const { state } = await once(folder, START + DAY);
    const whole = journal(folder).trimEnd().split('\n');
    summary(folder, state.lines, 0);
    writeFileSync(join(folder, 'watch.jsonl'), `${whole.slice(0, -2).join('\n')}\n`);
    await expect(once(folder, START + 2 * DAY)).rejects.toThrow('Restore the journal');
    writeFileSync(join(folder, 'watch.json'), JSON.stringify({ attempts: { settled: 1 } }));
    await expect(once(folder, START + 2 * DAY)).rejects.toThrow('Restore the journal');
    // Whole again, it goes on.
    writeFileSync(join(folder, 'watch.jsonl'), `${whole.join('\n')}\n`);
    summary(folder, state.lines, 0);
    expect((await once(folder, START + 2 * DAY)).end).toEqual({ end: 'idle' });
    rmSync(folder, { recursive: true });
  });
});

describe('a clock that stands far from the last sign of life', () => {
  test('one start under a clock a year ahead records nothing, and the next start resumes', async () => {
    const folder = folderOf();
    await once(folder, START);
    const before = journal(folder);
    const wrong = await once(folder, START + 365 * DAY);
    expect(journal(folder)).toBe(before);
    expect(wrong.notes.join()).toContain('365 days after the last sign of life');
    const { state } = await once(folder, START + DAY);
    expect(state.settled).toEqual([]);
    expect(formatInstant(state.lastAt)).toBe(formatInstant(START + DAY));
    rmSync(folder, { recursive: true });
  });

  test('a second start that finds the same clock is believed, and what fell into the absence is missed', async () => {
    const folder = folderOf();
    await once(folder, START);
    await once(folder, START + 30 * DAY);
    const { state } = await once(folder, START + 30 * DAY + 3600);
    expect(state.settled.map(({ is }) => is)).toEqual(['missed', 'missed', 'missed', 'missed']);
    rmSync(folder, { recursive: true });
  });

  test('a clock a year behind is refused with a message, and the watch does not wait for a year', async () => {
    const folder = folderOf();
    await once(folder, START + 365 * DAY);
    await expect(once(folder, START)).rejects.toThrow('expected a clock that goes forward');
    rmSync(folder, { recursive: true });
  });
});
