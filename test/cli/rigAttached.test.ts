// `rig` as it is typed, with something attached: processes over TCP, MQTT and a pty, what no output may hold, and what is left
// behind when it is interrupted or killed.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LAB_KEYS } from '../../devices/personas/labProfile.ts';
import { stepsFileSchema } from '../../devices/rig/run/stepRow.ts';
import { openAll } from '../kit/headEnd/audit.ts';
import { startEmulator, type Emulator } from '../devices/emulate/emulator.ts';
import { ALLOWED, bytesOf, TITLES } from '../devices/rig/bench.ts';
import { aedesBroker } from '../devices/transport/brokers.ts';
import { ptyPair, socatMissing } from '../devices/transport/serialPair.ts';
import { formsOf, ledgerKeys, OUTPUTS, rigHarness, startRig, until } from './rigHarness.ts';
import { unbroken } from './harness.ts';

const bench = rigHarness();
beforeAll(bench.start);
afterAll(bench.stop);

let profiles = 0;

/** Exit code 1, with these words on standard error. */
async function refused(run: ReturnType<typeof bench.rig>, words: string): Promise<void> {
  const { code, err } = await run;
  expect([code, err]).toEqual([1, expect.stringContaining(words)]);
}

// Concurrent, as they wait for processes and for answers that are late: each has an emulator and a rig file of its own.
describe.concurrent('over TCP against the emulator', () => {
  const started: Emulator[] = [];
  afterAll(() => Promise.all(started.map((emulator) => emulator.stop())));
  const start = async (more = ''): Promise<Emulator & { readonly port: number }> => {
    const profile = bench.at(`awake${(profiles += 1)}.yaml`);
    writeFileSync(profile, `device: installation\nsleep: { wakeSeconds: 60, awakeSeconds: 60 }\n${more}`);
    const emulator = await startEmulator('--profile', profile, '--listen', '127.0.0.1:0');
    started.push(emulator);
    return { ...emulator, port: emulator.ports[0]! };
  };
  /** One for those that write nothing to it. */
  let unwritten: ReturnType<typeof start> | undefined;
  const shared = (): ReturnType<typeof start> => (unwritten ??= start());

  test('a whole migration with rotation leaves no key in any output, stream or log', async () => {
    const emulator = await start();
    const path = bench.file(`devices: { chf: { tcp: '127.0.0.1:${emulator.port}' } }\n${ALLOWED}`);
    const run = startRig(path, '--out', bench.at('tcp'));
    expect(await run.ended).toBe(0);
    expect(run.texts.out).toContain('ok: all devices migrated');
    expect(readdirSync(bench.at('tcp'))).toEqual(OUTPUTS);
    expect(bench.read('tcp', 'attempts.csv')).toMatch(/^1,\S+Z,migration,ok,device,no$/m);
    const keys = ledgerKeys(bench.ledgersOf(path));
    expect(keys.length).toBe(12);
    const texts = [
      ...OUTPUTS.map((name) => readFileSync(bench.at(`tcp/${name}`))),
      Buffer.from(run.texts.out),
      Buffer.from(run.texts.err),
      Buffer.from(emulator.output()),
    ];
    for (const key of [...keys, ...Object.values(LAB_KEYS)]) {
      for (const form of formsOf(key)) for (const text of texts) expect(text.includes(form)).toBe(false);
    }
    // What looks for them can find them: in the ledgers, which are the one place where keys are.
    expect(
      formsOf(keys[0]!).some((form) => readFileSync(join(bench.ledgersOf(path), 'chf-dcc.json')).includes(form)),
    ).toBe(true);
  });

  test('without an allow-list no SET and no ACTION is sent, except the proofs of HLS', async () => {
    const emulator = await shared();
    const path = bench.file(`devices: { chf: { tcp: '127.0.0.1:${emulator.port}' } }\n`);
    const { code, out } = await bench.rig(path, '--out', bench.at('refused'));
    expect(code).toBe(0);
    expect(unbroken(out)).toContain(
      `not carried out, and in no record: esme: its title on the wire, ${TITLES.esme}, is not on the allow-list`,
    );
    const { opened, unopened } = openAll(bytesOf(bench.frames('refused')), [LAB_KEYS]);
    expect(unopened).toBe(0);
    const sent = opened
      .filter(({ direction }) => direction === 'c2s')
      .map(({ plain }) => Buffer.from(plain).toString('hex'));
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.filter((hex) => /^c[13]/.test(hex) && !/^c301..000f0000280000ff01/.test(hex))).toEqual([]);
    expect(bench.read('refused', 'attempts.csv').trimEnd().split('\n')).toHaveLength(1);
    expect(bench.read('refused', 'junit.xml')).toMatch(/<skipped message="esme: its title/);
    expect(JSON.parse(bench.read('refused', 'manifest.json'))).toMatchObject({
      counts: { attempts: 0, notCarriedOut: 1 },
    });
  });

  test('an attempt that fails with a code is data, and the exit code is 0', async () => {
    const emulator = await shared();
    const path = bench.file(
      `devices: { chf: { tcp: '127.0.0.1:${emulator.port}' } }\nfaults: [{ attempt: 1, step: installationData, effect: badData }]\n`,
    );
    const { code, out, err } = await bench.rig(path);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(unbroken(out)).toContain(
      'installationData  the data that SMSO and suppliers gave agree (fixable ones: Table 5.10): badData -> SYN-DF01, MPAN: missing (synthetic code)',
    );
    expect(out).toContain('Table 5.10\n');
    expect(out).toContain('counted by no clause');
  });

  test('a silent address, a ledger inside the outputs and a locked device give exit code 1', async () => {
    const emulator = await shared();
    const nobody = bench.file("devices: { chf: { tcp: '127.0.0.1:1' } }\n");
    await refused(bench.rig(nobody, '--out', bench.at('nobody')), 'tcp:127.0.0.1:1');
    expect(readdirSync(bench.at('nobody'))).toEqual([]);
    const inside = bench.file(
      `ledger: { folder: inside/keys }\ndevices: { chf: { tcp: '127.0.0.1:${emulator.port}' } }\n`,
    );
    await refused(bench.rig(inside, '--out', bench.at('inside')), 'expected a folder that holds no keys');
    expect(existsSync(bench.at('inside'))).toBe(false);
    const taken = bench.file(`devices: { chf: { tcp: '127.0.0.1:${emulator.port}' } }\n`);
    mkdirSync(bench.ledgersOf(taken), { recursive: true });
    writeFileSync(join(bench.ledgersOf(taken), 'chf.lock'), `${emulator.pid}\n`);
    await refused(bench.rig(taken), `process ${emulator.pid} has this device`);
  });

  /** Answers that are late, so that a test can act while one is awaited. */
  const SLOW = 'faults: [{ fault: delay, frame: 3, direction: s2c, delayMilliseconds: 300 }]\n';

  test('SIGINT gives exit code 130, outputs marked as partial, whole ledgers, and no lock left', async () => {
    const emulator = await start(SLOW);
    const path = bench.file(`devices: { chf: { tcp: '127.0.0.1:${emulator.port}' } }\n${ALLOWED}`);
    const run = startRig(path, '--out', bench.at('partial'));
    const ledger = join(bench.ledgersOf(path), 'chf-dcc.json');
    await until(() => existsSync(ledger), run.ended);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.texts.err).toContain('interrupted');
    expect(run.texts.out).toContain('INTERRUPTED');
    expect(JSON.parse(bench.read('partial', 'manifest.json'))).toMatchObject({
      partial: true,
      counts: { attempts: 0 },
    });
    expect(stepsFileSchema.parse(JSON.parse(bench.read('partial', 'steps.json'))).partial).toBe(true);
    expect(statSync(ledger).mode & 0o777).toBe(0o600);
    expect(readdirSync(bench.ledgersOf(path)).every((name) => name.endsWith('.json'))).toBe(true);
    expect(readdirSync(bench.at('partial'))).toEqual(OUTPUTS);
  });

  /** On a busy machine the moment may pass unseen; then once more, with a meter that has its first keys. */
  async function killedInFlight(tries = 5): Promise<string> {
    const emulator = await start(SLOW);
    const path = bench.file(`devices: { chf: { tcp: '127.0.0.1:${emulator.port}' } }\n${ALLOWED}`);
    const run = startRig(path, '--out', bench.at('killed'));
    const ledger = join(bench.ledgersOf(path), 'esme-dcc.json');
    const isSent = (): boolean => existsSync(ledger) && /"gak": "sent"/.test(readFileSync(ledger, 'utf8'));
    const isSeen = await until(isSent, run.ended).then(
      () => true,
      () => false,
    );
    run.child.kill('SIGKILL');
    await run.ended;
    if (isSeen) return path;
    expect(tries, 'never seen on its way').toBeGreaterThan(1);
    rmSync(bench.at('killed'), { recursive: true });
    return killedInFlight(tries - 1);
  }

  test('a run that is killed during a key transfer is resumed, and the next run migrates', async () => {
    const path = await killedInFlight();
    expect(existsSync(bench.at('killed/manifest.json'))).toBe(false);
    const again = await bench.rig(path, '--out', bench.at('again'));
    expect(again.code).toBe(0);
    expect(again.out).toContain('ok: all devices migrated');
    const { steps } = stepsFileSchema.parse(JSON.parse(bench.read('again', 'steps.json')));
    // The hub's one, and the meter's: its first association meets keys in doubt, four pairs of them at most.
    const { associations } = steps.find(({ step }) => step === 'deviceState')!.measured;
    expect(associations).toBeLessThanOrEqual(1 + 4);
  });
});

