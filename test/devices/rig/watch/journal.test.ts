// The journal on a real disk, and the lock beside it: torn at every octet, changed in every line, held by the living and the dead.
// That a disk keeps what fsync promised is not tested here.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Journal, JournalError } from '../../../../devices/rig/watch/journal.ts';
import type { JournalRecord } from '../../../../devices/rig/watch/journalRecord.ts';
import { fileStorage } from '../../../../devices/rig/watch/journalStorage.ts';
import { takeLock } from '../../../../devices/rig/bench/processLock.ts';

const folder = mkdtempSync(join(tmpdir(), 'smb-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const t = '2022-01-10T10:00:00Z';
const RECORDS: readonly JournalRecord[] = [
  { is: 'begun', t, format: 1, rig: 'lab', installation: '7', record: 'ä hash' },
  { is: 'up', t, version: '1' },
  { is: 'began', t, at: t },
  { is: 'attempt', t, at: t, outcome: 'MA112', cause: 'device', steps: [] },
  { is: 'down', t },
];
let files = 0;
function written(records = RECORDS): { path: string; bytes: Buffer } {
  const path = join(folder, `journal${(files += 1)}.jsonl`);
  const journal = new Journal(fileStorage(path));
  journal.append(...records.slice(0, 2));
  for (const record of records.slice(2)) journal.append(record);
  return { path, bytes: readFileSync(path) };
}

describe('a journal', () => {
  test('a journal is read back as it was written', () => {
    const { path } = written();
    const journal = new Journal(fileStorage(path));
    expect(journal.records).toEqual(RECORDS);
    expect(journal.tornBytes).toBe(0);
  });

  test('a journal torn at any octet of its last line gives all earlier lines, and can be continued', () => {
    const { path, bytes } = written();
    const whole = bytes.subarray(0, bytes.length - 1).lastIndexOf('\n') + 1;
    for (let kept = whole; kept < bytes.length; kept += 1) {
      writeFileSync(path, bytes.subarray(0, kept));
      const journal = new Journal(fileStorage(path));
      expect(journal.records).toEqual(RECORDS.slice(0, -1));
      expect(journal.tornBytes).toBe(kept - whole);
      journal.mend();
      journal.append({ is: 'down', t });
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  test('a journal loses a last line that ends but is not whole, even with zeros after it', () => {
    const { path, bytes } = written();
    const whole = bytes.subarray(0, bytes.length - 1).lastIndexOf('\n') + 1;
    for (const tail of [Buffer.from('"down"}\n'), Buffer.alloc(4096), Buffer.from('{"n":5,"is":"down"}\n')]) {
      writeFileSync(path, Buffer.concat([bytes.subarray(0, whole), tail]));
      expect(new Journal(fileStorage(path)).records).toEqual(RECORDS.slice(0, -1));
    }
  });

  test('a journal that somebody changed is refused with the line, for any octet of any line but the last', () => {
    const { path, bytes } = written();
    const last = bytes.subarray(0, bytes.length - 1).lastIndexOf('\n');
    let line = 1;
    for (let i = 0; i < last; i += 1) {
      if (bytes[i] === 0x0a) {
        line += 1;
        continue;
      }
      const changed = Buffer.from(bytes);
      changed[i] = changed[i] === 0x31 ? 0x32 : 0x31;
      writeFileSync(path, changed);
      expect(() => new Journal(fileStorage(path)), `octet ${i}`).toThrow(
        new RegExp(`^${path}:${line}: this line was changed`),
      );
    }
  });

  test.each([
    ['a line is taken out', (lines: string[]) => lines.toSpliced(2, 1)],
    ['two lines change places', (lines: string[]) => [lines[1], lines[0], ...lines.slice(2)]],
    ['a line is there twice', (lines: string[]) => [lines[0], ...lines]],
  ])('a journal in which %s is refused', (_, change) => {
    const { path, bytes } = written();
    writeFileSync(path, `${change(bytes.toString().trimEnd().split('\n')).join('\n')}\n`);
    expect(() => new Journal(fileStorage(path))).toThrow(JournalError);
  });

  test('a journal of a later version is refused by its version and not as a changed one', () => {
    const { path, bytes } = written();
    const { h } = JSON.parse(bytes.toString().trimEnd().split('\n').at(-1)!) as { h: string };
    const line = { n: RECORDS.length + 1, is: 'dreamt', t };
    const hash = createHash('sha256')
      .update(h + JSON.stringify(line))
      .digest('hex')
      .slice(0, 16);
    writeFileSync(path, `${bytes.toString()}${JSON.stringify({ ...line, h: hash })}\n`);
    expect(() => new Journal(fileStorage(path))).toThrow(
      `${path}:6: a record of another version of the bench (dreamt)`,
    );
  });

  test('a journal that could not be written once is not written again, because half a line may be in it', () => {
    let fails = true;
    const storage = { name: 'disk', read: () => new Uint8Array(0), keep: () => undefined, append: () => { if (fails) throw Object.assign(new Error('full'), { code: 'ENOSPC' }); } }; // prettier-ignore
    const journal = new Journal(storage);
    expect(() => journal.append({ is: 'down', t })).toThrow('disk: cannot be written on (ENOSPC)');
    fails = false;
    expect(() => journal.append({ is: 'down', t })).toThrow('disk: it could not be written on before');
    expect(journal.records).toEqual([]);
  });
});

describe('a lock', () => {
  const path = (): string => join(folder, `lock${(files += 1)}`);
  const holder = (lock: string): Promise<{ pid: number; kill(): Promise<void> }> => {
    const url = new URL('../../../../devices/rig/bench/processLock.ts', import.meta.url).href;
    const code = `import(${JSON.stringify(url)}).then(({ takeLock }) => { takeLock(${JSON.stringify(lock)}); console.log('held'); setInterval(() => 0, 1000); })`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return new Promise((resolve) =>
      child.stdout.once('data', () =>
        resolve({
          pid: child.pid!,
          kill: () => {
            child.kill('SIGKILL');
            return gone;
          },
        }),
      ),
    );
  };

  test('a lock keeps others out while its process lives, and is taken over if that process was killed', async () => {
    const lock = path();
    const other = await holder(lock);
    expect(takeLock(lock)).toEqual({ heldBy: other.pid });
    await other.kill();
    expect(existsSync(lock)).toBe(true);
    const taken = takeLock(lock);
    expect(taken).toHaveProperty('release');
    expect(takeLock(lock)).toEqual({ heldBy: process.pid });
    if ('release' in taken) taken.release();
    expect(existsSync(lock)).toBe(false);
    expect(readdirSync(folder).filter((name) => /\.(new|dead)-/.test(name))).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'a lock is dead if its process number now belongs to another process',
    () => {
      const lock = path();
      writeFileSync(lock, `${process.pid} 11111111-2222-3333-4444-555555555555/1\n`);
      expect(takeLock(lock)).toHaveProperty('release');
    },
  );

  test.each(['', 'garbage', '0 x\n'])('a lock that says %j belongs to nobody', (text) => {
    const lock = path();
    writeFileSync(lock, text);
    expect(takeLock(lock)).toHaveProperty('release');
  });
});
