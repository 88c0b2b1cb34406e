// The head-end's process dies at any moment of a rotation - at every frame and at every write of its ledger, before and after it -
// and another takes up what is on disk, over TCP against the emulator. Two deaths in one rotation are the commands' test in memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CosemDevice } from '../../../../devices/cosem/device.ts';
import { toHex } from '../../../../devices/dlms/encoding/bytes.ts';
import type { Emulation } from '../../../../devices/emulate/emulate.ts';
import type { Peer } from '../../../../devices/headend/associate.ts';
import { dialTransport } from '../../../../devices/headend/dialTransport.ts';
import { secretKeySource } from '../../../../devices/headend/keySource.ts';
import { isSettled, recover, rotate, type Rotated } from '../../../../devices/headend/rotate.ts';
import { run, runAsync, type RunnerOptions } from '../../../../devices/headend/runner.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import { LedgerStore } from '../../../../devices/rig/bench/ledgerStore.ts';
import { DCC_TITLE } from '../../../../devices/rig/bench/parties.ts';
import { tcpTransport } from '../../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../../devices/transport/timers.ts';
import type { ByteChannel } from '../../../../devices/transport/transport.ts';
import { RECOVERY_ASSOCIATIONS_MAX } from '../../../../src/keys/rotation.ts';
import { openAll, pairings, reused, type Frame, type NonceUse } from '../../../kit/headEnd/audit.ts';
import { ledgerKeys, sameKeys } from '../../headend/stage.ts';
import { AWAKE, emulated } from '../bench.ts';

const folder = mkdtempSync(join(tmpdir(), 'smb-restart-'));
let emulation: Emulation & { port: number };
beforeAll(async () => {
  emulation = await emulated(AWAKE, { device: 'esme', count: 1 });
});
afterAll(async () => {
  await emulation.close();
  rmSync(folder, { recursive: true });
});

const device = (): CosemDevice => emulation.units[0]!.devices[0]!.device;
/** Everything that crossed the link, and every key that the device has had. */
const frames: Frame[] = [];
const keys = {
  gueks: new Map([[toHex(LAB_KEYS.guek), LAB_KEYS.guek]]),
  gaks: new Map([[toHex(LAB_KEYS.gak), LAB_KEYS.gak]]),
};

const uses: NonceUse[] = [];
let opened = 0;
let unopened = 0;

/** Reads what crossed the link in one life with the few keys that were live about then. */
function audit(): void {
  const latest = (of: ReadonlyMap<string, Uint8Array>): Uint8Array[] => [...of.values()].slice(-5);
  const read = openAll(frames.splice(0), pairings(latest(keys.gueks), latest(keys.gaks)));
  uses.push(...read.uses);
  opened += read.opened.length;
  unopened += read.unopened;
}

function remember(): void {
  const { guek, gak } = device().keyring.keys;
  keys.gueks.set(toHex(guek), guek);
  keys.gaks.set(toHex(gak), gak);
}

/** A head-end process: its memory goes with it, its ledger stays. Dies at the n-th thing that happens, before it or after. */
function headEnd(death?: { readonly at: number; readonly when: 'before' | 'after' }) {
  const store = new LedgerStore(folder);
  const { ledger } = store.open('esme', 'dcc', { keys: LAB_KEYS, masterKey: LAB_KEYS.kek });
  let happened = 0;
  let isDead = false;
  let calls = 0;
  let kill = (): void => undefined;
  /** Whether it still happens. */
  const happens = (): boolean => {
    if (isDead) return false;
    happened += 1;
    if (happened !== death?.at) return true;
    isDead = true;
    queueMicrotask(() => kill());
    return death.when === 'after';
  };
  const write = ledger.onChange;
  ledger.onChange = (memory) => {
    if (happens()) write?.(memory);
  };
  const watched = (channel: ByteChannel): ByteChannel =>
    Object.create(channel, {
      write: {
        value: (bytes: Uint8Array) => {
          if (!happens()) return;
          frames.push({ direction: 'c2s', bytes: new Uint8Array(bytes) });
          channel.write(bytes);
        },
      },
      onData: {
        value: (listener: (bytes: Uint8Array) => void) =>
          channel.onData((bytes) => {
            frames.push({ direction: 's2c', bytes: new Uint8Array(bytes) });
            remember();
            if (happens()) listener(bytes);
          }),
      },
    }) as ByteChannel;
  const dial = dialTransport(() => tcpTransport({ port: emulation.port }));
  const peer: Peer = {
    call: { device: 'esme', client: 1, server: 1, timeoutSeconds: 5 },
    systemTitle: DCC_TITLE,
    ledger,
    mayWrite: () => true,
  };
  const runner: RunnerOptions = {
    timers: wallTimers(),
    framing: 'wrapper',
    dial: (call, done) => dial(call, (channel) => done(channel && watched(channel))),
    onCall: () => (calls += 1),
  };
  return {
    peer,
    runner,
    get calls() {
      return calls;
    },
    /** What the rotation came to, or undefined where the process died in it. */
    rotate: (): Promise<Rotated | undefined> =>
      new Promise((resolve) => {
        kill = () => {
          crash();
          resolve(undefined);
        };
        const crash = run(rotate(peer, { keySource: secretKeySource(), tries: 1 }), runner, resolve);
      }),
  };
}

describe.each(['before', 'after'] as const)('the process dies %s the nth thing that it does', (when) => {
  test('after a process dies, the next one finds the live keys within four associations and rotates', async () => {
    let deaths = 0;
    for (let at = 1; at < 200; at += 1) {
      const first = headEnd({ at, when });
      const rotated = await first.rotate();
      if (rotated) {
        expect(rotated).toEqual({ kind: 'rotated' });
        break;
      }
      deaths += 1;
      // What was on its way arrives.
      await new Promise((resolve) => setTimeout(resolve, 5));
      remember();
      const next = headEnd();
      expect(await runAsync(recover(next.peer), next.runner), `death ${at}`).toMatchObject({ ok: true });
      expect(next.calls, `death ${at}`).toBeLessThanOrEqual(RECOVERY_ASSOCIATIONS_MAX);
      expect(sameKeys(ledgerKeys(next.peer), device().keyring.keys), `death ${at}: ledger and device agree`).toBe(true);
      const last = headEnd();
      expect(await last.rotate(), `death ${at}`).toEqual({ kind: 'rotated' });
      expect(isSettled(last.peer), `death ${at}`).toBe(true);
      expect(sameKeys(ledgerKeys(last.peer), device().keyring.keys), `death ${at}: after the rotation`).toBe(true);
      audit();
    }
    // A rotation sends and hears of a dozen frames each way, and writes its ledger as often.
    expect(deaths).toBeGreaterThan(25);
  });
});

test('no nonce is used for two messages over all lives of the process', () => {
  expect(opened).toBeGreaterThan(500);
  // What was said under a key that the device never took cannot be read, and is little.
  expect(unopened).toBeLessThan(opened / 10);
  expect(reused(uses)).toEqual([]);
});
