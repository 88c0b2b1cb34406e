import { TransportError } from '../transport/transport.ts';

/** The root of all topics of this product. It holds the version of the payloads. */
const ROOT = 'smb/v1';

/** A name that may stand in a topic: it has no wildcard and no slash. */
const SEGMENT = /^[A-Za-z0-9._:-]{1,64}$/;

function segment(what: string, text: string): string {
  if (SEGMENT.test(text)) return text;
  throw new TransportError(
    'settings',
    'mqtt',
    `${what} '${text.slice(0, 64)}' cannot stand in a topic; use up to 64 of A-Z a-z 0-9 . _ : -`,
  );
}

/** The identity of a device on the bus. A rig's byte pipe is the device `rig/<rig>`. */
export interface DeviceAddress {
  readonly bench: string;
  readonly installation: string;
  readonly device: string;
}

export interface RigAddress {
  readonly bench: string;
  readonly rig: string;
}

/** The topics of one device. `birth` and `status` are retained, `status` is also the will. */
export function deviceTopics(address: DeviceAddress): { birth: string; status: string; link: string } {
  const base = [
    ROOT,
    segment('bench', address.bench),
    segment('installation', address.installation),
    segment('device', address.device),
  ].join('/');
  return { birth: `${base}/birth`, status: `${base}/status`, link: `${base}/link` };
}

/** The topics of one byte pipe: `c2s` carries what the head-end says. `client` is the head-end's own status and will. */
export interface RigTopics {
  readonly c2s: string;
  readonly s2c: string;
  readonly birth: string;
  readonly status: string;
  readonly client: string;
  readonly command: string;
  readonly commandReply: string;
}

export function rigTopics(address: RigAddress): RigTopics {
  const base = `${ROOT}/${segment('bench', address.bench)}/rig/${segment('rig', address.rig)}`;
  return {
    c2s: `${base}/pdu/c2s`,
    s2c: `${base}/pdu/s2c`,
    birth: `${base}/birth`,
    status: `${base}/status`,
    client: `${base}/client/status`,
    command: `${base}/cmd`,
    commandReply: `${base}/cmd/reply`,
  };
}

const DEVICE_TOPIC = /^smb\/v1\/([^/]{1,64})\/([^/]{1,64})\/([^/]{1,64})\/(birth|status|link)$/;

/** Parses a topic; undefined if it is not one of this product's. */
export function parseDeviceTopic(
  topic: string,
): { address: DeviceAddress; kind: 'birth' | 'status' | 'link' } | undefined {
  const found = DEVICE_TOPIC.exec(topic);
  if (found === null) return undefined;
  const [, bench, installation, device, kind] = found;
  return {
    address: { bench: bench!, installation: installation!, device: device! },
    kind: kind as 'birth' | 'status' | 'link',
  };
}

/** Returns the filter for one kind of device message, of one bench or of all. */
export function deviceFilter(kind: 'birth' | 'status' | 'link', bench?: string): string {
  return `${ROOT}/${bench === undefined ? '+' : segment('bench', bench)}/+/+/${kind}`;
}
