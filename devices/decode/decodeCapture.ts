/** Decodes a capture: a line a frame, with what it says. Pure: bytes in, lines out. */
import { roleOf } from '../dlms/apdu/apdu.ts';
import { concat } from '../dlms/encoding/bytes.ts';
import type { HdlcFrame } from '../dlms/framing/hdlcFrame.ts';
import { ApduStory, type Sent } from './apduStory.ts';
import type { Explained } from './explain/explained.ts';
import { readCapture } from './capture/captureFile.ts';
import { guessFraming, type CaptureFraming, type Found } from './capture/captureFrames.ts';
import type { CaptureItem, Portion, PortionContext } from './capture/capturePortion.ts';
import { KeyChest, type DecodeKeys } from './keyChest.ts';
import { Stream } from './captureStream.ts';
import { plain } from './words/valueWords.ts';
import { controlWords, messageText } from './words/linkWords.ts';

export interface DecodeOptions {
  /** Default `auto`. `mqtt` means payloads, which are framed as over TCP. */
  readonly framing?: 'auto' | 'wrapper' | 'hdlc' | '62056-21' | 'mqtt';
  readonly keys?: readonly DecodeKeys[];
  /**
   * `plain` (default): trees of plain JSON. `decoded`: trees with octets and large integers as they were decoded, for a
   * writer that takes them. `none`: lines for people need no tree, and cost less without one.
   */
  readonly trees?: 'plain' | 'decoded' | 'none';
}

/** One frame, or one place that is none. */
export interface DecodedLine {
  readonly t?: string | undefined;
  readonly dir?: 'c2s' | 's2c' | undefined;
  readonly endpoint: string;
  /** What the bench was doing, if its own log says so. */
  readonly about?: PortionContext | undefined;
  /** In octets from the start of this direction of the stream. */
  readonly offset: number;
  /** The link: `16>1`, or the HDLC control and addresses. */
  readonly link: string;
  readonly text: string;
  readonly tree?: Readonly<Record<string, unknown>> | undefined;
  /** True if the octets are no frame, or the frame holds no whole APDU. */
  readonly isDamage: boolean;
  /** True if the frame is ciphered and stays shut. */
  readonly isShut?: boolean | undefined;
}

export type TakeLine = (line: DecodedLine) => void;

const LLC_BYTES = 3;
/** Longest APDU put together from HDLC segments, in bytes. */
const SEGMENTS_BYTES_MAX = 1 << 16;
/** Most conversations in the middle of segments; the oldest is forgotten. */
const SEGMENTED_MAX = 256;
const LAYERS: Readonly<Record<string, CaptureFraming>> = {
  'wrapper': 'wrapper',
  'hdlc': 'hdlc',
  '62056-21': '62056-21',
};

/** Decodes a whole capture. For a large one, {@link decodeEach} keeps no line. */
export function decodeCapture(bytes: Uint8Array, options: DecodeOptions = {}): readonly DecodedLine[] {
  const lines: DecodedLine[] = [];
  decodeEach(bytes, options, (line) => lines.push(line));
  return lines;
}

/** Decodes a capture and hands on its lines one by one. */
export function decodeEach(bytes: Uint8Array, options: DecodeOptions, take: TakeLine): void {
  const decoder = new CaptureDecoder(options, take);
  const { framing = 'auto' } = options;
  const isStream = (octets: Uint8Array): boolean => framing !== 'auto' || guessFraming(octets) !== undefined;
  readCapture(bytes, (item) => decoder.take(item), isStream);
  decoder.end();
}

/** Where and when a line stands. */
type Place = Pick<DecodedLine, 't' | 'dir' | 'endpoint' | 'about'>;

/** The directions of one conversation. */
type Conversation = Partial<Record<'c2s' | 's2c' | 'unknown', Stream>>;

export class CaptureDecoder {
  private readonly story: ApduStory;
  private readonly framing: NonNullable<DecodeOptions['framing']>;
  private readonly trees: NonNullable<DecodeOptions['trees']>;
  private readonly onLine: TakeLine;
  private readonly streams = new Map<string, Conversation>();
  /** HDLC segments so far, by direction of a pair of stations. */
  private readonly segments = new Map<string, Uint8Array[]>();
  /** The portion that is being decoded. */
  private place: Place = { endpoint: '' };

  constructor({ framing = 'auto', keys = [], trees = 'plain' }: DecodeOptions, onLine: TakeLine) {
    this.framing = framing;
    this.trees = trees;
    this.onLine = onLine;
    this.story = new ApduStory(new KeyChest(keys));
  }

  take(item: CaptureItem): void {
    if ('problem' in item) {
      this.onLine({ endpoint: '', offset: 0, link: '', text: item.problem, isDamage: true });
      return;
    }
    this.place = item;
    if (item.bytes.length === 0) {
      if (item.note !== undefined) this.tell('', 0, item.note);
      return;
    }
    const stream = this.streamOf(item);
    if (stream === undefined) {
      this.tell('', 0, `${item.bytes.length} bytes: expected a frame of a known kind`, undefined, true);
      return;
    }
    stream.finder.push(item.bytes);
    if (item.isAlone) stream.finder.end();
  }

  /** A conversation has ended: what it still held is no whole frame, and nothing of it is kept. */
  forget(endpoint: string): void {
    this.endStreams(this.streams.get(endpoint));
    this.streams.delete(endpoint);
    for (const key of this.segments.keys()) if (key.startsWith(`${endpoint} `)) this.segments.delete(key);
  }

  end(): void {
    for (const conversation of this.streams.values()) this.endStreams(conversation);
  }

