/** Decodes a capture: a line a frame, with what it says. Pure: bytes in, lines out. */
import { roleOf } from '../dlms/apdu/apdu.ts';
import { concat } from '../dlms/encoding/bytes.ts';
import { DISC, DM, FRMR, readControl, SNRM, UA, UI } from '../dlms/framing/hdlcControl.ts';
import type { HdlcAddress, HdlcFrame } from '../dlms/framing/hdlcFrame.ts';
import { parseIdentification, protocolMode } from '../iec62056_21/frames.ts';
import { parseReadout } from '../iec62056_21/readout.ts';
import type { Message } from '../iec62056_21/scanner.ts';
import { ApduStory, type Sent, type Told } from './apduStory.ts';
import { readCapture, type Portion } from './captureFile.ts';
import { frameFinder, guessFraming, type CaptureFraming, type Found, type FrameFinder } from './captureFrames.ts';
import { KeyChest, type DecodeKeys } from './keyChest.ts';

export interface DecodeOptions {
  /** Default `auto`. `mqtt` means payloads, which are framed as over TCP. */
  readonly framing?: 'auto' | 'wrapper' | 'hdlc' | '62056-21' | 'mqtt';
  readonly keys?: readonly DecodeKeys[];
}

/** One frame, or one place that is none. */
export interface DecodedLine {
  readonly t?: string;
  readonly dir?: 'c2s' | 's2c';
  readonly endpoint: string;
  /** In octets from the start of this direction of the stream. */
  readonly offset: number;
  /** The link: `16>1`, or the HDLC control and addresses. */
  readonly link: string;
  readonly text: string;
  readonly tree?: Readonly<Record<string, unknown>>;
  /** True if the octets are no frame, or the frame holds no whole APDU. */
  readonly isDamage: boolean;
}

/** Longest APDU put together from HDLC segments, in bytes. */
const SEGMENTS_BYTES_MAX = 1 << 16;
/** Most conversations in the middle of segments; the oldest is forgotten. */
const SEGMENTED_MAX = 256;
const LAYERS: Readonly<Record<string, CaptureFraming>> = {
  'wrapper': 'wrapper',
  'hdlc': 'hdlc',
  '62056-21': '62056-21',
};

export function decodeCapture(bytes: Uint8Array, options: DecodeOptions = {}): readonly DecodedLine[] {
  const decoder = new CaptureDecoder(options);
  const lines: DecodedLine[] = [];
  for (const item of readCapture(bytes)) {
    if ('problem' in item) lines.push({ endpoint: '', offset: 0, link: '', text: item.problem, isDamage: true });
    else lines.push(...decoder.take(item));
  }
  return [...lines, ...decoder.end()];
}

interface Stream {
  finder: FrameFinder;
  framing: CaptureFraming;
  readonly of: Pick<Portion, 'dir' | 'endpoint'>;
}

export class CaptureDecoder {
  private readonly story: ApduStory;
  private readonly framing: NonNullable<DecodeOptions['framing']>;
  private readonly streams = new Map<string, Stream>();
  /** HDLC segments so far, by direction of a pair of stations. */
  private readonly segments = new Map<string, Uint8Array[]>();

  constructor({ framing = 'auto', keys = [] }: DecodeOptions) {
    this.framing = framing;
    this.story = new ApduStory(new KeyChest(keys));
  }

