import { labKeySource } from '../../../devices/headend/keySource.ts';
import { dialTransport } from '../../../devices/headend/dialTransport.ts';
import { isSettled, rotate, type Rotated } from '../../../devices/headend/rotate.ts';
import { run, runAsync, type RunnerOptions } from '../../../devices/headend/runner.ts';
import type { Peer } from '../../../devices/headend/associate.ts';
import { serve } from '../../../devices/link/serve.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { DCC_TITLE, peerOf } from '../../../devices/rig/bench/parties.ts';
import { memoryPair } from '../../../devices/transport/memory.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { virtualTimers, wallTimers } from '../../../devices/transport/timers.ts';
import { assert } from '../../../src/assert.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { STREAMS, seedWords } from '../../../sim/world/dice/streams.ts';

/**
 * A rotation is two associations: HLS-GMAC, a new GAK, a new GUEK; then HLS-GMAC under both, and the release. A head-end
 * keeps every key on record, so each round has a device and a ledger of its own.
 */
export interface Rotator {
  rotate(times: number): void | Promise<void>;
  close(): Promise<void>;
}

const keySource = labKeySource(new Stream(seedWords('benchmark'), 0, STREAMS.labKeys), 1);
const TRIES = 1;

function freshPeer(): Peer {
  return peerOf('chf', { systemTitle: DCC_TITLE, keys: LAB_KEYS, masterKey: LAB_KEYS.kek });
}

function held(rotated: Rotated | undefined, peer: Peer): void {
  assert(rotated?.kind === 'rotated', 'a rotation with nothing in its way succeeds');
  assert(isSettled(peer), 'and leaves nothing open');
}

/** Over links in memory, in virtual time. */
export function memoryRotator(): Rotator {
  const timers = virtualTimers(Date.UTC(2022, 0, 10, 12));
  return {
    rotate(times) {
      const [device, peer] = [labDevice('chf', 1), freshPeer()];
      const options: RunnerOptions = {
        ...{ timers, framing: 'wrapper' },
        dial(_, done) {
          const { client, server } = memoryPair({ timers });
          serve(connectDevice(device, { framing: 'wrapper' }), server, timers);
          done(client);
        },
      };
      for (let i = 0; i < times; i += 1) {
        let rotated: Rotated | undefined;
        run(rotate(peer, { keySource, tries: TRIES, anew: true }), options, (end) => (rotated = end));
        timers.runUntilQuiet();
        held(rotated, peer);
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Over sockets: each association connects anew, as a head-end does. */
export async function tcpRotator(): Promise<Rotator> {
  const timers = wallTimers();
  let device = labDevice('chf', 1);
  const listener = await tcpTransport({ port: 0 }).listen((channel) =>
    serve(connectDevice(device, { framing: 'wrapper' }), channel, timers),
  );
  const port = Number(listener.address.split(':').at(-1));
  const options: RunnerOptions = { timers, framing: 'wrapper', dial: dialTransport(() => tcpTransport({ port })) };
  return {
    async rotate(times) {
      device = labDevice('chf', 1);
      const peer = freshPeer();
      for (let i = 0; i < times; i += 1) {
        held(await runAsync(rotate(peer, { keySource, tries: TRIES, anew: true }), options), peer);
      }
    },
    close: () => listener.close(),
  };
}
