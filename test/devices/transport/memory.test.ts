import { describe } from 'vitest';
import { memoryPair } from '../../../devices/transport/memory.ts';
import type { MemoryPair } from '../../../devices/transport/memory.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import { transportLaws } from './transportLaws.ts';
import type { Pair } from './transportLaws.ts';

describe('memory', () => {
  const links = new WeakMap<Pair, MemoryPair>();
  transportLaws(
    () => {
      const timers = virtualTimers();
      const link = memoryPair({ timers });
      const pair: Pair = {
        client: link.client,
        server: link.server,
        settle: () => timers.settle(),
        async dispose() {
          await Promise.all([link.client.close(), link.server.close()]);
          await timers.settle();
        },
        leaked: () => timers.pending,
      };
      links.set(pair, link);
      return Promise.resolve(pair);
    },
    { peerSeesClose: true, sever: (pair) => links.get(pair)!.cut(), runs: 100, bytesMax: 300 },
  );
});
