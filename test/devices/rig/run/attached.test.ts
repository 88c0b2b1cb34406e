// A rig of which something is attached, over TCP against the emulator in this process: what it writes and what it must not, what
// it learns through a driver, and what of a fault plan cannot be realised. Real hardware may do what no emulator here does.
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulation } from '../../../../devices/emulate/emulate.ts';
import { labKeySource } from '../../../../devices/headend/keySource.ts';
import { rotate } from '../../../../devices/headend/rotate.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import { DCC_TITLE, peerOf } from '../../../../devices/rig/bench/parties.ts';
import { labImage } from '../../../../devices/cosem/imageTransfer.ts';
import { firmwareOf } from '../../../../devices/cosem/imageTransfer.ts';
import { Stream } from '../../../../sim/world/dice/draws.ts';
import { STREAMS, seedWords } from '../../../../sim/world/dice/streams.ts';
import { ALLOWED, AWAKE, emulated, failures, fastTimers, rigBench, TITLES, writes, type Ran } from '../bench.ts';

const bench = rigBench();
afterAll(bench.stop);
let home: (Emulation & { port: number }) | undefined;
afterEach(() => home?.close());

const start = async (...given: Parameters<typeof emulated>): Promise<number> => (home = await emulated(...given)).port;
let rigs = 0;
/** Rigs of different names have ledgers of their own. */
const rig = (port: number, more = ''): string =>
  `name: r${(rigs += 1)}\ndevices: { chf: { tcp: '127.0.0.1:${port}' } }\n${more}`;

describe('without an allow-list', () => {
  test('without an allow-list a run stops before the keys, writes nothing and records no failure', async () => {
    const run = await bench.run(rig(await start()));
    expect(failures(run)).toEqual(['rotateKeys notCarriedOut null']);
    expect(run.rows.at(-1)!.why).toContain(
      `esme: its title on the wire, ${TITLES.esme}, is not on the allow-list (allow.keys)`,
    );
    expect(run.attempts).toEqual([]);
    expect(run.undone).toMatchObject([{ kind: 'migration' }]);
    expect(run.contacts.map(({ link, source }) => [link, source])).toEqual([
      ['wan', `tcp:127.0.0.1:${home!.port}`],
      ['han', `tcp:127.0.0.1:${home!.port}`],
    ]);
    expect(writes(run)).toEqual([]);
    for (const { device } of home!.units[0]!.devices) expect(device.keyring.keys).toEqual(LAB_KEYS);
  });

  test('without an allow-list an instruction is refused before its first write', async () => {
    const run = await bench.run(rig(await start(), 'schedule: { preparation: {} }\n'));
    expect(failures(run)).toEqual(['preparation notCarriedOut null', 'rotateKeys notCarriedOut null']);
    expect(run.rows.find(({ step }) => step === 'preparation')!.why).toContain('(allow.configuration)');
    expect(run.attempts).toEqual([]);
    expect(writes(run)).toEqual([]);
  });

  test('no key is rotated unless all may be, even if only the hub is missing on the list', async () => {
    const run = await bench.run(rig(await start(), `allow: { keys: ['${TITLES.esme}', '${TITLES.gsme}'] }\n`));
    expect(failures(run)).toEqual(['rotateKeys notCarriedOut null']);
    expect(run.rows.at(-1)!.why).toContain(`chf: its title on the wire, ${TITLES.chf}`);
    expect(writes(run)).toEqual([]);
    for (const { device } of home!.units[0]!.devices) expect(device.keyring.keys).toEqual(LAB_KEYS);
  });

  test('an allow-list for keys does not allow configuration', async () => {
    const titles = Object.values(TITLES).map((title) => `'${title}'`);
    const run = await bench.run(rig(await start(), `allow: { keys: [${titles.join(', ')}] }\n`));
    expect(failures(run)).toEqual(['commission notCarriedOut null']);
    expect(run.attempts).toEqual([]);
    for (const { device } of home!.units[0]!.devices) expect(device.keyring.keys).not.toEqual(LAB_KEYS);
  });

  test('only the title on the wire counts: a listed title that the device does not have does not help', async () => {
    const port = await start({ ...AWAKE, esme: { systemTitle: '4142434445464748' } });
    const run = await bench.run(rig(port, ALLOWED));
    expect(run.rows.at(-1)!.why).toContain('its title on the wire, 4142434445464748, is not on the allow-list');
    expect(writes(run)).toEqual([]);
  });

  test('a device with an unexpected title is read and not written, even if it is on the list', async () => {
    const port = await start();
    const text = `name: r${(rigs += 1)}\ndevices:\n  chf: { tcp: '127.0.0.1:${port}' }\n  esme: { systemTitle: '4142434445464748' }\n${ALLOWED}`;
    const run = await bench.run(text);
    expect(run.rows.at(-1)!.why).toContain(`the device is ${TITLES.esme}, and 4142434445464748 was expected here`);
    expect(writes(run)).toEqual([]);
  });

  test('a device that is read by LLS alone is never written, whatever is listed', async () => {
    const lls = 'client: 17, authentication: lls, secret: { env: LLS }';
    const port = await start();
    const text = `name: r${(rigs += 1)}\ndevices:\n  chf: { tcp: '127.0.0.1:${port}', ${lls} }\n  esme: { ${lls} }\n  gsme: { ${lls} }\n${ALLOWED}`;
    const run = await bench.run(bench.setup(text, { LLS: 'Gurux' }));
    expect(failures(run)).toEqual(['rotateKeys notCarriedOut null']);
    expect(run.rows.at(-1)!.why).toContain('only gmac can ever write');
    const hex = run.frames.map((frame) => frame.hex).join('\n');
    expect(hex).not.toContain(Buffer.from('Gurux').toString('hex'));
    expect(run.frames.some(({ note }) => note?.includes('key octets masked'))).toBe(true);
    expect(hex).not.toMatch(/0001001100..00..c[13]/);
  });
});

