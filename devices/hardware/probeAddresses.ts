/** The HDLC addresses that a probe asks: the usual ones, the ones that a user names, or a search. */
import { type HdlcAddress, serverAddress } from '../dlms/framing/hdlcFrame.ts';

export interface ProbeAddresses {
  /** Client SAP. Default 16, the public client. */
  readonly client?: number;
  /** Server SAP, the upper address over HDLC. Default: the usual ones. */
  readonly server?: number;
  /** HDLC: lower (physical) address; 0 for none. */
  readonly physical?: number;
  /** HDLC: bytes of the server's address. Default: the shortest form that holds it. */
  readonly addressBytes?: 1 | 2 | 4;
  /** True: tries every address that meters are known to be set to. Default false. */
  readonly search?: boolean;
}

/** One address to ask. */
export interface Asked {
  readonly client: number;
  readonly text: string;
  readonly address: HdlcAddress;
}

/** The usual servers. A meter that answers the all-station address tells its own in the answer. */
const USUAL: readonly { readonly text: string; readonly address: HdlcAddress }[] = [
  { text: 'server 1', address: serverAddress(1) },
  { text: 'server 1/17', address: serverAddress(1, 17) },
  { text: 'server 1/16 (4 bytes)', address: serverAddress(1, 16, 4) },
  { text: 'all stations', address: serverAddress(0x7f) },
];
const ALL_STATIONS_LONG = { text: 'all stations (4 bytes)', address: serverAddress(0x3fff, 0x3fff, 4) };

/** The addresses that a search tries. Our choice, after the defaults of common meters. */
const SEARCH = {
  clients: [16, 1, 17, 32, 2, 3, 48, 100],
  servers: [1, 16, 17, 0],
  physicals: [0, 1, 16, 17, 18, 32, 127],
} as const;

/** An address that answered, by the names that a rig file and `devices read` have for it. */
export interface FoundAddress {
  readonly client: number;
  readonly server: number;
  /** HDLC only. */
  readonly physical?: number;
  /** HDLC only. */
  readonly addressBytes?: 1 | 2 | 4;
}

/** The pairs of client and server to ask by the wrapper, in order. */
export function pairsToAsk({ client, server, search }: ProbeAddresses, usualClient: number): readonly FoundAddress[] {
  const clients = client !== undefined ? [client] : search === true ? SEARCH.clients : [usualClient];
  const servers = server !== undefined ? [server] : search === true ? SEARCH.servers : [1];
  return clients.flatMap((one) => servers.map((other) => ({ client: one, server: other })));
}

/** The addresses to ask, in order. */
export function serversToAsk(options: ProbeAddresses, usualClient: number): readonly Asked[] {
  const { client, server, physical, addressBytes, search } = options;
  const clients = client !== undefined ? [client] : search === true ? SEARCH.clients : [usualClient];
  return clients.flatMap((one) =>
    addressesOf({ server, physical, addressBytes, search }).map((at) => ({ client: one, ...at })),
  );
}

function addressesOf(options: {
  readonly server: number | undefined;
  readonly physical: number | undefined;
  readonly addressBytes: 1 | 2 | 4 | undefined;
  readonly search: boolean | undefined;
}): readonly Omit<Asked, 'client'>[] {
  const { server, physical, addressBytes, search } = options;
  const isNamed = server !== undefined || physical !== undefined || addressBytes !== undefined;
  if (!isNamed && search !== true) return USUAL;
  const servers = server !== undefined ? [server] : search === true ? SEARCH.servers : [1];
  const physicals = physical !== undefined ? [physical] : search === true ? SEARCH.physicals : [0];
  const named = servers.flatMap((upper) =>
    physicals.flatMap((lower) => formsOf(upper, lower, addressBytes, search === true)),
  );
  return search === true ? distinct([...USUAL, ALL_STATIONS_LONG, ...named]) : named;
}

/** Each address once, under the name that comes first. */
function distinct(all: readonly Omit<Asked, 'client'>[]): readonly Omit<Asked, 'client'>[] {
  const keyOf = ({ address: { upper, lower, bytes } }: Omit<Asked, 'client'>): string => `${upper}.${lower}.${bytes}`;
  return [...new Map(all.toReversed().map((one) => [keyOf(one), one])).values()].toReversed();
}

/** The forms in which an address can be written. A one-byte address has no lower part. */
function formsOf(upper: number, lower: number, bytes: 1 | 2 | 4 | undefined, all: boolean): Omit<Asked, 'client'>[] {
  const shortest = serverAddress(upper, lower).bytes;
  const forms =
    bytes !== undefined ? [bytes] : all ? ([1, 2, 4] as const).filter((one) => one >= shortest) : [shortest];
  return forms.map((form) => ({
    text: `server ${upper}${lower === 0 && form === 1 ? '' : `/${lower}`}${form === shortest ? '' : ` (${form} bytes)`}`,
    address: serverAddress(upper, form === 1 ? 0 : lower, form),
  }));
}
