// The published laws of a head-end, held by ours; and each broken by a head-end with one fault of its own, so that they can fail.
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import type { Peer } from '../../../devices/headend/associate.ts';
import { dialTransport } from '../../../devices/headend/dialTransport.ts';
import { labKeySource, type KeySource } from '../../../devices/headend/keySource.ts';
import { KeyLedger } from '../../../devices/headend/keyLedger.ts';
import { rotate } from '../../../devices/headend/rotate.ts';
import { runAsync } from '../../../devices/headend/runner.ts';
import { DCC_TITLE } from '../../../devices/rig/bench/parties.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { wallTimers, type Timers } from '../../../devices/transport/timers.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { STREAMS, seedWords } from '../../../sim/world/dice/streams.ts';
import { HEAD_END_LAWS, type DeviceAtAddress, type HeadEnd } from '../../kit/index.ts';

/** The head-end's patience of 20 seconds is four here: more than a busy machine makes it wait. */
const HURRY = 5;
const hurried = (): Timers => {
  const wall = wallTimers();
  return {
    nowMilliseconds: () => wall.nowMilliseconds() * HURRY,
    after: (milliseconds, action) => wall.after(milliseconds / HURRY, action),
  };
};

function peerOf(device: DeviceAtAddress): Peer {
  const ledger = new KeyLedger({ guek: fromHex(device.guek), gak: fromHex(device.gak) }, fromHex(device.kek));
  const call = { device: 'esme', client: device.clientSap, server: device.serverSap, timeoutSeconds: 20 } as const;
  return { call, systemTitle: DCC_TITLE, ledger };
}

const kitKeys = (): KeySource => labKeySource(new Stream(seedWords('kit'), 0, STREAMS.labKeys), 1);

/** Ours, as anybody would attach theirs. `peer`: what it knows of a device at each call. */
function headEnd(peer?: (device: DeviceAtAddress) => Peer, keySource: KeySource = kitKeys()): HeadEnd {
  const peers = new Map<number, Peer>();
  const known = (device: DeviceAtAddress): Peer => {
    const one = peers.get(device.number) ?? peerOf(device);
    peers.set(device.number, one);
    return one;
  };
  return {
    async rotate(device) {
      const dial = dialTransport(() => tcpTransport({ port: device.port }));
      const options = { timers: hurried(), framing: device.framing, dial };
      const rotated = await runAsync(rotate((peer ?? known)(device), { keySource, tries: 1 }), options);
      return rotated.kind === 'rotated' ? 'rotated' : 'failed';
    },
  };
}

const options = { concurrency: 30 };

describe.concurrent('our head-end', () => {
  test.each(HEAD_END_LAWS)('our head-end keeps the law: $name', async (law) => {
    const cases: string[] = [];
    await law.check(headEnd(), { ...options, onCase: (text) => cases.push(text) });
    if (law.name.startsWith('whichever')) expect(cases.length).toBeGreaterThan(12);
  });
});

/** Knows the keys again, and begins to count anew. */
function forgetful(): (device: DeviceAtAddress) => Peer {
  const known = new Map<number, Peer>();
  return (device) => {
    const keys = known.get(device.number)?.ledger.keys({ gak: 'active', guek: 'active' });
    const peer = peerOf({ ...device, ...(keys && { guek: toHex(keys.guek), gak: toHex(keys.gak) }) });
    known.set(device.number, peer);
    return peer;
  };
}

interface Broken {
  readonly what: string;
  readonly bad: HeadEnd;
  readonly why: RegExp;
  readonly hungAfterMilliseconds?: number;
}

const BROKEN: readonly Broken[] = [
  { what: 'forgets what it has sent', bad: headEnd(peerOf), why: /said "failed"|not settled/ },
  { what: 'counts from one again', bad: headEnd(forgetful()), why: /nonce/ },
  { what: 'has one key for all', bad: headEnd(undefined, () => fromHex('42'.repeat(16))), why: /as well/ },
  {
    what: 'says "rotated" whatever came of it',
    bad: { rotate: (device) => said(headEnd().rotate(device)) },
    why: /has a key that it began with/,
  },
  { what: 'rejects', bad: { rotate: () => Promise.reject(new Error('no')) }, why: /rejected: Error: no/ },
  { what: 'never ends', bad: { rotate: () => new Promise(() => undefined) }, why: /frame 1 .*: hung/, hungAfterMilliseconds: 300 }, // prettier-ignore
];

describe.concurrent('a head-end that', () => {
  test.each(BROKEN)('a broken head-end is found out: $what', async ({ bad, why, hungAfterMilliseconds = 20_000 }) => {
    const found: string[] = [];
    for (const law of HEAD_END_LAWS) {
      const broken = law.check(bad, { ...options, hungAfterMilliseconds });
      found.push(await broken.then(() => '', (error: unknown) => (error as Error).message)); // prettier-ignore
      if (why.test(found.at(-1) as string)) return;
    }
    expect.fail(found.join('\n'));
  });
});

test('a head-end that takes an impostor for the device is found out', async () => {
  const law = HEAD_END_LAWS.find(({ name }) => name.startsWith('an impostor'));
  const bad: HeadEnd = { rotate: (device) => said(headEnd().rotate(device)) };
  await expect(law?.check(bad)).rejects.toThrow('an impostor with other keys: the head-end said "rotated"');
});

async function said(answer: Promise<unknown>): Promise<'rotated'> {
  await answer;
  return 'rotated';
}
