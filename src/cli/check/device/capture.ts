import { join } from 'node:path';
import type { BenchFrame } from '../../../../devices/rig/check/deviceBench.ts';
import { fileSink, frameLog } from '../../../../devices/transport/tap.ts';
import { wallTimers } from '../../../../devices/transport/timers.ts';

/** What is written of a case: its frames, and the link that they crossed. */
export interface Captured {
  readonly frames: readonly BenchFrame[];
}

/** Writes the frames of a failing case as a capture, keys masked. Returns its path; undefined: nothing was asked for. */
export function writeCapture({ frames }: Captured, name: string, out: string | undefined): string | undefined {
  if (out === undefined || frames.length === 0) return undefined;
  const path = join(out, `${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 80)}.pcap`);
  const file = fileSink(path);
  let at = 0;
  const timers = { ...wallTimers(), nowMilliseconds: () => at };
  const log = frameLog({ timers, pcap: (bytes) => file.write(bytes), pcapLayer: 'any' });
  for (const { direction, bytes, atMilliseconds } of frames) {
    at = atMilliseconds;
    log.record({ dir: direction, endpoint: 'device', layer: 'wrapper', bytes });
  }
  file.close();
  return path;
}
