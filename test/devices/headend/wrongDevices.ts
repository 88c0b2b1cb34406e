// Meters with one fault of their own, on TCP of this machine: each must be found by a law of devices.
import { connectDevice, LAB_MODELS, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS, labIdentity } from '../../../devices/personas/labProfile.ts';
import { serve } from '../../../devices/link/serve.ts';
import { splitFrames } from '../../../devices/link/splitFrames.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import type { ByteChannel } from '../../../devices/transport/transport.ts';
import { CosemDevice } from '../../../devices/cosem/device.ts';

/** A meter that listens. */
export interface ServedDevice {
  readonly url: string;
  close(): Promise<void>;
}

/** What a meter does with a link. `fresh` makes a meter with the lab keys. */
type Serve = (channel: ByteChannel, fresh: () => CosemDevice) => void;

/** Listens on a free port of this machine. */
export async function listening(take: Serve): Promise<ServedDevice> {
  const channels = new Set<ByteChannel>();
  const fresh = (): CosemDevice => labDevice('esme', 1);
  const listener = await tcpTransport({ port: 0 }).listen((channel) => {
    channels.add(channel);
    channel.onError(() => undefined);
    take(channel, fresh);
  });
  return {
    url: `tcp://127.0.0.1:${listener.address.split(':').at(-1)}`,
    close: async () => {
      for (const channel of channels) channel.close();
      await listener.close();
    },
  };
}

function plain(device: CosemDevice, channel: ByteChannel): void {
  serve(connectDevice(device, { framing: 'wrapper' }), channel, wallTimers());
}

/** A meter without a fault. */
export function rightDevice(): Serve {
  let device: CosemDevice | undefined;
  return (channel, fresh) => plain((device ??= fresh()), channel);
}

/** Sees each frame of a right meter before it is sent; what it returns is sent instead. */
function altered(alter: (frame: Uint8Array, nth: number, asked: Uint8Array) => readonly Uint8Array[]): Serve {
  let device: CosemDevice | undefined;
  let nth = 0;
  return (channel, fresh) => {
    const split = splitFrames('wrapper');
    let asked: Uint8Array = new Uint8Array();
    const write = channel.write.bind(channel);
    const other = Object.create(channel, {
      write: {
        value: (bytes: Uint8Array) => {
          for (const frame of split(bytes)) for (const one of alter(frame, (nth += 1), asked)) write(one);
        },
      },
    }) as ByteChannel;
    channel.onData((bytes) => (asked = bytes));
    plain((device ??= fresh()), other);
  };
}

/** Hangs up instead of giving a second answer on a link. */
function hangsUp(): Serve {
  let device: CosemDevice | undefined;
  return (channel, fresh) => {
    const split = splitFrames('wrapper');
    const write = channel.write.bind(channel);
    let answers = 0;
    const own = Object.create(channel, {
      write: {
        value: (bytes: Uint8Array) => {
          for (const frame of split(bytes)) {
            answers += 1;
            if (answers === 1) write(frame);
            else void channel.close();
          }
        },
      },
    }) as ByteChannel;
    plain((device ??= fresh()), own);
  };
}

/** Answers what it has been asked before with what it said then, whoever asks. */
function answersAgain(): Serve {
  let device: CosemDevice | undefined;
  const said = new Map<string, Uint8Array[]>();
  return (channel, fresh) => {
    let asked = '';
    const write = channel.write.bind(channel);
    const inner: ((bytes: Uint8Array) => void)[] = [];
    const own = Object.create(channel, {
      write: {
        value: (bytes: Uint8Array) => {
          said.set(asked, [...(said.get(asked) ?? []), bytes]);
          write(bytes);
        },
      },
      onData: { value: (listener: (bytes: Uint8Array) => void) => void inner.push(listener) },
    }) as ByteChannel;
    plain((device ??= fresh()), own);
    channel.onData((bytes) => {
      asked = Buffer.from(bytes).toString('hex');
      const before = said.get(asked);
      if (before) for (const one of before) write(one);
      else for (const listener of inner) listener(bytes);
    });
  };
}

/** Takes new keys, and has its old ones again on the next link. */
const forgetsKeys: Serve = (channel, fresh) => plain(fresh(), channel);

