// The key ledger by itself: what it never does, whatever it is told.
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { KeyLedger } from '../../../devices/headend/keyLedger.ts';
import { labKeySource, secretKeySource } from '../../../devices/headend/keySource.ts';
import { observeError } from '../../../devices/headend/observe.ts';
import { testDevice } from '../../../devices/headend/dcc.ts';
import { runAsync } from '../../../devices/headend/runner.ts';
import { dialTransport } from '../../../devices/headend/dialTransport.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { serve } from '../../../devices/link/serve.ts';
import { CLEAR } from '../../../devices/link/condition.ts';
import { DCC_TITLE, peerOf } from '../../../devices/rig/bench/parties.ts';
import { faultScript } from '../../../devices/transport/faultScript.ts';
import { frameLog, tapped } from '../../../devices/transport/tap.ts';
import { memoryTransport } from '../../../devices/transport/memory.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { STREAMS, seedWords } from '../../../sim/world/dice/streams.ts';
import { ledgerKeys, NOW, stage } from './stage.ts';

const OLD = { gak: 'active', guek: 'active' } as const;
const KEY = new Uint8Array(16).fill(1);

describe('the ledger', () => {
  test('the ledger keeps the old key until an association under the new one has succeeded', () => {
    const ledger = new KeyLedger(LAB_KEYS, LAB_KEYS.kek);
    ledger.beginRound();
    ledger.keyToSend('gak', () => KEY);
    ledger.note('gak', 'send');
    ledger.note('gak', 'acknowledged');
    expect(ledger.rows.map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'NEW']);
    expect(ledger.candidates()).toEqual([{ gak: 'new', guek: 'active' }, OLD]);
    ledger.proved({ gak: 'new', guek: 'active' });
    expect(ledger.rows.map(({ state }) => state)).toEqual(['EXPIRED', 'ACTIVE', 'ACTIVE']);
    expect(ledger.outstanding).toEqual(['guek']);
  });

  test('the ledger sends the recorded key again and not another one', () => {
    const ledger = new KeyLedger(LAB_KEYS, LAB_KEYS.kek);
    ledger.beginRound();
    const first = ledger.keyToSend('guek', () => KEY);
    ledger.note('guek', 'send');
    ledger.proved(OLD);
    expect(ledger.keyToSend('guek', () => new Uint8Array(16).fill(2))).toEqual(first);
    expect(ledger.rows).toHaveLength(3);
  });

  test('the ledger never lowers a counter, and a message in clear raises it within bounds only', () => {
    const ledger = new KeyLedger(LAB_KEYS);
    expect([1, 2, 3].map(() => ledger.reserveCounter(OLD))).toEqual([1, 2, 3]);
    expect(ledger.raiseCounter(OLD, 3)).toBe(false);
    // Ours comes to that by itself: worth another attempt.
    expect(ledger.raiseCounter(OLD, 4)).toBe(true);
    expect(ledger.raiseCounter(OLD, 0xffffffff)).toBe(false);
    expect(ledger.reserveCounter(OLD)).toBe(4);
    expect(ledger.raiseCounter(OLD, 500_000)).toBe(true);
    expect(ledger.reserveCounter(OLD)).toBe(500_000);
    ledger.noteServerCounter(OLD, 9);
    ledger.noteServerCounter(OLD, 3);
    expect(ledger.serverCounter(OLD)).toBe(9);
  });

  test('a head-end whose counters were lost finds its place again from the device', () => {
    const made = stage();
    for (let i = 0; i < 5; i += 1) made.do(testDevice(made.peer));
    const restored = peerOf('esme', { systemTitle: DCC_TITLE, keys: LAB_KEYS });
    expect(made.do(testDevice(restored)).ok).toBe(true);
  });

  test('an exception in clear does not withdraw a key: only a refusal that verifies does', () => {
    const made = stage();
    const answers = faultScript([]);
    made.link({
      ...CLEAR,
      frames: {
        admit(frame) {
          const admission = answers.admit(frame);
          // The answer to the first transfer becomes `D8 01 02`, as anybody on the way could send it.
          if (frame.frame !== 8) return admission;
          const forged = new Uint8Array([...frame.bytes.subarray(0, 6), 0, 3, 0xd8, 1, 2]);
          return { ...admission, deliveries: [{ bytes: forged, delayMilliseconds: 0, overtakable: false }] };
        },
      },
    });
    expect(made.rotate(1)).toMatchObject({ kind: 'failed', error: { kind: 'exception' } });
    expect(made.peer.ledger.rotation('gak')).toBe('sent');
    made.heal();
    expect(made.recover()).toBe(1);
    expect(ledgerKeys(made.peer).gak).toEqual(made.device.keyring.keys.gak);
    expect(observeError({ kind: 'exception', stateError: 1, serviceError: 2 })).toBe('noAnswer');
  });
});

