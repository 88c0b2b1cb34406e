/**
 * Recognises a station's own frames when they come back. An optical head and a two-wire line return everything that is sent,
 * and where client SAP and server SAP are equal the addresses do not tell such a frame from one of the peer.
 *
 * Some frames only one side can send: SNRM, DISC and the LLC header E6E6 belong to the client, UA, DM, FRMR and E6E7 to the
 * server. Both sides send RR and later segments, so the station has to know whether its line echoes. It learns that from a
 * frame of the first kind, and from then on drops the frames that it has just sent.
 */
import { equalBytes } from '../encoding/bytes.ts';
import { readControl } from './hdlcControl.ts';
import { encodeFrame, type HdlcFrame } from './hdlcFrame.ts';

/** Most frames remembered as sent; a window has at most seven. */
const SENT_MAX = 16;

export class HdlcEcho {
  private echoes = false;
  private sent: Uint8Array[] = [];
  private readonly ownCodes: readonly number[];
  private readonly ownLlc: number;

  /** `codes`: unnumbered frames that only this station sends. `llc`: the second byte of the LLC header that it sends. */
  constructor(own: { readonly codes: readonly number[]; readonly llc: number }) {
    this.ownCodes = own.codes;
    this.ownLlc = own.llc;
  }

  /** Remembers frames that go out. */
  note(frames: readonly Uint8Array[]): void {
    this.sent.push(...frames);
    if (this.sent.length > SENT_MAX) this.sent.splice(0, this.sent.length - SENT_MAX);
  }

  /** True for a frame of this station. `startsApdu`: an I frame received now would be the first segment of an APDU. */
  isEcho(frame: HdlcFrame, startsApdu: boolean): boolean {
    const control = readControl(frame.control);
    const { information } = frame;
    const isOwn =
      control.kind === 'U'
        ? this.ownCodes.includes(control.code)
        : control.kind === 'I' && startsApdu && information[0] === 0xe6 && information[1] === this.ownLlc;
    if (isOwn) this.echoes = true;
    if (this.echoes && this.sent.length > 0) {
      const bytes = encodeFrame(frame);
      const at = this.sent.findIndex((one) => equalBytes(one, bytes));
      // An echo comes before the peer's frame, and in the order of sending.
      if (at >= 0) {
        this.sent.splice(0, at + 1);
        return true;
      }
    }
    if (!isOwn) this.sent = [];
    return isOwn;
  }
}
