// Ledgers on disk: whole or not at all, for their owner alone, of one process at a time. What a disk loses that said it had
// written is beyond this.
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { toHex } from '../../../../devices/dlms/encoding/bytes.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import { defaultLedgerFolder, LedgerError, LedgerStore } from '../../../../devices/rig/bench/ledgerStore.ts';

const root = mkdtempSync(join(tmpdir(), 'smb-ledger-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const fresh = (): string => join(root, `f${(folders += 1)}`);

const BEGIN = { keys: LAB_KEYS, masterKey: LAB_KEYS.kek };
const ACTIVE = { gak: 'active', guek: 'active' } as const;
const TITLE = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);

function opened(folder: string) {
  const store = new LedgerStore(folder);
  store.lock('esme');
  return { store, ...store.open('esme', 'dcc', BEGIN) };
}

describe('a ledger', () => {
  test('a ledger begins with the given keys, is written at its first change, and is read back unchanged', () => {
    const folder = fresh();
    const first = opened(folder);
    expect([first.isFound, existsSync(first.path)]).toEqual([false, false]);
    const used = [first.ledger.reserveCounter(ACTIVE), first.ledger.reserveCounter(ACTIVE)];
    const key = first.ledger.keyToSend('gak', () => new Uint8Array(16).fill(9));
    first.ledger.note('gak', 'send');
    first.store.release();

    const second = opened(folder);
    expect(second.isFound).toBe(true);
    expect(second.ledger.rotation('gak')).toBe('sent');
    expect(second.ledger.candidates().map(({ gak }) => gak)).toEqual(['new', 'active']);
    expect(second.ledger.keyToSend('gak', () => new Uint8Array(16))).toEqual(key);
    expect(second.ledger.reserveCounter(ACTIVE)).toBeGreaterThan(used[1]!);
    second.store.release();
  });

  test('a ledger never gives a counter twice, whenever the process dies', () => {
    const folder = fresh();
    const given = new Set<number>();
    for (let life = 1; life <= 8; life += 1) {
      const { store, ledger } = opened(folder);
      for (let i = 0; i < life * 20; i += 1) {
        const counter = ledger.reserveCounter(ACTIVE)!;
        expect(given.has(counter)).toBe(false);
        given.add(counter);
      }
      store.release();
    }
  });

  test('a ledger never lowers a counter that was raised', () => {
    const folder = fresh();
    const first = opened(folder);
    expect(first.ledger.raiseCounter(ACTIVE, 5000)).toBe(true);
    first.store.release();
    const second = opened(folder);
    expect(second.ledger.raiseCounter(ACTIVE, 4000)).toBe(false);
    expect(second.ledger.reserveCounter(ACTIVE)).toBeGreaterThanOrEqual(5000);
    second.store.release();
  });

  test('a ledger is readable by its owner alone, and leaves no temporary file', () => {
    const folder = fresh();
    const { store, ledger, path } = opened(folder);
    ledger.reserveCounter(ACTIVE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    store.release();
    expect(readdirSync(folder)).toEqual(['esme-dcc.json']);
  });

  test('a ledger remembers the first title that it learnt, and no other', () => {
    const folder = fresh();
    const first = opened(folder);
    first.ledger.reserveCounter(ACTIVE);
    first.learnTitle(TITLE);
    first.learnTitle(new Uint8Array(8));
    first.store.release();
    const second = opened(folder);
    expect(second.title).toBe(toHex(TITLE));
    second.store.release();
  });

  test('a ledger does not hold the Master Key', () => {
    const { store, ledger, path } = opened(fresh());
    ledger.reserveCounter(ACTIVE);
    expect(readFileSync(path, 'utf8')).not.toContain(toHex(LAB_KEYS.kek));
    store.release();
  });
});

describe('is refused, without a key in the message', () => {
  const broken = (change: (text: string) => string): string => {
    const folder = fresh();
    const { store, ledger, path } = opened(folder);
    ledger.reserveCounter(ACTIVE);
    store.release();
    writeFileSync(path, change(readFileSync(path, 'utf8')), { mode: 0o600 });
    return folder;
  };
  const GUEK = toHex(LAB_KEYS.guek);

  test.each([
    ['text that is no JSON', (text: string) => text.slice(0, 100)],
    ['another format', (text: string) => text.replace('"format": 1', '"format": 2')],
    ["another device's", (text: string) => text.replace('"device": "esme"', '"device": "chf"')],
    ['a key of another length', (text: string) => text.replace(GUEK, GUEK.slice(2))],
    ['two active keys of a type', (text: string) => text.replace('"type": "guek"', '"type": "gak"')],
  ])('a ledger is refused without a key in the message: %s', (_, change) => {
    const folder = broken(change);
    let message = '';
    try {
      opened(folder);
    } catch (error) {
      expect(error).toBeInstanceOf(LedgerError);
      message = (error as Error).message;
    }
    expect(message).toContain('esme-dcc.json: not the key ledger of esme and dcc');
    expect(message).not.toContain(GUEK.slice(2));
  });

  test('a ledger that others may read is refused', () => {
    const folder = broken((text) => text);
    chmodSync(join(folder, 'esme-dcc.json'), 0o644);
    expect(() => opened(folder)).toThrow('others than its owner may read these keys');
  });
});

describe('one process at a time', () => {
  test('a second process is told who has the device, and a lock whose owner died is taken over', async () => {
    const folder = fresh();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const first = opened(folder);
    first.store.release();
    writeFileSync(join(folder, 'esme.lock'), `${other.pid}\n`);
    expect(() => opened(folder)).toThrow(`process ${other.pid} has this device`);
    const gone = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    opened(folder).store.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a second lock of the same process is refused', () => {
    const folder = fresh();
    const first = opened(folder);
    expect(() => opened(folder)).toThrow(`process ${process.pid} has this device`);
    first.store.release();
  });
});

describe('a device is one, whichever rig file names it', () => {
  const at = (folder: string, state: string): LedgerStore => new LedgerStore(folder, { stateFolder: state });
  const address = 'tcp 127.0.0.1:4059 0/1';
  const title = toHex(TITLE);

  test('a second rig of another name and folder is told who has the device, by its address and by its title', () => {
    const state = fresh();
    const first = at(fresh(), state);
    first.lock('esme', { address, title });
    expect(() => at(fresh(), state).lock('esme', { address })).toThrow(
      `the device at ${address}: process ${process.pid}`,
    );
    expect(() => at(fresh(), state).lock('chf', { title })).toThrow(`the device ${title}: process ${process.pid}`);
    first.release();
    at(fresh(), state).lock('esme', { address, title });
  });

  test('a title that is learnt on the wire is locked too', () => {
    const state = fresh();
    const first = at(fresh(), state);
    first.lock('esme', { address });
    const second = at(fresh(), state);
    second.lock('esme', { address: 'tcp 10.0.0.1:4059 0/1' });
    first.open('esme', 'dcc', BEGIN, { address }).learnTitle(TITLE);
    const other = second.open('esme', 'dcc', BEGIN, {});
    expect(() => other.learnTitle(TITLE)).toThrow('one rig at a time');
    first.release();
    second.release();
  });

  test('its keys are found in whichever ledger holds them: by title at any address, and by address without a title', () => {
    const state = fresh();
    const first = at(fresh(), state);
    first.lock('esme', { address });
    const stored = first.open('esme', 'dcc', BEGIN, { address });
    stored.ledger.reserveCounter(ACTIVE);
    stored.learnTitle(TITLE);
    first.release();
    for (const known of [{ title }, { address }, { title, address: 'tcp elsewhere:1 0/1' }]) {
      const second = at(fresh(), state);
      second.lock('esme', known);
      const found = second.open('esme', 'dcc', BEGIN, known);
      expect([found.isFound, found.path, found.title]).toEqual([true, stored.path, title]);
      second.release();
    }
    // Another device at the same address is another device.
    const stranger = at(fresh(), state).open('esme', 'dcc', BEGIN, { address, title: 'FFFFFFFFFFFFFFFF' });
    expect(stranger.isFound).toBe(false);
  });

  test('a ledger of a rig of an earlier version is found by its title', () => {
    const state = fresh();
    const older = new LedgerStore(join(state, 'keys', 'older'));
    older.lock('esme');
    const stored = older.open('esme', 'dcc', BEGIN);
    stored.ledger.reserveCounter(ACTIVE);
    stored.learnTitle(TITLE);
    older.release();
    expect(at(fresh(), state).open('esme', 'dcc', BEGIN, { title }).path).toBe(stored.path);
  });
});

test('half-written files of a dead process are removed at the next lock; those of a live one stay', () => {
  const folder = fresh();
  opened(folder).store.release();
  writeFileSync(join(folder, 'esme-dcc.json.partial-999999'), 'keys');
  writeFileSync(join(folder, `esme-dcc.json.partial-${process.ppid}`), 'keys');
  opened(folder).store.release();
  expect(readdirSync(folder)).toEqual([`esme-dcc.json.partial-${process.ppid}`]);
});

test('a lock whose process number was given to another process is taken over', () => {
  const folder = fresh();
  opened(folder).store.release();
  writeFileSync(join(folder, 'esme.lock'), `${process.ppid} ${'0'.repeat(8)}/1\n`);
  expect(() => opened(folder).store.release()).not.toThrow();
});

test("ledgers are in the user's state folder unless the rig file names another", () => {
  expect(defaultLedgerFolder('lab', { XDG_STATE_HOME: '/s', HOME: '/h' }, 'linux')).toBe('/s/smets1-bench/keys/lab');
  expect(defaultLedgerFolder('lab', { HOME: '/h' }, 'linux')).toBe('/h/.local/state/smets1-bench/keys/lab');
  expect(defaultLedgerFolder('lab', { LOCALAPPDATA: 'C:/L', USERPROFILE: 'C:/U' }, 'win32')).toContain(
    'L/smets1-bench',
  );
});
