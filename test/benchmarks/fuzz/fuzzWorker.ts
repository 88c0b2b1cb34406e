// Started by workers.ts: plays one part of the cases, and says in shared memory where it is, so that a hang has a name.
import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from '../../devices/fuzz/fuzz.ts';
import { TARGETS } from '../../devices/fuzz/targets.ts';
import { PLACE, PLACES, type FuzzJob } from './workers.ts';

const { seed, inputs, part, shared } = workerData as FuzzJob;
const place = new Int32Array(shared, 0, PLACES);
const latest = new Uint8Array(shared, 4 * PLACES);

const tallies = await fuzz(TARGETS, {
  ...{ seed, inputs, part },
  onGiven(bytes) {
    latest.set(bytes.subarray(0, latest.length));
    place[PLACE.length] = bytes.length;
  },
  onCase(target, index, done) {
    place[PLACE.target] = target;
    place[PLACE.index] = index;
    place[PLACE.inputs] = done;
  },
});
parentPort?.postMessage(tallies);