  take(portion: Portion): DecodedLine[] {
    const { t, dir, endpoint, note, bytes } = portion;
    const at = { ...(t !== undefined && { t }), ...(dir && { dir }), endpoint };
    if (bytes.length === 0)
      return note === undefined ? [] : [{ ...at, offset: 0, link: '', text: note, isDamage: false }];
    const framing = this.framingOf(portion);
    const key = `${endpoint}\n${dir ?? ''}`;
    let stream = portion.isAlone ? undefined : this.streams.get(key);
    const isSwitched =
      stream !== undefined && framing !== undefined && stream.framing === '62056-21' && framing === 'hdlc';
    if (!stream || isSwitched) {
      if (framing === undefined) {
        return [{ ...at, offset: 0, link: '', text: `${bytes.length} bytes: expected a frame of a known kind`, isDamage: true }]; // prettier-ignore
      }
      stream = { finder: frameFinder(framing), framing, of: { ...(dir && { dir }), endpoint } };
      if (!portion.isAlone) this.streams.set(key, stream);
    }
    const found = stream.finder.push(bytes);
    if (portion.isAlone) found.push(...stream.finder.end());
    return found.map((one) => this.line(one, at));
  }

  /** A conversation has ended: what it still held is no whole frame, and nothing of it is kept. */
  forget(endpoint: string): DecodedLine[] {
    const lines: DecodedLine[] = [];
    for (const [key, { finder, of }] of this.streams) {
      if (of.endpoint !== endpoint) continue;
      lines.push(...finder.end().map((one) => this.line(one, of)));
      this.streams.delete(key);
    }
    for (const key of this.segments.keys()) if (key.startsWith(`${endpoint} `)) this.segments.delete(key);
    return lines;
  }

  end(): DecodedLine[] {
    return [...this.streams.values()].flatMap(({ finder, of }) => finder.end().map((one) => this.line(one, of)));
  }

  private framingOf({ bytes, layer }: Portion): CaptureFraming | undefined {
    if (this.framing !== 'auto' && this.framing !== 'mqtt') return this.framing;
    return LAYERS[layer ?? ''] ?? guessFraming(bytes);
  }

  private line(found: Found, at: Pick<DecodedLine, 't' | 'dir' | 'endpoint'>): DecodedLine {
    const { offset } = found;
    switch (found.is) {
      case 'damage': {
        const text = `offset ${offset}: ${found.bytes} byte(s) are no frame: expected ${found.expected}`;
        return { ...at, offset, link: '', text, isDamage: true };
      }
      case 'apdu':
        return this.told(this.story.tell(found.apdu, sentOf(at, found.apdu, '')), { ...at, offset, link: '' });
      case 'wrapper': {
        const { source, destination, apdu } = found.pdu;
        const peers = [source, destination].sort((a, b) => a - b).join('-');
        const head = { ...at, offset, link: `${source}>${destination}` };
        if (apdu.length === 0) return { ...head, text: 'an empty PDU', isDamage: false };
        return this.told(this.story.tell(apdu, sentOf(at, apdu, peers)), head, { wrapper: { source, destination } });
      }
      case 'hdlc':
        return this.hdlcLine(found.frame, { ...at, offset });
      case '62056-21':
        return { ...at, offset, link: '62056-21', ...messageText(found.message) };
    }
  }

  private told(
    told: Told,
    head: Omit<DecodedLine, 'text' | 'isDamage'>,
    link: Record<string, unknown> = {},
  ): DecodedLine {
    const text = told.text === '' ? told.name : `${told.name}: ${told.text}`;
    return { ...head, text, tree: { ...link, ...told.tree }, isDamage: told.error !== undefined };
  }

