// However a stream is portioned, its frames come out as they stand, and no octet is lost or moved.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../../../devices/dlms/encoding/bytes.ts';
import { encodeFrame, HdlcParser, serverAddress, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { encodeWrapper } from '../../../devices/dlms/framing/wrapper.ts';
import { splitFrames } from '../../../devices/link/splitFrames.ts';

/** Flags in the middle, too: there is no stuffing. */
const octets = fc
  .uint8Array({ minLength: 1, maxLength: 90 })
  .map((bytes) => bytes.map((one) => (one % 7 === 0 ? 0x7e : one)));
const frames = {
  wrapper: octets.map((apdu) => encodeWrapper({ source: 1, destination: 1, apdu })),
  hdlc: octets.map((information) =>
    encodeFrame({
      destination: serverAddress(1),
      source: shortAddress(16),
      control: 0x10,
      segmented: false,
      information,
    }),
  ),
};

function portioned(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length)).filter(({ length }) => length > 0);
}

const hex = (list: readonly Uint8Array[]): string[] => list.map((bytes) => Buffer.from(bytes).toString('hex'));

describe.each(['wrapper', 'hdlc'] as const)('%s', (framing) => {
  test('frames come out whole, in order, whatever the portions', () => {
    fc.assert(
      fc.property(
        fc.array(frames[framing], { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (sent, cuts) => {
          const split = splitFrames(framing);
          expect(hex(portioned(concat(...sent), cuts).flatMap((portion) => split(portion)))).toEqual(hex(sent));
        },
      ),
    );
  });

  test('noise passes as it came: what was in comes out, but for the frame that is not yet whole', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        frames[framing],
        (noise, cuts, frame) => {
          const split = splitFrames(framing);
          const all = concat(noise, frame);
          const out = concat(...portioned(all, cuts).flatMap((portion) => split(portion)));
          expect(hex([all.subarray(0, out.length)])).toEqual(hex([out]));
        },
      ),
    );
  });
});

test('HDLC frames that share a flag are two, and a parser behind the split finds both', () => {
  fc.assert(
    fc.property(frames.hdlc, frames.hdlc, (one, other) => {
      const split = splitFrames('hdlc');
      const parts = split(concat(one, other.subarray(1)));
      expect(hex(parts)).toEqual(hex([one, other.subarray(1)]));
      const parser = new HdlcParser();
      expect(parts.flatMap((part) => parser.receive(part, 0))).toHaveLength(2);
    }),
  );
});
