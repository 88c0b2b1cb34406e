/** Decodes frames as they cross a channel: a frame log that tells what each frame says, and keeps none. */
import type { FrameLog } from '../transport/tap.ts';
import { readCapture } from './captureFile.ts';
import { CaptureDecoder, type DecodedLine } from './decodeCapture.ts';
import type { DecodeKeys } from './keyChest.ts';

export interface LiveTraceOptions {
  readonly keys: readonly DecodeKeys[];
  readonly nowMilliseconds: () => number;
  readonly onLine: (line: DecodedLine) => void;
}

export function liveTrace({ keys, nowMilliseconds, onLine }: LiveTraceOptions): FrameLog {
  const decoder = new CaptureDecoder({ keys });
  const t = (): string => new Date(nowMilliseconds()).toISOString();
  let frames = 0;
  return {
    get frames() {
      return frames;
    },
    record({ dir, endpoint, layer, bytes }) {
      frames += 1;
      for (const line of decoder.take({ t: t(), dir, endpoint, layer, bytes })) onLine(line);
    },
    remark({ endpoint, layer, note }) {
      for (const line of decoder.take({ t: t(), endpoint, layer, note, bytes: new Uint8Array(0) })) onLine(line);
    },
  };
}

/** As {@link liveTrace}, from the lines of a frame log as they are written. */
export function liveLines({ keys, onLine }: Omit<LiveTraceOptions, 'nowMilliseconds'>): (text: string) => void {
  const decoder = new CaptureDecoder({ keys });
  return (text) => {
    for (const item of readCapture(Buffer.from(text))) {
      if ('problem' in item) continue;
      for (const line of decoder.take(item)) onLine(line);
    }
  };
}
