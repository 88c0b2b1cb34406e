// `rig` as it is typed: what it tells, writes, refuses and leaves behind. Goldens say that nothing changed, not that it is right:
// that the records are the kernel's is held in test/differential.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { decideCommand } from '../../src/cli/decide.ts';
import { rigCommand } from '../../src/cli/rig.ts';
import { LAB_KEYS } from '../../devices/personas/labProfile.ts';
import { stepsFileSchema } from '../../devices/rig/stepRow.ts';
import { openAll } from '../devices/headend/audit.ts';
import { startEmulator, type Emulator } from '../devices/emulate/emulator.ts';
import { ALLOWED, bytesOf, TITLES } from '../devices/rig/bench.ts';
import type { FrameRecord } from '../../devices/transport/tap.ts';
import { aedesBroker } from '../devices/transport/brokers.ts';
import { ptyPair, socatMissing } from '../devices/transport/serialPair.ts';
import { captured } from './captured.ts';

const LAB = fileURLToPath(new URL('../../scenarios/rigs/lab.yaml', import.meta.url));
const BIN = fileURLToPath(new URL('../../src/cli/smets1-bench.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'smb-rig-cli-'));
const state = process.env['XDG_STATE_HOME'];
beforeAll(() => void (process.env['XDG_STATE_HOME'] = join(folder, 'state')));
afterAll(() => {
  if (state === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = state;
  rmSync(folder, { recursive: true });
});

const rig = (...args: readonly string[]) => captured(rigCommand(), args);
const at = (name: string): string => join(folder, name);
const read = (...path: readonly string[]): string => readFileSync(join(folder, ...path), 'utf8');
let files = 0;
function rigFile(text: string): string {
  const path = at(`rig${(files += 1)}.yaml`);
  writeFileSync(path, `name: cli${files}\n${text}`);
  return path;
}
const ledgersOf = (path: string): string =>
  join(folder, 'state', 'smets1-bench', 'keys', `cli${/(\d+)\.yaml/.exec(path)![1]}`);

const OUTPUTS = [
  'attempts.csv',
  'contacts.csv',
  'events.csv',
  'frames.jsonl',
  'frames.pcap',
  'installations.csv',
  'junit.xml',
  'manifest.json',
  'steps.json',
];

describe('lab.yaml', () => {
  test('tells its story', async () => {
    const { out, err, code } = await rig(LAB);
    expect([code, err]).toEqual([0, '']);
    await expect(out.replace(/version=\S+/, 'version=…')).toMatchFileSnapshot('goldens/rigLab.txt');
  });

  test('writes every output; twice the same bytes; the last line says where', async () => {
    const { out, code } = await rig(LAB, '--out', at('lab1'));
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').at(-1)).toBe(`outputs: ${at('lab1')}`);
    expect(readdirSync(at('lab1'))).toEqual(OUTPUTS);
    await rig(LAB, '--out', at('lab2'));
    for (const name of OUTPUTS)
      expect(readFileSync(at(`lab2/${name}`)), name).toEqual(readFileSync(at(`lab1/${name}`)));
    await expect(`${read('lab1', 'attempts.csv')}\n${read('lab1', 'contacts.csv')}`).toMatchFileSnapshot(
      'goldens/rigLab.csv.txt',
    );
  });

  test('its records go into decide as they are', async () => {
    const inputs = ['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, at(`lab1/${name}.csv`)]);
    const { code, err } = await captured(decideCommand(), [
      ...inputs,
      '--as-of',
      '2022-12-31',
      '--out',
      at('verdicts.csv'),
    ]);
    expect([code, err]).toEqual([0, expect.stringContaining('1 installations, 5 attempts, 0 events')]);
  });

  test('steps.json is what its schema says; junit.xml counts the same; the capture has every frame', async () => {
    const steps = stepsFileSchema.parse(JSON.parse(read('lab1', 'steps.json')));
    const { counts } = JSON.parse(read('lab1', 'manifest.json')) as { counts: { steps: number; frames: number } };
    expect(steps.steps).toHaveLength(counts.steps);
    const rotated = steps.steps.filter(({ step }) => step === 'rotateKeys');
    expect(rotated.map(({ observation, code }) => [observation, code])).toEqual([
      ['noAnswer', 'SYN-CN04'],
      ['answered', null],
    ]);
    expect(rotated[1]!.measured).toMatchObject({ associations: 6, roundTrips: 21 });
    const failed = steps.steps.filter(({ observation }) => observation !== 'answered').length;
    expect(read('lab1', 'junit.xml')).toContain(
      `<testsuites name="lab" tests="${counts.steps}" failures="${failed}" errors="0" skipped="0"`,
    );
    const lines = read('lab1', 'frames.jsonl').trimEnd().split('\n');
    expect(lines).toHaveLength(counts.frames);
    let frames = 0;
    const capture = readFileSync(at('lab1/frames.pcap'));
    for (let i = 24; i < capture.length; i += 16 + capture.readUInt32LE(i + 8)) frames += 1;
    expect(frames).toBe(counts.frames);
  });

  test('--format json says the same', async () => {
    const { out } = await rig(LAB, '--format', 'json');
    const told = JSON.parse(out) as {
      attempts: { outcome: string }[];
      partial: boolean;
      out: null;
      clauses: { category: string; counted: number }[];
    };
    expect(told.attempts.map(({ outcome }) => outcome)).toEqual(['ok', 'MA112', 'MA112', 'SYN-CN04', 'ok']);
    expect([told.partial, told.out]).toEqual([false, null]);
    expect(told.clauses.find(({ category }) => category === 'five-retries')!.counted).toBe(3);
  });

  test('an earlier run is replaced; a folder with other files, or a file, is refused', async () => {
    expect((await rig(LAB, '--out', at('lab1'))).code).toBe(0);
    mkdirSync(at('other'));
    writeFileSync(at('other/mine.txt'), 'x');
    expect(await rig(LAB, '--out', at('other'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('found other files'),
    });
    expect(readdirSync(at('other'))).toEqual(['mine.txt']);
    expect(await rig(LAB, '--out', at('other/mine.txt'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('found a file'),
    });
  });
});

describe('init, check, schema', () => {
  test('a file to start from: right, commented, and never written over', async () => {
    const path = at('my-rig.yaml');
    expect(await rig('init', path, '--device', 'esme', '--serial', '/dev/ttyUSB0')).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(path, 'utf8')).toContain("serial: '/dev/ttyUSB0'");
    const checked = await rig('check', path);
    expect(checked).toMatchObject({ code: 0, err: '' });
    expect(checked.out).toContain('my-rig.yaml: ok, my-rig#');
    expect(checked.out).toContain('read-only: nothing is on the allow-list');
    expect(checked.out).toContain(
      `keys of attached devices are kept in ${join(folder, 'state', 'smets1-bench', 'keys', 'my-rig')}`,
    );
    const before = readFileSync(path, 'utf8');
    expect(await rig('init', path)).toMatchObject({ code: 1, err: expect.stringContaining('not overwritten') });
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(await rig('init', at('two.yaml'), '--tcp', 'a:1', '--mqtt', 'mqtt://b')).toMatchObject({ code: 1 });
  });

  test('a starting file with nothing attached runs as it stands', async () => {
    expect((await rig('init', at('plain.yaml'))).code).toBe(0);
    const { code, out } = await rig(at('plain.yaml'));
    expect(code).toBe(0);
    expect(out).toContain('ok: all devices migrated');
  });

  test('everything that is wrong with several files, at once', async () => {
    const bad = rigFile('instalation: {}\n');
    const { code, err } = await rig('check', bad, LAB, at('none.yaml'));
    expect(code).toBe(1);
    expect(err).toContain(`${bad}:2:1 › instalation: found an unknown name`);
    expect(err).toContain('none.yaml: found no such file');
    expect(await rig(bad)).toMatchObject({ code: 1, out: '' });
  });

  test('schemas for editors', async () => {
    for (const of of ['rig', 'steps']) {
      expect(JSON.parse((await rig('schema', '--of', of)).out)).toMatchObject({ type: 'object' });
    }
    expect((await rig('schema', '--markdown')).out).toContain('| `devices.chf.tcp` |');
  });

  test('no file at all is usage', async () => {
    expect(await rig()).toMatchObject({ code: 1, err: expect.stringContaining('name a rig file') });
  });
});

/** `rig` in a process of its own. */
function started(...args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, 'rig', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (texts.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (texts.err += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, ended, texts };
}

/** Waits for what a process does; one that has ended will not do it any more. */
async function until(isDone: () => boolean, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isDone()) {
    if (isOver) throw new Error('the process ended before');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Every form in which key bytes might stand in a file or on a stream. */
function formsOf(key: Uint8Array): Buffer[] {
  const bytes = Buffer.from(key);
  const hex = bytes.toString('hex');
  // Of base64 the part that does not depend on what stands before.
  return [bytes, Buffer.from(hex), Buffer.from(hex.toUpperCase()), Buffer.from(bytes.toString('base64').slice(0, 20))];
}

function ledgerKeys(folderOf: string): Uint8Array[] {
  return readdirSync(folderOf)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const { ledger } = JSON.parse(readFileSync(join(folderOf, name), 'utf8')) as {
        ledger: { rows: { key: string }[] };
      };
      return ledger.rows.map(({ key }) => new Uint8Array(Buffer.from(key, 'hex')));
    });
}

describe('over TCP against the emulator', () => {
  let emulator: Emulator | undefined;
  afterEach(() => emulator?.stop());
  const profile = (more = ''): string => {
    const path = at('awake.yaml');
    writeFileSync(path, `device: installation\nsleep: { wakeSeconds: 60, awakeSeconds: 60 }\n${more}`);
    return path;
  };
  const start = async (more?: string): Promise<number> => {
    emulator = await startEmulator('--profile', profile(more), '--listen', '127.0.0.1:0');
    return emulator.ports[0]!;
  };
  const framesIn = (out: string): FrameRecord[] =>
    read(out, 'frames.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as FrameRecord);

  test('a whole migration with rotation; no key stands in any output, on a stream or in the log', async () => {
    const path = rigFile(`devices: { chf: { tcp: '127.0.0.1:${await start()}' } }\n${ALLOWED}`);
    const run = started(path, '--out', at('tcp'));
    expect(await run.ended).toBe(0);
    expect(run.texts.out).toContain('ok: all devices migrated');
    expect(readdirSync(at('tcp'))).toEqual(OUTPUTS);
    expect(read('tcp', 'attempts.csv')).toMatch(/^1,\S+Z,migration,ok,device,no$/m);
    const keys = ledgerKeys(ledgersOf(path));
    expect(keys.length).toBe(12);
    const texts = [
      ...OUTPUTS.map((name) => readFileSync(at(`tcp/${name}`))),
      Buffer.from(run.texts.out),
      Buffer.from(run.texts.err),
      Buffer.from(emulator!.output()),
    ];
    for (const key of [...keys, ...Object.values(LAB_KEYS)]) {
      for (const form of formsOf(key)) for (const text of texts) expect(text.includes(form)).toBe(false);
    }
    // What looks for them can find them: in the ledgers, which are the one place where keys are.
    expect(formsOf(keys[0]!).some((form) => readFileSync(join(ledgersOf(path), 'chf-dcc.json')).includes(form))).toBe(
      true,
    );
  });

  test('without an allow-list no SET and no ACTION leaves, proofs of HLS apart', async () => {
    const path = rigFile(`devices: { chf: { tcp: '127.0.0.1:${await start()}' } }\n`);
    const { code, out } = await rig(path, '--out', at('refused'));
    expect(code).toBe(0);
    expect(out).toContain(
      `not carried out, and in no record: esme: its title on the wire, ${TITLES.esme}, is not on the allow-list`,
    );
    const { opened, unopened } = openAll(bytesOf(framesIn('refused')), [LAB_KEYS]);
    expect(unopened).toBe(0);
    const sent = opened
      .filter(({ direction }) => direction === 'c2s')
      .map(({ plain }) => Buffer.from(plain).toString('hex'));
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.filter((hex) => /^c[13]/.test(hex) && !/^c301..000f0000280000ff01/.test(hex))).toEqual([]);
    expect(read('refused', 'attempts.csv').trimEnd().split('\n')).toHaveLength(1);
    expect(read('refused', 'junit.xml')).toMatch(/<skipped message="esme: its title/);
    expect(JSON.parse(read('refused', 'manifest.json'))).toMatchObject({ counts: { attempts: 0, notCarriedOut: 1 } });
  });

  test('an attempt that fails with a code is data: exit code 0', async () => {
    const path = rigFile(
      `devices: { chf: { tcp: '127.0.0.1:${await start()}' } }\nfaults: [{ attempt: 1, step: installationData, effect: badData }]\n`,
    );
    const { code, out } = await rig(path);
    expect(code).toBe(0);
    expect(out).toContain(
      'installationData  the data that SMSO and suppliers gave agree (fixable ones: Table 5.10): badData -> SYN-DF01, MPAN: missing (synthetic code)',
    );
    expect(out).toContain('Table 5.10\n');
    expect(out).toContain('counted by no clause');
  });

  test('nobody at the address, a ledger inside the outputs, a device that another process has: exit code 1, and nothing is written', async () => {
    const nobody = rigFile("devices: { chf: { tcp: '127.0.0.1:1' } }\n");
    expect(await rig(nobody, '--out', at('nobody'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('tcp:127.0.0.1:1'),
    });
    expect(readdirSync(at('nobody'))).toEqual([]);
    const inside = rigFile(
      `ledger: { folder: inside/keys }\ndevices: { chf: { tcp: '127.0.0.1:${await start()}' } }\n`,
    );
    expect(await rig(inside, '--out', at('inside'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('expected a folder that holds no keys'),
    });
    expect(existsSync(at('inside'))).toBe(false);
    const taken = rigFile(`devices: { chf: { tcp: '127.0.0.1:${emulator!.ports[0]}' } }\n`);
    mkdirSync(ledgersOf(taken), { recursive: true });
    writeFileSync(join(ledgersOf(taken), 'chf.lock'), `${emulator!.pid}\n`);
    expect(await rig(taken)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`process ${emulator!.pid} has this device`),
    });
  });

  /** Answers that are late, so that a test can act while one is awaited. */
  const SLOW = 'faults: [{ fault: delay, frame: 3, direction: s2c, delayMilliseconds: 300 }]\n';

  test('SIGINT ends it cleanly: exit code 0, outputs marked as partial, ledgers whole, nothing locked', async () => {
    const path = rigFile(`devices: { chf: { tcp: '127.0.0.1:${await start(SLOW)}' } }\n${ALLOWED}`);
    const run = started(path, '--out', at('partial'));
    const ledger = join(ledgersOf(path), 'chf-dcc.json');
    await until(() => existsSync(ledger), run.ended);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.texts.err).toContain('interrupted');
    expect(run.texts.out).toContain('INTERRUPTED');
    expect(JSON.parse(read('partial', 'manifest.json'))).toMatchObject({ partial: true, counts: { attempts: 0 } });
    expect(stepsFileSchema.parse(JSON.parse(read('partial', 'steps.json'))).partial).toBe(true);
    expect(statSync(ledger).mode & 0o777).toBe(0o600);
    expect(readdirSync(ledgersOf(path)).every((name) => name.endsWith('.json'))).toBe(true);
    expect(readdirSync(at('partial'))).toEqual(OUTPUTS);
  });

  test('killed while a key is on its way, it is taken up again: the next run migrates', async () => {
    const path = rigFile(`devices: { chf: { tcp: '127.0.0.1:${await start(SLOW)}' } }\n${ALLOWED}`);
    const run = started(path, '--out', at('killed'));
    const ledger = join(ledgersOf(path), 'esme-dcc.json');
    const isSent = (): boolean => existsSync(ledger) && /"gak": "sent"/.test(readFileSync(ledger, 'utf8'));
    await until(isSent, run.ended);
    run.child.kill('SIGKILL');
    await run.ended;
    expect(existsSync(at('killed/manifest.json'))).toBe(false);
    const again = await rig(path, '--out', at('again'));
    expect(again.code).toBe(0);
    expect(again.out).toContain('ok: all devices migrated');
    const { steps } = stepsFileSchema.parse(JSON.parse(read('again', 'steps.json')));
    // The hub's one, and the meter's: its first association meets keys in doubt, four pairs of them at most.
    const { associations } = steps.find(({ step }) => step === 'deviceState')!.measured;
    expect(associations).toBeLessThanOrEqual(1 + 4);
  });
});

test('a driver rig writes what it learnt, and no attempt', async () => {
  const sample = fileURLToPath(new URL('../../scenarios/rigs/driver.yaml', import.meta.url));
  const { code, out, err } = await rig(sample, '--out', at('driver'));
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('a driver can neither rotate keys nor configure a device');
  expect(read('driver', 'contacts.csv')).toMatch(/^1,\S+Z,wan,driver:rack1:hub7\n1,\S+Z,han,driver:rack1:hub7$/m);
  expect(read('driver', 'attempts.csv').trimEnd().split('\n')).toHaveLength(1);
  expect(readFileSync(at('driver/frames.pcap'))).toHaveLength(24);
});

test('two parts of one rig meet at a broker: the emulator there, the head-ends here', async () => {
  const broker = await aedesBroker();
  writeFileSync(at('awake.yaml'), 'device: installation\nsleep: { wakeSeconds: 60, awakeSeconds: 60 }\n');
  const emulator = await startEmulator('--profile', at('awake.yaml'), '--mqtt', broker.url, '--bench', 'b7');
  const path = rigFile(
    `devices: { chf: { mqtt: { url: '${broker.url}', bench: b7, rig: SMBC00000001 } } }\n${ALLOWED}`,
  );
  const { code, out } = await rig(path, '--out', at('mqtt'));
  expect(code).toBe(0);
  expect(out).toContain('ok: all devices migrated');
  expect(read('mqtt', 'contacts.csv')).toContain('mqtt:b7/SMBC00000001');
  expect(read('mqtt', 'frames.jsonl')).toContain('"endpoint":"gsme@mqtt:b7/SMBC00000001","layer":"wrapper"');
  await emulator.stop();
  await broker.stop();
});

test.skipIf(socatMissing !== undefined)(
  `a meter on a pty, by HDLC and by the optical port (${socatMissing ?? 'socat'})`,
  async () => {
    for (const framing of ['hdlc', '62056-21']) {
      const pair = await ptyPair();
      const emulator = await startEmulator('--device', 'esme', '--serial', pair.paths[0], '--framing', framing);
      const path = rigFile(`devices: { esme: { serial: ${pair.paths[1]}, framing: ${framing} } }\n${ALLOWED}`);
      const { code, out } = await rig(path, '--out', at(`pty${framing}`));
      expect(code).toBe(0);
      expect(out).toContain('ok: all devices migrated');
      expect(read(`pty${framing}`, 'frames.jsonl')).toContain(
        `"endpoint":"esme@serial:${pair.paths[1]}","layer":"hdlc"`,
      );
      expect(await emulator.stop()).toBe(0);
      await pair.stop();
    }
  },
);
