/** Emulated devices that push by themselves: a data-notification at an interval, over TCP or to a broker. */
import { buildPush, type PushItem } from '../cosem/pushSetup.ts';
import { AUTHENTICATED, ENCRYPTED, writeCiphered } from '../dlms/security/ciphering.ts';
import { connectBroker, type Connection } from '../mqtt/connection.ts';
import { rigTopics } from '../mqtt/topics.ts';
import { chfPush } from '../personas/chf.ts';
import { tcpTransport } from '../transport/tcp.ts';
import type { Cancel, Timers } from '../transport/timers.ts';
import type { DeviceStates } from './deviceStates.ts';
import { pushFrames, type PushFraming } from './pushFrames.ts';
import type { ServedDevice, Unit } from './unit.ts';

export type PushTarget =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'mqtt'; readonly url: string; readonly bench: string };

export interface PushOptions {
  readonly to: PushTarget;
  readonly framing: PushFraming;
  readonly everySeconds: number;
  /** True protects the push by the device's keys, with a counter of its own. */
  readonly isCiphered: boolean;
  readonly timers: Timers;
  readonly state?: DeviceStates;
  /** Called when a push could not be sent. It is not sent again; the next one is. */
  readonly onNote: (note: string) => void;
}

const NAME_AND_TIME: readonly PushItem[] = [
  { classId: 1, name: '0.0.42.0.0.255', attribute: 2 },
  { classId: 8, name: '0.0.1.0.0.255', attribute: 2 },
];
/** What a meter pushes: its name, its time, and what it has measured. */
const METER_ITEMS: Readonly<Record<'esme' | 'gsme', readonly PushItem[]>> = {
  esme: [...NAME_AND_TIME, { classId: 3, name: '1.0.1.8.0.255', attribute: 2 }],
  gsme: [...NAME_AND_TIME, { classId: 4, name: '7.0.3.0.0.255', attribute: 2 }],
};

/** The push of one device as an APDU. Undefined if it has no counter left. */
export function pushOf({ kind, device }: ServedDevice, at: number, isCiphered: boolean): Uint8Array | undefined {
  const plain =
    kind === 'chf'
      ? chfPush(device, at)
      : buildPush(device, { items: METER_ITEMS[kind], client: device.readerSap, at });
  if (!isCiphered) return plain;
  const counter = device.reserveCounter();
  if (counter === undefined) return undefined;
  const { guek: encryptionKey, gak: authenticationKey } = device.keys();
  const { systemTitle } = device;
  const control = AUTHENTICATED | ENCRYPTED;
  return writeCiphered('generalGlo', { control, encryptionKey, authenticationKey, systemTitle, counter }, plain);
}

/** Pushes at once and then at the interval, the first device of each unit, until it is stopped. */
export function startPushing(units: readonly Unit[], options: PushOptions): { stop(): Promise<void> } {
  const { timers, everySeconds, onNote } = options;
  let cancel: Cancel = () => undefined;
  let isStopped = false;
  let sending: Promise<void> = Promise.resolve();
  const turn = (): void => {
    sending = pushAll(units, options).catch((cause: unknown) => onNote(`push: ${(cause as Error).message}`));
    void sending.then(() => {
      if (!isStopped) cancel = timers.after(everySeconds * 1000, turn);
    });
  };
  turn();
  return {
    async stop() {
      isStopped = true;
      cancel();
      await sending;
    },
  };
}

async function pushAll(units: readonly Unit[], options: PushOptions): Promise<void> {
  const { to, framing, isCiphered, timers, state, onNote } = options;
  const at = Math.floor(timers.nowMilliseconds() / 1000);
  const connection = to.kind === 'mqtt' ? await connectBroker({ url: to.url }) : undefined;
  try {
    for (const unit of units) {
      const [first] = unit.devices as [ServedDevice];
      const apdu = pushOf(first, at, isCiphered);
      // The counter is on record before it is used.
      if (isCiphered) state?.save(first.device);
      if (apdu)
        await send(unit, pushFrames(apdu, framing, { server: first.sap, client: first.device.readerSap }), {
          to,
          connection,
        });
      else onNote(`${unit.name}: no invocation counter is left, so it pushes no more`);
    }
  } finally {
    await connection?.close();
  }
}

async function send(
  unit: Unit,
  frames: readonly Uint8Array[],
  { to, connection }: { to: PushTarget; connection: Connection | undefined },
): Promise<void> {
  if (to.kind === 'tcp') {
    const channel = await tcpTransport(to).open();
    channel.onError(() => undefined);
    for (const frame of frames) channel.write(frame);
    await channel.flush();
    return channel.close();
  }
  const { s2c } = rigTopics({ bench: to.bench, rig: unit.name });
  for (const frame of frames) await connection?.publish(s2c, frame);
}
