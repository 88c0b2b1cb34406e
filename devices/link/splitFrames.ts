/**
 * Splits a stream of octets into frames without checking them, so that faults and logs deal in frames whatever portions
 * the carrier delivers. Other octets pass unchanged; no octet is added, lost or moved.
 */
import { concat } from '../dlms/encoding/bytes.ts';

type Framing = 'wrapper' | 'hdlc';

/** Measures the frame at the start: undefined while its length is unknown, 0 if no frame begins there. */
type Measure = (bytes: Uint8Array, options: { readonly afterFlag: boolean }) => number | undefined;

const WRAPPER_HEADER = 8;

function wrapperBytes(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0 || (bytes.length > 1 && bytes[1] !== 1)) return 0;
  return bytes.length < WRAPPER_HEADER ? undefined : WRAPPER_HEADER + ((bytes[6]! << 8) | bytes[7]!);
}

const FLAG = 0x7e;
const FORMAT = 0xa0;
const FRAME_MIN = 7;

/**
 * Measures an HDLC frame from flag to flag. A closing flag may also open the next frame, which then has no opening
 * flag. There is no stuffing: the length tells where the closing flag must stand.
 */
function hdlcBytes(bytes: Uint8Array, { afterFlag }: { readonly afterFlag: boolean }): number | undefined {
  const at = bytes[0] === FLAG ? 1 : 0;
  if (at === 0 && !afterFlag) return 0;
  const [format, low] = [bytes[at], bytes[at + 1]];
  if (format === undefined) return undefined;
  if ((format & 0xf0) !== FORMAT) return 0;
  if (low === undefined) return undefined;
  const length = ((format & 7) << 8) | low;
  if (length < FRAME_MIN) return 0;
  const closing = at + length;
  if (bytes.length <= closing) return undefined;
  return bytes[closing] === FLAG ? closing + 1 : 0;
}

const MEASURES: Readonly<Record<Framing, Measure>> = { wrapper: wrapperBytes, hdlc: hdlcBytes };
/** The octet with which the next frame may begin after other octets. */
const BEGINS: Readonly<Record<Framing, number>> = { wrapper: 0x00, hdlc: FLAG };

/**
 * Returns the frames that each portion completes. A wrapper frame has up to 65,543 octets, so no more octets are ever
 * held.
 */
export function splitFrames(framing: Framing): (bytes: Uint8Array) => readonly Uint8Array[] {
  const measure = MEASURES[framing];
  let rest: Uint8Array = new Uint8Array(0);
  let afterFlag = false;
  return (bytes) => {
    rest = rest.length === 0 ? bytes : concat(rest, bytes);
    const frames: Uint8Array[] = [];
    while (rest.length > 0) {
      const length = measure(rest, { afterFlag });
      if (length === undefined || length > rest.length) break;
      const end = length === 0 ? noiseBytes(rest, BEGINS[framing]) : length;
      frames.push(rest.slice(0, end));
      afterFlag = length > 0 && framing === 'hdlc';
      rest = rest.slice(end);
    }
    return frames;
  };
}

/** Returns the number of octets before the next possible start of a frame; at least one. */
function noiseBytes(bytes: Uint8Array, begins: number): number {
  const next = bytes.indexOf(begins, 1);
  return next < 0 ? bytes.length : next;
}
