/** A resolved profile, as the emulator uses it: keys are read and models are built. */
import { MECHANISMS } from '../dlms/security/hls.ts';
import { parseInstant } from '../../src/time.ts';
import { ascii, fromHex } from '../dlms/encoding/bytes.ts';
import { KEY_NAMES, type KeyName, type KeySet } from '../cosem/deviceKeyring.ts';
import type { DeviceModel, ModelClient } from '../cosem/deviceModel.ts';
import { chfModel } from '../personas/chf.ts';
import { esmeModel } from '../personas/esme.ts';
import { gsmeModel, type Sleep } from '../personas/gsme.ts';
import { type DeviceKind, LAB_CLIENTS, LAB_KEYS } from '../personas/labProfile.ts';
import { modelWith } from './modelChanges.ts';
import { type DeviceChoice, type ProfileDocument, profileSchema } from './profileSchema.ts';

type Section = ProfileDocument['esme'];
type KeyField = ProfileDocument['keys']['guek'];
type SecretField = Exclude<ProfileDocument['optical']['password'], undefined>;

/** Reads the content of another file. The loader has already reported files that cannot be read. */
export type ReadSecret = (file: string) => string;

/** One kind of device of a profile. */
export interface KindProfile {
  readonly model: DeviceModel;
  readonly keys: KeySet;
  /** Values of a device of this kind that replace those from its number. */
  readonly identity: {
    readonly systemTitle?: Uint8Array;
    readonly name?: string;
    readonly serial?: string;
    readonly meterPoint?: string;
    readonly firmware?: string;
    readonly installedAt?: number;
  };
  readonly securityPolicy: number;
  readonly clockOffsetSeconds: number;
  readonly sendCounter: number;
}

/** A resolved profile. It has no text form, because it holds secrets. */
export interface Profile {
  readonly name: string;
  readonly device: DeviceChoice;
  readonly number: number;
  /** True if every key is one of the lab's public keys. */
  readonly usesLabKeys: boolean;
  readonly clients: readonly ModelClient[];
  readonly kinds: Readonly<Record<DeviceKind, KindProfile>>;
  readonly sleep: Sleep;
  readonly links: ProfileDocument['links'];
  readonly faults: ProfileDocument['faults'];
  readonly powerCut: ProfileDocument['powerCut'];
  readonly hdlc: ProfileDocument['hdlc'];
  readonly optical: Omit<ProfileDocument['optical'], 'password'> & { readonly password?: string };
}

const HLS_CONTEXTS = [1, 3] as const;
const CONTEXTS = {
  none: [1],
  lls: [1, 3],
  gmac: [3, 1],
  high: HLS_CONTEXTS,
  md5: HLS_CONTEXTS,
  sha1: HLS_CONTEXTS,
  sha256: HLS_CONTEXTS,
} as const;
const MAKERS = { chf: chfModel, esme: esmeModel, gsme: gsmeModel } as const;

/** Returns the text of a field that may stand in a file, without the line's end. */
function textOf(field: SecretField, readSecret: ReadSecret): string {
  return typeof field === 'string' ? field : readSecret(field.file).replace(/\r?\n$/, '');
}

function keysOf(document: ProfileDocument, section: Section, readSecret: ReadSecret): KeySet {
  const read = (name: KeyName): Uint8Array => {
    const field: KeyField = section.keys?.[name] ?? document.keys[name];
    return field === undefined ? LAB_KEYS[name] : fromHex(textOf(field, readSecret).trim());
  };
  return { guek: read('guek'), gbek: read('gbek'), gak: read('gak'), kek: read('kek') };
}

/** Returns the lab's clients, or the profile's clients with the conformance that the lab gives their role. */
function clientsOf(document: ProfileDocument, readSecret: ReadSecret): readonly ModelClient[] {
  if (document.clients === undefined) return LAB_CLIENTS;
  return document.clients.map(({ sap, role, authentication, secret }, i) => ({
    sap,
    role,
    mechanism: MECHANISMS[authentication],
    contexts: CONTEXTS[authentication],
    ...(secret !== undefined && { secret: ascii(textOf(secret, readSecret)) }),
    conformance: LAB_CLIENTS.find((client) => client.role === role)!.conformance,
    associationInstance: i + 1,
  }));
}

function kindOf(
  kind: DeviceKind,
  context: { document: ProfileDocument; clients: readonly ModelClient[]; readSecret: ReadSecret },
): KindProfile {
  const { document, clients, readSecret } = context;
  const section = document[kind];
  const { systemTitle, name, serial, meterPoint, firmware, installedAt } = section;
  return {
    model: { ...modelWith(MAKERS[kind](clients), section), pduBytesMax: document.pduBytesMax },
    keys: keysOf(document, section, readSecret),
    identity: {
      ...(systemTitle !== undefined && { systemTitle: fromHex(systemTitle) }),
      ...(name !== undefined && { name }),
      ...(serial !== undefined && { serial }),
      ...(meterPoint !== undefined && { meterPoint }),
      ...(firmware !== undefined && { firmware }),
      ...(installedAt !== undefined && { installedAt: parseInstant(installedAt)! }),
    },
    securityPolicy: section.securityPolicy ?? 0,
    clockOffsetSeconds: section.clockOffsetSeconds ?? 0,
    sendCounter: section.sendCounter ?? 1,
  };
}

/** Resolves a document that passed `profileFaults`. */
export function profileOf(document: ProfileDocument, readSecret: ReadSecret): Profile {
  const clients = clientsOf(document, readSecret);
  const context = { document, clients, readSecret };
  const kinds = { chf: kindOf('chf', context), esme: kindOf('esme', context), gsme: kindOf('gsme', context) };
  const isLabKey = ({ keys }: KindProfile): boolean =>
    KEY_NAMES.every((name) => Buffer.compare(keys[name], LAB_KEYS[name]) === 0);
  const { name, device, number, sleep, links, faults, powerCut, hdlc } = document;
  const { password, ...optical } = document.optical;
  return {
    name,
    device,
    number,
    usesLabKeys: Object.values(kinds).every(isLabKey),
    clients,
    kinds,
    sleep,
    links,
    faults,
    powerCut,
    hdlc,
    optical: { ...optical, ...(password !== undefined && { password: textOf(password, readSecret) }) },
  };
}

/** The default profile: the documented lab. */
export function labProfile(): Profile {
  return profileOf(profileSchema.parse({}), () => '');
}