describe('keys', () => {
  test('keys of the lab repeat for the same address, and differ by installation and index', () => {
    const source = (entity: number) => labKeySource(new Stream(seedWords('x'), 0, STREAMS.labKeys), entity);
    const [a, b, c] = [source(1), source(1), source(2)];
    const first = a();
    expect(first).toHaveLength(16);
    expect(b()).toEqual(first);
    expect(a()).not.toEqual(first);
    expect(c()).not.toEqual(first);
  });

  test('keys for real hardware never repeat', () => {
    const source = secretKeySource();
    expect(source()).not.toEqual(source());
  });

  test('keys appear in no text, log, capture or error of a rotation', () => {
    const made = stage({ device: 'chf' });
    const lines: string[] = [];
    const captured: Uint8Array[] = [];
    const log = frameLog({
      timers: made.timers,
      lines: (text) => lines.push(text),
      pcap: (bytes) => captured.push(new Uint8Array(bytes)),
    });
    const { dial } = made.runner;
    const runner = made.runner as { dial: typeof dial };
    runner.dial = (call, done) => dial(call, (channel) => done(channel && tapped(channel, { log, side: 'client' })));
    const rotated = made.rotate();
    expect(rotated.kind).toBe('rotated');
    expect(lines.length).toBeGreaterThan(10);
    const wrongKey = stage({ masterKey: KEY });
    const texts = [
      ...lines,
      JSON.stringify([made.peer, rotated, wrongKey.rotate(), made.peer.ledger.rows]),
      inspect([made.peer, rotated], { depth: 12 }),
    ].join('\n');
    const pcap = Buffer.concat(captured);
    for (const key of [LAB_KEYS.guek, LAB_KEYS.gak, LAB_KEYS.kek, ...made.keysMade]) {
      const hex = Buffer.from(key).toString('hex');
      expect(texts.toLowerCase()).not.toContain(hex);
      expect(texts).not.toContain([...key].join(', '));
      expect(texts).not.toContain([...key].join(','));
      expect(pcap.includes(Buffer.from(key))).toBe(false);
    }
    // The search can fail: the system titles are there.
    expect(texts).toContain(Buffer.from(DCC_TITLE).toString('hex'));
    expect(pcap.includes(Buffer.from(DCC_TITLE))).toBe(true);
  });
});

test('the same head-end runs over a transport, with promises', async () => {
  const timers = virtualTimers(NOW * 1000);
  const transport = memoryTransport({ timers });
  const device = labDevice('esme', 3);
  await transport.listen((channel) => serve(connectDevice(device, { framing: 'wrapper', saps: [2] }), channel, timers));
  const peer = peerOf('esme', { systemTitle: DCC_TITLE, keys: LAB_KEYS });
  const outcome = runAsync(testDevice(peer), { timers, framing: 'wrapper', dial: dialTransport(() => transport) });
  await timers.settle();
  expect(await outcome).toMatchObject({ ok: true });
  const nobody = memoryTransport({ timers });
  const errors: unknown[] = [];
  const dial = dialTransport(
    () => nobody,
    (error) => errors.push(error),
  );
  const lost = runAsync(testDevice(peer), { timers, framing: 'wrapper', dial });
  await timers.settle();
  expect(await lost).toEqual({ ok: false, error: { kind: 'lost', how: 'noLink' } });
  expect(errors).toHaveLength(3);
});
