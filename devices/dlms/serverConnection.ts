/**
 * One connection to a device: a framing, and the associations behind it. A route may make an APDU wait (a sleepy device
 * beyond a hub); `poll` then delivers the answer once its instant has come.
 */
import { Association } from './association.ts';
import type { HdlcAddress } from './hdlcFrame.ts';
import { HdlcServer, type HdlcServerEvent, type HdlcServerLink, type HdlcServerOptions } from './hdlcServer.ts';
import type { LogicalDevice } from './logicalDevice.ts';
import { encodeWrapper, WrapperParser } from './wrapper.ts';

/** Where an APDU for a server SAP goes. `readyAt` is when the device can take it; undefined: nobody is there. */
export type Route = { readonly device: LogicalDevice; readonly readyAt: number } | undefined;

export interface ServerConnectionOptions {
  readonly framing: 'wrapper' | 'hdlc';
  /** Asked for each APDU, and again when a waiting one is due. */
  readonly route: (serverSap: number, at: number) => Route;
  /** Whether a server SAP exists here at all (HDLC connects to it even while its device is out of reach). */
  readonly serves: (serverSap: number) => boolean;
  /** HDLC: physical addresses answered; left out, all of them. */
  readonly physical?: readonly number[];
  readonly hdlc?: Omit<HdlcServerOptions, 'serves'>;
}

/** Most associations of a connection, and most APDUs waiting in it. */
const ASSOCIATIONS_MAX = 32;
const WAITING_MAX = 32;
/** HDLC addresses that mean everybody or nobody. */
const HDLC_BROADCAST = new Set([0, 0x7f, 0x3fff]);

/**
 * The server SAP of an HDLC address. A client that is told "server 1" and two or four bytes writes a lower address of 1
 * and no upper one; nobody else can be meant.
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

/** Bytes in, bytes out; the instant as an argument. */
export class ServerConnection {
  private readonly associations = new Map<string, { device: LogicalDevice; association: Association }>();
  private waiting: Waiting[] = [];
  private readonly options: ServerConnectionOptions;
  private readonly wrapper = new WrapperParser();
  private readonly hdlc: HdlcServer | undefined;

  constructor(options: ServerConnectionOptions) {
    this.options = options;
    if (options.framing === 'wrapper') return;
    this.hdlc = new HdlcServer({
      ...options.hdlc,
      serves: (address) => {
        const { upper, lower } = address;
        // Behind a mere physical address there is no second one to compare.
        const isHere = upper === 0 || lower === 0 || (options.physical?.includes(lower) ?? true);
        return isHere && !HDLC_BROADCAST.has(sapOf(address)) && options.serves(sapOf(address));
      },
    });
  }

  /** The frames that answer these bytes, received at instant `at` (seconds since the epoch). */
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

  /** What has become due: answers of devices that were asleep, links that were silent too long. */
  poll(at: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    const due = this.waiting.filter((item) => item.readyAt <= at);
    this.waiting = this.waiting.filter((item) => item.readyAt > at);
    // A secondary speaks only when polled, so over HDLC a late answer waits for the client's next RR.
    for (const item of due) out.push(...this.deliver(item, item.readyAt, 'late'));
    for (const event of this.hdlc?.poll(at) ?? []) out.push(...this.onHdlc(event, at));
    return out;
  }

  /** When {@link poll} next has an answer to deliver, if it has. */
  dueAt(): number | undefined {
    return this.waiting.length === 0 ? undefined : Math.min(...this.waiting.map((item) => item.readyAt));
  }

  /** HDLC links that are up; a line that was switched to HDLC is given back when the last one is down. */
  get openLinks(): number {
    return this.hdlc?.links.size ?? 0;
  }

  /** The carrier went away: associations end with it. */
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
    if (event.kind === 'apdu') return this.deliver({ client, server, apdu: event.apdu, link }, at);
    // SNRM and DISC both end what ran over the link before.
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
