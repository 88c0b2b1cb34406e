/** Frames a push as meters send it: over the wrapper, in HDLC UI frames whole or in segments, or in blocks. */
import { concat, NO_BYTES, Writer } from '../dlms/encoding/bytes.ts';
import { LLC_RESPONSE, UI } from '../dlms/framing/hdlcControl.ts';
import { encodeFrame, serverAddress, shortAddress } from '../dlms/framing/hdlcFrame.ts';
import { encodeWrapper } from '../dlms/framing/wrapper.ts';

export const PUSH_FRAMINGS = ['wrapper', 'hdlc', 'segments', 'blocks'] as const;

/**
 * `wrapper`: one PDU. `hdlc`: one UI frame. `segments`: UI frames of which all but the last say that more follows.
 * `blocks`: general-block-transfer, each block in a PDU of the wrapper.
 */
export type PushFraming = (typeof PUSH_FRAMINGS)[number];

export interface PushAddresses {
  /** Server SAP of the device that pushes. */
  readonly server: number;
  /** Client SAP that it pushes to. */
  readonly client: number;
}

/** Octets of one segment, and of one block. Small, so that a push of a lab device takes several. */
const PART_BYTES = 24;
/** Longest information field that one frame can hold, with its addresses and checks. */
const FRAME_BYTES = 2000;
const GENERAL_BLOCK_TRANSFER = 0xe0;
const LAST_BLOCK = 0x80;

export function pushFrames(
  apdu: Uint8Array,
  framing: PushFraming,
  { server, client }: PushAddresses,
): readonly Uint8Array[] {
  switch (framing) {
    case 'wrapper':
      return [encodeWrapper({ source: server, destination: client, apdu })];
    case 'hdlc':
    case 'segments': {
      const parts = partsOf(concat(LLC_RESPONSE, apdu), framing === 'hdlc' ? FRAME_BYTES : PART_BYTES);
      return parts.map((information, i) =>
        encodeFrame({
          destination: shortAddress(client),
          source: serverAddress(server, 0),
          control: UI,
          segmented: i < parts.length - 1,
          information,
        }),
      );
    }
    case 'blocks': {
      const parts = partsOf(apdu, PART_BYTES);
      return parts.map((octets, i) => {
        const control = i === parts.length - 1 ? LAST_BLOCK : 0;
        const head = new Writer().u8(GENERAL_BLOCK_TRANSFER).u8(control);
        const block = head.u16(i + 1).u16(0).octets(octets).bytes(); // prettier-ignore
        return encodeWrapper({ source: server, destination: client, apdu: block });
      });
    }
  }
}

function partsOf(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  if (bytes.length === 0) return [NO_BYTES];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}
