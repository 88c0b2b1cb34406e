/**
 * Listens for what devices send unasked: data-notifications, event-notifications and whatever else comes over a TCP
 * server, a serial line or a broker. It decodes what it hears as it comes, and sends nothing.
 */
import { CaptureDecoder, type DecodedLine, type DecodeOptions } from '../decode/decodeCapture.ts';
import type { DecodeKeys } from '../decode/keyChest.ts';
import { connectBroker } from '../mqtt/connection.ts';
import { serialTransport } from '../transport/serial.ts';
import type { SerialPackage } from '../transport/serialPackage.ts';
import { tcpTransport } from '../transport/tcp.ts';
import type { Timers } from '../transport/timers.ts';
import type { ByteChannel, TransportError } from '../transport/transport.ts';

export interface ListenOptions {
  /** Port 0 takes a free one. */
  readonly tcp?: { readonly host: string; readonly port: number };
  /** The mode is speed and frame, as in `9600/8N1`. */
  readonly serial?: { readonly path: string; readonly mode: string; readonly load?: () => Promise<SerialPackage> };
  readonly mqtt?: { readonly url: string; readonly topics: readonly string[] };
  readonly framing: NonNullable<DecodeOptions['framing']>;
  readonly keys: readonly DecodeKeys[];
  readonly timers: Timers;
  readonly onLine: (line: DecodedLine) => void;
}

export interface Listening {
  /** Where it listens: an address, a port, topics. */
  readonly at: readonly string[];
  /** Resolves with the cause when a carrier ends by itself, never on `close`. */
  readonly ended: Promise<TransportError>;
  close(): Promise<void>;
}

/** Octets of the beginning of a stream that are needed to tell its framing. */
const GUESS_BYTES = 2;

/** Starts listening. Rejects with a TransportError, and then leaves nothing open. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { tcp, serial, mqtt, framing, keys, timers, onLine } = options;
  const decoder = new CaptureDecoder({ framing, keys }, (line) => onLine({ t: now(), ...line }));
  const closers: (() => Promise<void>)[] = [];
  const at: string[] = [];
  let tell: (cause: TransportError) => void = () => undefined;
  const ended = new Promise<TransportError>((resolve) => {
    tell = resolve;
  });
  const now = (): string => new Date(timers.nowMilliseconds()).toISOString();
  const close = async (): Promise<void> => {
    await Promise.all(closers.splice(0).map((one) => one()));
  };
  const remark = (endpoint: string, text: string): void =>
    onLine({ t: now(), endpoint, offset: 0, link: '', text, isDamage: false });

  function hear(channel: ByteChannel): void {
    const { endpoint } = channel;
    let first: Uint8Array = new Uint8Array(0);
    let isKnown = framing !== 'auto';
    const take = (bytes: Uint8Array): void => {
      decoder.take({ t: now(), dir: 's2c', endpoint, bytes });
    };
    channel.onError(() => undefined);
    channel.onData((bytes) => {
      if (isKnown) return take(bytes);
      first = new Uint8Array(Buffer.concat([first, bytes]));
      isKnown = first.length >= GUESS_BYTES;
      if (isKnown) take(first);
    });
    channel.onClose(() => {
      if (!isKnown && first.length > 0) take(first);
      decoder.forget(endpoint);
      remark(endpoint, 'closed');
    });
  }

  /** A message is complete in itself. */
  function hearMessage({ t, endpoint, payload }: { t: string; endpoint: string; payload: Uint8Array }): void {
    const dir = endpoint.endsWith('/c2s') ? 'c2s' : 's2c';
    const plain = { t, dir, endpoint, offset: 0, isDamage: false } as const;
    if (payload.length === 0) return onLine({ ...plain, link: '', text: 'an empty message' });
    const message = messageOf(payload);
    if ('text' in message) return onLine({ ...plain, link: 'text', text: message.text });
    decoder.take({ t, dir, endpoint, bytes: message.octets, isAlone: true });
  }

  try {
    if (tcp) {
      const listener = await tcpTransport(tcp).listen((channel) => {
        remark(channel.endpoint, 'opened');
        hear(channel);
      });
      listener.onEnd(tell);
      closers.push(() => listener.close());
      at.push(`tcp ${listener.address}`);
    }
    if (serial) {
      const { path, mode, load } = serial;
      const channel = await serialTransport({ path, mode, ...(load && { load }) }).open();
      hear(channel);
      channel.onError(tell);
      closers.push(() => channel.close());
      at.push(`serial ${path} ${mode}`);
    }
    if (mqtt) {
      const connection = await connectBroker({ url: mqtt.url });
      connection.onEnd((cause) => cause && tell(cause));
      closers.push(() => connection.close());
      for (const topic of mqtt.topics) {
        await connection.subscribe(topic, ({ topic: endpoint, payload }) => {
          hearMessage({ t: now(), endpoint, payload });
        });
        at.push(`${connection.endpoint} ${topic}`);
      }
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  return { at, ended, close };
}

const TEXT = /^[\x20-\x7e\s]+$/;
const HEX = /^(?:[0-9A-Fa-f]{2}\s*){4,}$/;

/** What a message holds: a line of text, or octets, which may stand as hexadecimal. */
function messageOf(payload: Uint8Array): { readonly text: string } | { readonly octets: Uint8Array } {
  const text = Buffer.from(payload).toString('latin1');
  if (HEX.test(text)) return { octets: new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex')) };
  // 62056-21 is text, too, and begins with its own characters.
  return TEXT.test(text) && !text.startsWith('/') ? { text } : { octets: payload };
}
