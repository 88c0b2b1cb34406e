// The same head-end over sockets and the wall's time: protocol laws only, for nothing here is quiescent.
import { expect, test } from 'vitest';
import { labKeySource } from '../../../devices/headend/keySource.ts';
import { dialTransport } from '../../../devices/headend/dialTransport.ts';
import { isSettled, rotate } from '../../../devices/headend/rotate.ts';
import { runAsync, type RunnerOptions } from '../../../devices/headend/runner.ts';
import { serve } from '../../../devices/link/serve.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { DCC_TITLE, peerOf } from '../../../devices/rig/bench/parties.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { STREAMS, seedWords } from '../../../sim/world/dice/streams.ts';
import { ledgerKeys, sameKeys } from './stage.ts';

test.each(['wrapper', 'hdlc'] as const)(
  'over TCP with %s, keys are rotated and then rotated again',
  async (framing) => {
    const timers = wallTimers();
    const device = labDevice('esme', 5);
    const listener = await tcpTransport({ port: 0 }).listen((channel) =>
      serve(connectDevice(device, { framing, saps: [2] }), channel, timers),
    );
    const port = Number(listener.address.split(':').at(-1));
    const runner: RunnerOptions = { timers, framing, dial: dialTransport(() => tcpTransport({ port })) };
    const peer = peerOf('esme', { systemTitle: DCC_TITLE, keys: LAB_KEYS, masterKey: LAB_KEYS.kek });
    const keySource = labKeySource(new Stream(seedWords('tcp'), 0, STREAMS.labKeys), 5);
    for (let round = 1; round <= 2; round += 1) {
      expect(await runAsync(rotate(peer, { keySource, tries: 2 }), runner)).toEqual({ kind: 'rotated' });
      expect(isSettled(peer)).toBe(true);
      expect(sameKeys(ledgerKeys(peer), device.keyring.keys)).toBe(true);
      expect(peer.ledger.rows).toHaveLength(2 + 2 * round);
    }
    await listener.close();
    expect(await runAsync(rotate(peer, { keySource, tries: 1 }), runner)).toEqual({
      kind: 'failed',
      error: { kind: 'lost', how: 'noLink' },
    });
  },
);
