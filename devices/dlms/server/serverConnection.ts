/**
 * One connection to a device: a framing, and the associations behind it. A route may delay an APDU (for a sleepy device
 * behind a hub); `poll` delivers the answer when its instant has come.
 */
import { Association } from './association.ts';
import type { HdlcAddress } from '../framing/hdlcFrame.ts';
import {
  HdlcServer,
  type HdlcServerEvent,
  type HdlcServerLink,
  type HdlcServerOptions,
} from '../framing/hdlcServer.ts';
import type { LogicalDevice } from './logicalDevice.ts';
import { encodeWrapper, type SkippedBytes, WrapperParser } from '../framing/wrapper.ts';

/** The destination of an APDU for a server SAP, and the instant at which it can take it. Undefined: nobody is there. */
export type Route = { readonly device: LogicalDevice; readonly readyAt: number } | undefined;

export interface ServerConnectionOptions {
  readonly framing: 'wrapper' | 'hdlc';
  /** Gives the route of each APDU. Asked again when a delayed APDU is due. */
  readonly route: (serverSap: number, at: number) => Route;
  /** True if a server SAP exists here. HDLC connects to it even while its device is out of reach. */
  readonly serves: (serverSap: number) => boolean;
  /** HDLC: physical addresses that are answered. Default: all. */
  readonly physical?: readonly number[];
  readonly hdlc?: Omit<HdlcServerOptions, 'serves'>;
  /** Wrapper: called when bytes were skipped to find the next header. */
  readonly onSkipped?: (skipped: SkippedBytes) => void;
}

/** Most associations of a connection, and most APDUs waiting in it. */
const ASSOCIATIONS_MAX = 32;
const WAITING_MAX = 32;
/** HDLC addresses that mean every station or none. */
const HDLC_BROADCAST = new Set([0, 0x7f, 0x3fff]);

/**
 * The server SAP of an HDLC address. A client configured with "server 1" and two or four bytes may write a lower address
 * of 1 and no upper one; only this server can be meant.
 */
function sapOf({ upper, lower }: HdlcAddress): number {
  return upper === 0 ? lower : upper;
}

interface Waiting {
  readonly readyAt: number;
  readonly client: number;
  readonly server: number;
  readonly apdu: Uint8Array;
  readonly link: HdlcServerLink | undefined;
}

/** Takes bytes and an instant, and gives the bytes to send. */
export class ServerConnection {
  private readonly associations = new Map<string, { device: LogicalDevice; association: Association }>();
  private waiting: Waiting[] = [];
  private readonly options: ServerConnectionOptions;
  private readonly wrapper: WrapperParser;
  private readonly hdlc: HdlcServer | undefined;

  constructor(options: ServerConnectionOptions) {
    this.options = options;
    this.wrapper = new WrapperParser({ ...(options.onSkipped && { onSkipped: options.onSkipped }) });
    if (options.framing === 'wrapper') return;
    this.hdlc = new HdlcServer({
      ...options.hdlc,
      serves: (address) => {
        const { upper, lower } = address;
        // An address without an upper part has nothing to compare with the physical addresses.
        const isHere = upper === 0 || lower === 0 || (options.physical?.includes(lower) ?? true);
        return isHere && !HDLC_BROADCAST.has(sapOf(address)) && options.serves(sapOf(address));
      },
    });
  }

  /** Gives the frames that answer these bytes, received at instant `at` (seconds since the epoch). */
  receive(bytes: Uint8Array, at: number): Uint8Array[] {
    const out = this.poll(at);
    if (this.hdlc) {
      for (const event of this.hdlc.receive(bytes, at)) out.push(...this.onHdlc(event, at));
    } else {
      for (const { source, destination, apdu } of this.wrapper.receive(bytes)) {
        out.push(...this.deliver({ client: source, server: destination, apdu, link: undefined }, at));
      }
    }
    return out;
  }

  /** Handles what has become due: answers of devices that slept, and links that were silent too long. */
  poll(at: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    const due = this.waiting.filter((item) => item.readyAt <= at);
    this.waiting = this.waiting.filter((item) => item.readyAt > at);
    // A secondary sends only when it is polled, so over HDLC a late answer waits for the client's next RR.
    for (const item of due) out.push(...this.deliver(item, item.readyAt, 'late'));
    for (const event of this.hdlc?.poll(at) ?? []) out.push(...this.onHdlc(event, at));
    return out;
  }

  /** The instant at which {@link poll} has an answer to deliver, if there is one. */
  dueAt(): number | undefined {
    return this.waiting.length === 0 ? undefined : Math.min(...this.waiting.map((item) => item.readyAt));
  }

  /** Number of HDLC links that are up. A line that was switched to HDLC is released when the last one goes down. */
  get openLinks(): number {
    return this.hdlc?.links.size ?? 0;
  }

  /** Ends all associations, because the carrier is gone. */
  close(): void {
    for (const { association } of this.associations.values()) association.abort();
    this.associations.clear();
    this.waiting = [];
    this.hdlc?.links.clear();
  }

  private onHdlc(event: HdlcServerEvent, at: number): Uint8Array[] {
    if (event.kind === 'send') return [event.bytes];
    const { link } = event;
    const [client, server] = [link.client.upper, sapOf(link.server)];
    if (event.kind === 'apdu') {
      const frames = this.deliver({ client, server, apdu: event.apdu, link }, at);
      this.hdlc?.noteSent(frames);
      return frames;
    }
    // SNRM and DISC both end the association that ran over the link.
    this.associations.get(`${client}>${server}`)?.association.abort();
    this.waiting = this.waiting.filter((item) => item.link !== link);
    return [];
  }

  private deliver(item: Omit<Waiting, 'readyAt'>, at: number, when: 'now' | 'late' = 'now'): Uint8Array[] {
    const { client, server, apdu, link } = item;
    const idle = (): Uint8Array[] => (link && when === 'now' ? link.idle() : []);
    const route = this.options.route(server, at);
    if (!route) return idle();
    if (route.readyAt > at) {
      if (this.waiting.length < WAITING_MAX) this.waiting.push({ ...item, readyAt: route.readyAt });
      return idle();
    }
    const key = `${client}>${server}`;
    let entry = this.associations.get(key);
    if (!entry || entry.device !== route.device) {
      if (!entry && this.associations.size >= ASSOCIATIONS_MAX) return idle();
      entry = { device: route.device, association: new Association(route.device, { client, server }) };
      this.associations.set(key, entry);
    }
    const answer = entry.association.receive(apdu, at);
    if (!answer) return route.device.powered ? idle() : [];
    if (!link) return [encodeWrapper({ source: server, destination: client, apdu: answer })];
    return when === 'now' ? link.send(answer) : link.hold(answer);
  }
}