  private endStreams(conversation: Conversation | undefined): void {
    for (const stream of Object.values(conversation ?? {})) {
      this.place = stream.of;
      stream.finder.end();
    }
  }

  /** The stream that a portion belongs to; undefined if its octets are of no known framing. */
  private streamOf(portion: Portion): Stream | undefined {
    const { endpoint, dir } = portion;
    if (portion.isAlone) {
      const framing = this.framingOf(portion);
      return framing && new Stream(framing, { ...(dir && { dir }), endpoint }, this.onFound);
    }
    let conversation = this.streams.get(endpoint);
    const known = conversation?.[dir ?? 'unknown'];
    if (known && known.framing !== '62056-21') return known;
    const framing = this.framingOf(portion);
    // An optical port goes on in HDLC after its opening.
    if (known && framing === 'hdlc') known.begin(framing);
    if (known || framing === undefined) return known;
    if (conversation === undefined) this.streams.set(endpoint, (conversation = {}));
    const made = new Stream(framing, { ...(dir && { dir }), endpoint }, this.onFound);
    conversation[dir ?? 'unknown'] = made;
    return made;
  }

  private framingOf({ bytes, layer }: Portion): CaptureFraming | undefined {
    if (this.framing !== 'auto' && this.framing !== 'mqtt') return this.framing;
    return LAYERS[layer ?? ''] ?? guessFraming(bytes);
  }

  /** Hands on a line at the place of the portion. */
  private tell(
    link: string,
    offset: number,
    text: string,
    tree?: DecodedLine['tree'],
    isDamage = false,
    isShut = false,
  ): void {
    const { t, dir, endpoint, about } = this.place;
    // One shape for all lines: there may be millions.
    this.onLine({ t, dir, endpoint, about, offset, link, text, tree, isDamage, isShut });
  }

  private readonly onFound = (found: Found, stream: Stream): void => {
    const { offset } = found;
    switch (found.is) {
      case 'damage': {
        const text = `offset ${offset}: ${found.bytes} byte(s) are no frame: expected ${found.expected}`;
        return this.tell('', offset, text, undefined, true);
      }
      case 'apdu':
        return this.told(this.story.tell(found.apdu, this.sentOf(found.apdu, '')), '', offset);
      case 'wrapper': {
        const { source, destination, apdu } = found.pdu;
        stream.ports(source, destination);
        if (apdu.length === 0) return this.tell(stream.link, offset, 'an empty PDU');
        const told = this.story.tell(apdu, this.sentOf(apdu, stream.peers));
        return this.told(
          told,
          stream.link,
          offset,
          this.trees === 'none' ? undefined : { wrapper: { source, destination } },
        );
      }
      case 'hdlc':
        return this.hdlcFrame(found.frame, stream, offset);
      case '62056-21': {
        const { text, tree, isDamage } = messageText(found.message);
        return this.tell('62056-21', offset, text, tree, isDamage);
      }
    }
  };

  private sentOf(apdu: Uint8Array, peers: string): Sent {
    const { dir } = this.place;
    const isClient = dir === undefined ? roleOf(apdu) === 'request' : dir === 'c2s';
    return { from: isClient ? 'client' : 'server', peers };
  }

  private told(explained: Explained, link: string, offset: number, linkTree?: Record<string, unknown>): void {
    const { name, text } = explained;
    const decoded = this.trees === 'none' ? undefined : Object.assign(linkTree ?? {}, explained.tree());
    const tree = this.trees === 'plain' ? (plain(decoded) as DecodedLine['tree']) : decoded;
    this.tell(
      link,
      offset,
      text === '' ? name : `${name}: ${text}`,
      tree,
      explained.error !== undefined,
      explained.isShut === true,
    );
  }

  private hdlcFrame(frame: HdlcFrame, stream: Stream, offset: number): void {
    const { source, destination, segmented, information } = frame;
    const { text: control, isInformation } = controlWords(frame.control);
    stream.stations(source, destination);
    const link = `${control} ${stream.link}`;
    const tree = this.trees === 'none' ? undefined : { hdlc: { control, source, destination, segmented } };
    if (!isInformation) {
      const text = information.length === 0 ? '' : `${information.length} bytes of parameters`;
      return this.tell(link, offset, text, tree);
    }
    const whole = segmented || this.segments.size > 0 ? this.joined(`${stream.key} ${stream.link}`, frame) : information; // prettier-ignore
    if (segmented) return this.tell(link, offset, `segment of ${information.length} bytes`, tree);
    const hasLlc = whole[0] === 0xe6 && (whole[1] === 0xe6 || whole[1] === 0xe7);
    const apdu = hasLlc ? whole.subarray(LLC_BYTES) : whole;
    if (apdu.length === 0) return this.tell(link, offset, 'no APDU', tree);
    const sent = this.sentOf(apdu, stream.peers);
    // The LLC header tells the sender where the capture does not.
    const from = this.place.dir === undefined && hasLlc ? (whole[1] === 0xe6 ? 'client' : 'server') : sent.from;
    this.told(this.story.tell(apdu, { from, peers: sent.peers }), link, offset, tree);
  }

  /** The information of a frame, with the segments before it. */
  private joined(key: string, { segmented, information }: HdlcFrame): Uint8Array {
    const parts = this.segments.get(key);
    if (!parts && !segmented) return information;
    const all = parts ?? [];
    if (all.reduce((sum, one) => sum + one.length, 0) < SEGMENTS_BYTES_MAX) all.push(information);
    this.segments.delete(key);
    if (segmented) this.segments.set(key, all);
    if (this.segments.size > SEGMENTED_MAX) this.segments.delete(this.segments.keys().next().value!);
    return segmented ? information : concat(...all);
  }
}