test.concurrent('a driver rig writes what it learnt, and records no attempt', async () => {
  const sample = fileURLToPath(new URL('../../scenarios/rigs/driver.yaml', import.meta.url));
  const { code, out, err } = await bench.rig(sample, '--out', bench.at('driver'));
  // Standard error shows the steps as they are taken, and nothing else.
  expect([code, err]).toEqual([
    0,
    expect.stringMatching(
      /^(\w+: answered\n)+deviceState: answered, 2 values read\nrotateKeys: not carried out \(.*\)\n$/,
    ),
  ]);
  expect(unbroken(out)).toContain('a driver can neither rotate keys nor configure a device');
  expect(bench.read('driver', 'contacts.csv')).toMatch(/^1,\S+Z,wan,driver:rack1:hub7\n1,\S+Z,han,driver:rack1:hub7$/m);
  expect(bench.read('driver', 'attempts.csv').trimEnd().split('\n')).toHaveLength(1);
  expect(readFileSync(bench.at('driver/frames.pcap'))).toHaveLength(24);
});

test.concurrent('two parts of one rig meet at a broker: the emulator there, the head-ends here', async () => {
  const broker = await aedesBroker();
  writeFileSync(bench.at('awake.yaml'), 'device: installation\nsleep: { wakeSeconds: 60, awakeSeconds: 60 }\n');
  const emulator = await startEmulator('--profile', bench.at('awake.yaml'), '--mqtt', broker.url, '--bench', 'b7');
  const path = bench.file(
    `devices: { chf: { mqtt: { url: '${broker.url}', bench: b7, rig: SMBC00000001 } } }\n${ALLOWED}`,
  );
  const { code, out } = await bench.rig(path, '--out', bench.at('mqtt'));
  expect(code).toBe(0);
  expect(out).toContain('ok: all devices migrated');
  expect(bench.read('mqtt', 'contacts.csv')).toContain('mqtt:b7/SMBC00000001');
  expect(bench.read('mqtt', 'frames.jsonl')).toContain('"endpoint":"gsme@mqtt:b7/SMBC00000001","layer":"wrapper"');
  await emulator.stop();
  await broker.stop();
});

describe.skipIf(socatMissing !== undefined).concurrent(`a meter on a pty (${socatMissing ?? 'socat'})`, () => {
  test.each(['hdlc', '62056-21'])('a meter on a pty migrates by %s', async (framing) => {
    const pair = await ptyPair();
    const emulator = await startEmulator('--device', 'esme', '--serial', pair.paths[0], '--framing', framing);
    const path = bench.file(`devices: { esme: { serial: ${pair.paths[1]}, framing: ${framing} } }\n${ALLOWED}`);
    const { code, out } = await bench.rig(path, '--out', bench.at(`pty${framing}`));
    expect(code).toBe(0);
    expect(out).toContain('ok: all devices migrated');
    expect(bench.read(`pty${framing}`, 'frames.jsonl')).toContain(
      `"endpoint":"esme@serial:${pair.paths[1]}","layer":"hdlc"`,
    );
    expect(await emulator.stop()).toBe(0);
    await pair.stop();
  });
});