describe('with one', () => {
  test.each(['wrapper', 'hdlc'] as const)(
    'with an allow-list, a device behind %s framing migrates over the gateway, and the old keys stay on record',
    async (framing) => {
      const port = await start(AWAKE, { framing });
      const text = `name: r${(rigs += 1)}\ndevices: { chf: { tcp: '127.0.0.1:${port}', framing: ${framing} } }\n${ALLOWED}`;
      const run = await bench.run(text);
      expect(failures(run)).toEqual([]);
      expect(run.attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([['migration', 'ok']]);
      expect(run.ledgers).toHaveLength(3);
      for (const { device } of home!.units[0]!.devices) {
        expect(device.keyring.keys.guek).not.toEqual(LAB_KEYS.guek);
        expect(device.keyring.keys.gak).not.toEqual(LAB_KEYS.gak);
      }
      for (const path of run.ledgers) {
        expect(statSync(path).mode & 0o777).toBe(0o600);
        const { ledger } = JSON.parse(readFileSync(path, 'utf8')) as {
          ledger: { rows: { type: string; state: string }[] };
        };
        const states = ledger.rows.map(({ type, state }) => `${type} ${state}`);
        expect(states).toEqual(['gak EXPIRED', 'guek EXPIRED', 'gak ACTIVE', 'guek ACTIVE']);
      }
      expect(readdirSync(join(run.ledgers[0]!, '..')).filter((name) => !name.endsWith('.json'))).toEqual([]);
    },
  );

  test('a second run uses the ledger, because the keys in the file are only the first ones', async () => {
    const text = rig(await start(), ALLOWED);
    await bench.run(text);
    const again = await bench.run(text);
    expect(again.attempts.map(({ outcome }) => outcome)).toEqual(['ok']);
    expect(again.notes.join('\n')).toContain('the keys are those of the ledger');
  });

  test('firmware and configuration are sent to the hub before the migration', async () => {
    writeFileSync(join(bench.folder, 'image.bin'), labImage(new Uint8Array(3000).fill(7)));
    const prepared = 'schedule: { preparation: { firmware: { name: 3.0.0, file: image.bin } } }\n';
    const timers = fastTimers(20);
    const run = await bench.run(rig(await start(AWAKE, { timers }), `${prepared}${ALLOWED}`), { timers });
    expect(run.attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['instruction', 'ok'],
      ['migration', 'ok'],
    ]);
    expect(firmwareOf(home!.units[0]!.devices[0]!.device, timers.nowMilliseconds() / 1000)).toBe('3.0.0');
  });

  test('device clocks are set to the actual time, even if the calendar is nominal', async () => {
    const run = await bench.run(rig(await start(), `schedule: { clock: nominal, preparation: false }\n${ALLOWED}`));
    expect(run.attempts.map(({ outcome }) => outcome)).toEqual(['ok']);
    for (const { device } of home!.units[0]!.devices) expect(Math.abs(device.clockOffsetSeconds)).toBeLessThan(60);
  });

  test('a lone meter migrates with the rest emulated, and so does a rack of meters at server SAP 1', async () => {
    home = await emulated(AWAKE, { device: 'esme' });
    const lone = `name: r${(rigs += 1)}\ndevices: { esme: { tcp: '127.0.0.1:${home.port}' } }\n${ALLOWED}`;
    expect((await bench.run(lone)).attempts.map(({ outcome }) => outcome)).toEqual(['ok']);
    const esme = home;
    const gsme = await emulated(AWAKE, { device: 'gsme' });
    const chf = await emulated(AWAKE, { device: 'chf' });
    const rack = `name: r${(rigs += 1)}\ndevices:\n  chf: { tcp: '127.0.0.1:${chf.port}' }\n  esme: { tcp: '127.0.0.1:${esme.port}' }\n  gsme: { tcp: '127.0.0.1:${gsme.port}' }\n${ALLOWED}`;
    // A hub without its meters has never heard a gas meter: the check on it fails, as it should.
    expect(failures(await bench.run(rack))).toEqual(['hanRecent stale GT01']);
    await Promise.all([gsme.close(), chf.close()]);
  });
});