  private hdlcLine(frame: HdlcFrame, at: Omit<DecodedLine, 'text' | 'link' | 'isDamage'>): DecodedLine {
    const { source, destination, segmented, information } = frame;
    const link = `${controlText(frame)} ${addressText(source)}>${addressText(destination)}`;
    const control = readControl(frame.control);
    const tree = { hdlc: { control: controlText(frame), source, destination, segmented } };
    const isInformation = control.kind === 'I' || (control.kind === 'U' && control.code === UI);
    if (!isInformation) {
      const text = information.length === 0 ? '' : `${information.length} bytes of parameters`;
      return { ...at, link, text, tree, isDamage: false };
    }
    const key = `${at.endpoint} ${at.dir ?? ''} ${link.split(' ').at(-1)!}`;
    const parts = this.segments.get(key) ?? [];
    if (parts.reduce((sum, one) => sum + one.length, 0) < SEGMENTS_BYTES_MAX) parts.push(information);
    this.segments.delete(key);
    if (segmented) this.segments.set(key, parts);
    if (this.segments.size > SEGMENTED_MAX) this.segments.delete(this.segments.keys().next().value!);
    if (segmented) return { ...at, link, text: `segment of ${information.length} bytes`, tree, isDamage: false };
    const whole = concat(...parts);
    const hasLlc = whole[0] === 0xe6 && (whole[1] === 0xe6 || whole[1] === 0xe7);
    const apdu = hasLlc ? whole.slice(3) : whole;
    if (apdu.length === 0) return { ...at, link, text: 'no APDU', tree, isDamage: false };
    const peers = [addressText(source), addressText(destination)].sort().join('-');
    const sent = sentOf(at, apdu, peers);
    // The LLC header tells the sender where the capture does not.
    const from = at.dir === undefined && hasLlc ? (whole[1] === 0xe6 ? 'client' : 'server') : sent.from;
    return this.told(this.story.tell(apdu, { ...sent, from }), { ...at, link }, tree);
  }
}

function sentOf({ dir, endpoint }: Pick<DecodedLine, 'dir' | 'endpoint'>, apdu: Uint8Array, peers: string): Sent {
  const isClient = dir === undefined ? roleOf(apdu) === 'request' : dir === 'c2s';
  return { from: isClient ? 'client' : 'server', peers: `${endpoint} ${peers}` };
}

const UNNUMBERED: Readonly<Record<number, string>> = { [SNRM]: 'SNRM', [DISC]: 'DISC', [UA]: 'UA', [DM]: 'DM', [FRMR]: 'FRMR', [UI]: 'UI' }; // prettier-ignore

function controlText(frame: HdlcFrame): string {
  const control = readControl(frame.control);
  const final = control.final ? ' final' : '';
  if (control.kind === 'U') return `${UNNUMBERED[control.code] ?? `U ${control.code.toString(16)}`}${final}`;
  return control.kind === 'I' ? `I s${control.ns} r${control.nr}${final}` : `${control.kind} r${control.nr}${final}`;
}

function addressText({ upper, lower, bytes }: HdlcAddress): string {
  return bytes === 1 ? String(upper) : `${upper}/${lower}`;
}

function messageText(message: Message): Pick<DecodedLine, 'text' | 'tree' | 'isDamage'> {
  switch (message.kind) {
    case 'line': {
      const identification = parseIdentification(message.text);
      if (!identification) return { text: `request ${JSON.stringify(message.text.trim())}`, isDamage: false };
      const mode = protocolMode(identification);
      const { manufacturer, model } = identification;
      return { text: `identification ${manufacturer} ${JSON.stringify(model)}, mode ${mode}`, tree: { identification: { ...identification, mode } }, isDamage: false }; // prettier-ignore
    }
    case 'option': {
      const { protocol, baud, mode } = message.option;
      return { text: `option V=${protocol} Z=${baud} Y=${mode}`, tree: { option: message.option }, isDamage: false };
    }
    case 'data': {
      const { sets } = parseReadout(message.text);
      const shown = sets.map(
        ({ address, value, unit }) => `${address}=${value}${unit === undefined ? '' : ` ${unit}`}`,
      );
      const check = message.checked ? '' : ', its check is wrong';
      return { text: `data${check}: ${shown.join(', ')}`, tree: { sets }, isDamage: !message.checked };
    }
    case 'command': {
      // A password stands in P1 and P2.
      const text = /^P[12]$/.test(message.command) ? 'not shown' : JSON.stringify(message.text ?? '');
      return { text: `command ${message.command} ${text}`, isDamage: !message.checked };
    }
    case 'ack':
    case 'nak':
      return { text: message.kind.toUpperCase(), isDamage: false };
    case 'tooLong':
      return { text: 'a block that is too long', isDamage: true };
  }
}