/** Takes the keys of strangers: it tries other keys wherever its own do not open what it is asked. */
function takesStrangers(): Serve {
  const other = (key: Uint8Array): Uint8Array => key.map((byte) => byte ^ 0x5a);
  const identity = labIdentity('esme', 1);
  const meters = [LAB_KEYS, { ...LAB_KEYS, guek: other(LAB_KEYS.guek) }].map(
    (keys) => new CosemDevice(LAB_MODELS.esme, { ...identity, keys }),
  );
  let links = 0;
  // The first link is opened for a trial, the second by the own keys; the third is that of the first stranger.
  return (channel) => plain(meters[(links += 1) === 3 ? 1 : 0] as CosemDevice, channel);
}

/** Takes a frame only `milliseconds` after it came. */
function slow(milliseconds: number): Serve {
  let device: CosemDevice | undefined;
  return (channel, fresh) => {
    const inner: ((bytes: Uint8Array) => void)[] = [];
    const late = Object.create(channel, {
      onData: { value: (listener: (bytes: Uint8Array) => void) => void inner.push(listener) },
    }) as ByteChannel;
    plain((device ??= fresh()), late);
    channel.onData((bytes) => setTimeout(() => inner.forEach((listener) => listener(bytes)), milliseconds).unref());
  };
}

const flipped = (frame: Uint8Array, at: number): Uint8Array => frame.map((byte, i) => (i === at ? byte ^ 0xff : byte));

export interface WrongDevice {
  readonly what: string;
  readonly serves: () => Serve;
  /** A part of the name of the law that finds it. */
  readonly law: string;
  /** What the law says of it. */
  readonly why: RegExp;
  /** True if only a law that writes can tell. */
  readonly writes?: boolean;
}

const PROVES = 'proves the keys held';

/** Each row is a meter with one fault. */
export const WRONG_DEVICES: readonly WrongDevice[] = [
  { what: 'hangs', serves: () => () => undefined, law: PROVES, why: /no answer came in the time allowed/ },
  { what: 'hangs up at once', serves: () => (channel) => void channel.close(), law: PROVES, why: /the link went down/ },
  {
    what: 'babbles',
    serves: () => (channel) => channel.onData(() => channel.write(new Uint8Array(64).fill(0x55))),
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +\S/,
  },
  { what: 'is too slow', serves: () => slow(2500), law: PROVES, why: /no answer came in the time allowed/ },
  {
    what: 'damages every answer',
    serves: () => altered((frame) => [flipped(frame, frame.length - 1)]),
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +\S/,
  },
  {
    what: 'cuts its answers short',
    serves: () => altered((frame) => [frame.slice(0, frame.length - 3)]),
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +\S/,
  },
  {
    what: 'says the first answer ever again',
    serves: () => {
      let first: Uint8Array | undefined;
      return altered((frame) => [(first ??= frame)]);
    },
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +\S/,
  },
  {
    what: 'answers a session that is sent again',
    serves: answersAgain,
    law: 'sent again, octet for octet',
    why: /it answered \d+ requests of a recorded session with data/,
  },
  {
    what: 'has its old keys again on the next link',
    serves: () => forgetsKeys,
    law: 'rotated and proved',
    why: /BROKEN +its keys are rotated and proved/,
    writes: true,
  },
  {
    what: 'takes the keys of a stranger',
    serves: takesStrangers,
    law: 'other keys gets nothing',
    why: /it took another GUEK: an association under them was proved/,
  },
  {
    what: 'counts from the beginning on each link',
    serves: () => forgetsKeys,
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +the second time/,
  },
  {
    what: 'says nothing but zeros',
    serves: () => (channel) => channel.onData((bytes) => channel.write(new Uint8Array(bytes.length))),
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +\S/,
  },
  {
    what: 'hangs up after its first answer',
    serves: hangsUp,
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +the first time: the link went down/,
  },
  {
    what: 'announces more octets than it sends',
    serves: () => altered((frame) => [frame.map((byte, i) => (i === 6 ? 0x40 : byte))]),
    law: PROVES,
    why: /no answer came in the time allowed/,
  },
  {
    what: 'leaves the third answer out, always',
    serves: () => {
      let here = 0;
      return altered((frame) => ((here += 1) % 3 === 0 ? [] : [frame]));
    },
    law: PROVES,
    why: /BROKEN +it proves the keys held, each time it is asked\n +\S/,
  },
];