test('keys of the lab are never written to attached hardware, whoever asks', () => {
  const source = labKeySource(new Stream(seedWords('x'), 0, STREAMS.labKeys), 1);
  const peer = {
    ...peerOf('esme', { systemTitle: DCC_TITLE, keys: LAB_KEYS, masterKey: LAB_KEYS.kek }),
    mayWrite: () => true,
  };
  expect(() => rotate(peer, { keySource: source, tries: 1 }).next()).toThrow('never written to attached hardware');
});

describe('what is no attempt', () => {
  test.each([
    ['the Master Key of one device is missing', 'keys: { guek: { env: G }, gak: { env: A } }', ''],
    ['the installation has none', '', 'installation: { masterKey: missing }\n'],
  ])('nothing is sent and no failure is recorded: %s', async (_, keys, installation) => {
    const port = await start();
    const text = `name: r${(rigs += 1)}\n${installation}devices: { chf: { tcp: '127.0.0.1:${port}', ${keys} } }\n${ALLOWED}`;
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const run = await bench.run(bench.setup(text, { G: hex(LAB_KEYS.guek), A: hex(LAB_KEYS.gak) }));
    expect(run.attempts).toEqual([]);
    expect(run.undone.map(({ why }) => why).join()).toContain('Master Key');
    for (const { device } of home!.units[0]!.devices) expect(device.keyring.keys).toEqual(LAB_KEYS);
  });

  test('a wrong Master Key is answered by the device, and nothing is installed', async () => {
    const run = await bench.run(rig(await start(), `installation: { masterKey: wrong }\n${ALLOWED}`));
    expect(failures(run)).toEqual(['rotateKeys wrongKey SYN-KW03']);
    // The one write that left is the key transfer: what looks for writes above can find one.
    expect(writes(run)).toMatchObject([expect.stringMatching(/^c301..004000002b0000ff02/)]);
    for (const { device } of home!.units[0]!.devices) expect(device.keyring.keys).toEqual(LAB_KEYS);
  });
});

describe('a device that answers to other keys than those held', () => {
  test('a device that answers to other keys is reported as reset or replaced, and no attempt counts', async () => {
    const text = rig(await start(), ALLOWED);
    const { port } = home!;
    await bench.run(text);
    await home!.close();
    home = await emulated(AWAKE, { tcp: { host: '127.0.0.1', port, framing: 'wrapper' } });
    const again = await bench.run(text);
    expect(failures(again)).toEqual(['wanRecent notCarriedOut null']);
    expect(again.rows.at(-1)!.why).toMatch(
      /the chf answers, and not to the keys held: .* in .*chf-dcc\.json; if it was reset/,
    );
    expect([again.attempts, again.undone.length]).toEqual([[], 1]);
  });
});

