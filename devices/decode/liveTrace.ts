/** Decodes frames as they cross a channel, and keeps none. */
import type { FrameLog, PlainFrame } from '../transport/tap.ts';
import { readCapture } from './capture/captureFile.ts';
import { CaptureDecoder, type DecodedLine } from './decodeCapture.ts';
import type { DecodeKeys } from './keyChest.ts';

/** Puts frames into words as they come. A frame that completes nothing yet has no words. */
export function plainWords(keys: readonly DecodeKeys[]): (frame: PlainFrame) => string | undefined {
  const texts: string[] = [];
  const decoder = new CaptureDecoder({ keys, trees: 'none' }, ({ text }) => texts.push(text));
  return (frame) => {
    decoder.take(frame);
    const words = texts.splice(0).join(' | ');
    return words === '' ? undefined : words;
  };
}

export interface LiveTraceOptions {
  readonly keys: readonly DecodeKeys[];
  readonly nowMilliseconds: () => number;
  readonly onLine: (line: DecodedLine) => void;
}

/** A frame log that tells what each frame says. */
export function liveTrace({ keys, nowMilliseconds, onLine }: LiveTraceOptions): FrameLog {
  const decoder = new CaptureDecoder({ keys, trees: 'none' }, onLine);
  const t = (): string => new Date(nowMilliseconds()).toISOString();
  let frames = 0;
  return {
    get frames() {
      return frames;
    },
    record({ dir, endpoint, layer, bytes }) {
      frames += 1;
      decoder.take({ t: t(), dir, endpoint, layer, bytes });
    },
    remark({ endpoint, layer, note }) {
      decoder.take({ t: t(), endpoint, layer, note, bytes: new Uint8Array(0) });
    },
  };
}

/** As {@link liveTrace}, from the lines of a frame log as they are written. */
export function liveLines({ keys, onLine }: Omit<LiveTraceOptions, 'nowMilliseconds'>): (text: string) => void {
  const decoder = new CaptureDecoder({ keys, trees: 'none' }, onLine);
  return (text) => readCapture(Buffer.from(text), (item) => ('problem' in item ? undefined : decoder.take(item)));
}
