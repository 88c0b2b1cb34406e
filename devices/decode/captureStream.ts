/** One direction of a conversation in a capture: its framing, and the names of the stations that speak. */
import type { HdlcAddress } from '../dlms/framing/hdlcFrame.ts';
import { frameFinder, type CaptureFraming, type Found, type FrameFinder } from './capture/captureFrames.ts';
import type { Portion } from './capture/capturePortion.ts';
import { addressText } from './words/linkWords.ts';

export type StreamOf = Pick<Portion, 'dir' | 'endpoint'>;

const NOBODY: HdlcAddress = { upper: -1, lower: -1, bytes: 1 };

/**
 * The names of the last pair of stations are kept, because nearly every frame is of the same one: to make them anew costs
 * more than to decode the frame.
 */
export class Stream {
  framing: CaptureFraming;
  finder: FrameFinder;
  readonly of: StreamOf;
  /** The conversation and the direction. */
  readonly key: string;
  /** `16>1`. */
  link = '';
  /** The conversation and both stations, the same for both directions. */
  peers = '';
  private source: HdlcAddress = NOBODY;
  private destination: HdlcAddress = NOBODY;
  private pair = -1;
  private readonly onFound: (found: Found) => void;

  constructor(framing: CaptureFraming, of: StreamOf, onFound: (found: Found, stream: Stream) => void) {
    this.framing = framing;
    this.of = of;
    this.key = `${of.endpoint} ${of.dir ?? ''}`;
    this.onFound = (found) => onFound(found, this);
    this.finder = frameFinder(framing, this.onFound);
  }

  /** Begins anew with another framing. */
  begin(framing: CaptureFraming): void {
    this.framing = framing;
    this.finder = frameFinder(framing, this.onFound);
  }

  /** The ports of the wrapper PDU that is at hand. */
  ports(source: number, destination: number): void {
    const pair = source * 65_536 + destination;
    if (this.pair === pair) return;
    this.pair = pair;
    this.name(String(source), String(destination), source < destination);
  }

  /** The stations of the HDLC frame that is at hand. */
  stations(source: HdlcAddress, destination: HdlcAddress): void {
    if (isSame(this.source, source) && isSame(this.destination, destination)) return;
    this.source = source;
    this.destination = destination;
    const [from, to] = [addressText(source), addressText(destination)];
    this.name(from, to, from < to);
  }

  private name(from: string, to: string, isFirst: boolean): void {
    this.link = `${from}>${to}`;
    this.peers = `${this.of.endpoint} ${isFirst ? `${from}-${to}` : `${to}-${from}`}`;
  }
}

function isSame(a: HdlcAddress, b: HdlcAddress): boolean {
  return a.upper === b.upper && a.lower === b.lower && a.bytes === b.bytes;
}