// Concurrent, as they wait for answers that do not come: each has a home of its own.
describe.concurrent('faults on attached links', () => {
  const brief = (port: number): string =>
    `devices: { chf: { tcp: '127.0.0.1:${port}', answerSeconds: 1 }, esme: { answerSeconds: 1 }, gsme: { answerSeconds: 1 } }\n`;
  const struck = async (faults: string): Promise<Ran> => {
    const own = await emulated();
    const text = `name: r${(rigs += 1)}\n${brief(own.port)}faults: [${faults}]\nheadEnds: { deskSeconds: 0.3 }\n${ALLOWED}`;
    try {
      return await bench.run(text);
    } finally {
      await own.close();
    }
  };

  test.each(['drop', 'answersDropped', 'corrupt', 'cut', 'wakeUpLost', 'hanLost'])(
    'a silence by %s is no answer',
    async (silence) => {
      const run = await struck(`{ attempt: 1, step: rotateKeys, effect: silence, silence: ${silence}, pick: 2 }`);
      expect(failures(run)).toEqual(['rotateKeys noAnswer SYN-CN03']);
      expect(run.rows.flatMap(({ notRealised }) => notRealised)).toEqual([]);
      expect(run.attempts).toMatchObject([{ cause: 'device' }]);
    },
  );

  test('the dropped nth frame is in the frame log, and the step begins its session again and passes', async () => {
    const run = await struck('{ attempt: 1, step: rotateKeys, fault: drop, frame: 3, direction: s2c }');
    expect(failures(run)).toEqual([]);
    expect(run.frames.filter(({ note }) => note === 'drop')).toMatchObject([{ dir: 's2c' }]);
  });

  test('frames can be counted within the attempt instead of a step', async () => {
    const run = await struck('{ attempt: 1, fault: corrupt, frame: 5 }, { attempt: 1, fault: duplicate, frame: 20 }');
    expect(failures(run)).toEqual([]);
    expect(
      run.frames.filter(({ note, event }) => note !== undefined && event === undefined).map(({ note }) => note),
    ).toEqual(['corrupt', 'duplicate']);
  });

  test.each([
    ['badData', 'installationData', 'installationData badData SYN-DF01'],
    ['systemFault', 'deviceState', 'deviceState systemFault SYN-SY01'],
  ])('%s is a fault of the desk, which is our side', async (effect, step, told) => {
    const run = await struck(`{ attempt: 1, step: ${step}, effect: ${effect} }`);
    expect(failures(run)).toEqual([told]);
  });

  test.each([
    ['a refusal by attached devices', 'effect: refusal'],
    ['a power cut of the attached hub: no driver declares power', 'effect: silence, silence: powerCut'],
  ])('the fault %s is reported and not faked', async (told, effect) => {
    const run = await struck(`{ attempt: 1, step: deviceState, ${effect} }`);
    expect(failures(run)).toEqual([]);
    expect(run.rows.find(({ step }) => step === 'deviceState')!.notRealised.join()).toContain(told);
  });

  test('a refusal by an emulated device beside attached ones happens at that device', async () => {
    const own = await emulated(AWAKE, { device: 'esme' });
    const text = `name: r${(rigs += 1)}\ndevices: { esme: { tcp: '127.0.0.1:${own.port}' } }\nfaults: [{ attempt: 1, step: deviceState, effect: refusal }]\n${ALLOWED}`;
    const run = await bench.run(text);
    await own.close();
    expect(failures(run)).toEqual(['deviceState refused SYN-TR01']);
    expect(run.rows.at(-1)!.notRealised.join()).toContain('attached devices (esme)');
  });
});

test('a ledger that cannot be written ends the run with its name, and what it would have covered is not sent', async () => {
  const text = rig(await start(), ALLOWED);
  const folder = join(bench.ledgers, `r${rigs}`);
  // A folder in the place of the file that is written before it is renamed.
  mkdirSync(join(folder, `esme-dcc.json.partial-${process.pid}`), { recursive: true });
  const frames: string[] = [];
  await expect(bench.run(text, { lines: (line) => void frames.push(line) })).rejects.toThrow(
    'esme-dcc.json: cannot be written (EISDIR)',
  );
  expect(frames.length).toBeGreaterThan(0);
  // The link is opened, and no octet crosses it.
  expect(frames.filter((line) => line.includes('"endpoint":"esme') && !line.includes('"hex":""'))).toEqual([]);
  expect(existsSync(join(folder, 'esme.lock'))).toBe(false);
});

test('a silent address is reported before anything begins, and no ledger is left', async () => {
  const text = `name: nobody\ndevices: { esme: { tcp: '127.0.0.1:1' } }\n`;
  await expect(bench.run(text)).rejects.toThrow('tcp:127.0.0.1:1');
  expect(existsSync(join(bench.ledgers, 'nobody', 'esme-dcc.json'))).toBe(false);
});
