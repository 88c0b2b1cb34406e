/** A resolved rig file: the installation as in its record, each device with its place and keys, and the rules. */
import type { SecretMechanism } from '../../dlms/security/hls.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import { syntheticMpan, syntheticMprn } from '../../../src/installation/identifiers.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { parseInstant, startOfLondonDate, type Instant } from '../../../src/time.ts';
import { fromHex } from '../../dlms/encoding/bytes.ts';
import type { SuiteKeys } from '../../dlms/security/ciphering.ts';
import { obis } from '../../cosem/object.ts';
import type { Descriptor } from '../../dlms/apdu/apdu.ts';
import { DEFAULT_PARAMETERS } from '../../dlms/framing/hdlcControl.ts';
import type { CounterSettings } from '../../headend/associate.ts';
import { INVOCATION_COUNTER, KEY_TRANSFER } from '../../headend/objects.ts';
import type { FirmwareImage } from '../../headend/firmware.ts';
import type { Call, DeviceName } from '../../headend/procedure.ts';
import { INSTALLATION_SAPS } from '../../personas/chf.ts';
import { LAB_SLEEP, WAKE_SECONDS, type Sleep } from '../../personas/gsme.ts';
import { clockOf, devicesOf, placeOf, type Place } from './places.ts';
import type { DeviceDocument, DriverDocument } from './rigDeviceSchema.ts';
import type { RigDocument } from './rigFileSchema.ts';

interface Secrets {
  readonly keys: SuiteKeys;
  /** The KEK; undefined if the Master Key is missing. */
  readonly masterKey: Uint8Array | undefined;
  readonly lls: Uint8Array | undefined;
}

/** The keys and passwords of one device. The class has no text form, because it holds secrets. */
export class DeviceSecrets implements Secrets {
  readonly keys: SuiteKeys;
  readonly masterKey: Uint8Array | undefined;
  readonly lls: Uint8Array | undefined;

  constructor({ keys, masterKey, lls }: Secrets) {
    this.keys = keys;
    this.masterKey = masterKey;
    this.lls = lls;
  }

  toJSON(): string {
    return '[keys]';
  }
}

export interface DeviceSetup {
  readonly name: DeviceName;
  readonly place: Place;
  readonly isAttached: boolean;
  readonly framing: 'wrapper' | 'hdlc' | '62056-21';
  readonly call: Call;
  readonly authentication: 'gmac' | 'lls' | 'none' | SecretMechanism;
  readonly expectedTitle: Uint8Array | undefined;
  readonly secrets: DeviceSecrets;
  readonly ciphering: 'granted' | 'general' | 'specific';
  /** Logical name of the association object in which the keys are proved, 12 hexadecimal digits. */
  readonly association: string;
  /** `start` is the initial counter; undefined to use the counter of the ledger. */
  readonly counter: CounterSettings & { readonly start: number | undefined };
  /** False if the device does not answer a release. */
  readonly release: boolean;
  readonly optical: DeviceDocument['optical'];
  /** The method that receives new keys: class 64, method 2. */
  readonly keyTransfer: Descriptor;
  /** The objects that the step deviceState reads; undefined for the usual ones. */
  readonly reads: readonly Descriptor[] | undefined;
  /** A program that is used beside the carrier or instead of it. */
  readonly driver: DriverDocument | undefined;
}

/** What may be written, by system title (upper-case hexadecimal). Power may also be listed by a driver's endpoint. */
export type AllowList = Readonly<Record<'keys' | 'firmware' | 'configuration' | 'power', readonly string[]>>;

/** A rig file with all defaults resolved: the installation, its rules, and the place of each device. */
export interface RigSetup {
  readonly document: RigDocument;
  readonly clock: 'nominal' | 'wall';
  readonly installation: Installation;
  readonly rules: RuleSet;
  readonly epclEntryFrom: Instant;
  readonly sleep: Sleep;
  /** The devices in the order hub, ESME, GSME. */
  readonly devices: readonly DeviceSetup[];
  readonly allow: AllowList;
  readonly firmware: FirmwareImage | undefined;
  /** Folder of the ledgers; undefined for the user's state folder. */
  readonly ledgerFolder: string | undefined;
  /** Working folder of driver programs: the folder of the file that names them. */
  readonly folder: string;
}

/** Inputs from outside the rig file, supplied by the loader. */
export interface RigOutside {
  readonly rules: RuleSet;
  readonly secrets: Readonly<Record<DeviceName, DeviceSecrets>>;
  readonly firmware: FirmwareImage | undefined;
  readonly ledgerFolder: string | undefined;
  readonly folder: string;
}

/** Later than every possible instant. */
const NEVER_ENTERED: Instant = 2 ** 40;
/** Distribution area of synthetic MPANs: London. Our assumption. */
const AREA = 12;
const ANSWER_SECONDS = 30;

/** Resolves a document that passed all checks. */
export function setupOf(document: RigDocument, outside: RigOutside): RigSetup {
  const clock = clockOf(document);
  const asleep = clock === 'nominal' ? LAB_SLEEP : { wakeSeconds: WAKE_SECONDS, awakeSeconds: WAKE_SECONDS };
  const upper = (titles: readonly string[]): readonly string[] => titles.map((title) => title.toUpperCase());
  const { keys, firmware, configuration, power } = document.allow;
  const { rules, firmware: image, ledgerFolder, folder } = outside;
  return {
    document,
    clock,
    rules,
    firmware: image,
    ledgerFolder,
    folder,
    installation: installationOf(document),
    epclEntryFrom: epclEntryOf(document),
    sleep: document.emulated.sleep ?? asleep,
    devices: devicesOf(document).map((name) => deviceOf(document, name, outside.secrets[name])),
    allow: {
      keys: upper(keys),
      firmware: upper(firmware),
      configuration: upper(configuration),
      power: upper(power),
    },
  };
}

/** The instant from which the DMC of an installation stands on the EPCL. */
export function epclEntryOf({ installation: { epclEntry } }: Pick<RigDocument, 'installation'>): Instant {
  return epclEntry === 'start' ? 0 : epclEntry === 'none' ? NEVER_ENTERED : startOfLondonDate(epclEntry);
}

/** The record of an installation. Identifiers that the file leaves out follow from its number. */
export function installationOf({ installation }: Pick<RigDocument, 'installation'>): Installation {
  const { id, number, cohort, groupId, dmc, electricity, gas } = installation;
  return {
    installationId: id ?? String(number),
    cohort,
    groupId,
    mpan: electricity.mpan ?? String(syntheticMpan(AREA, number)),
    esmeDormant: electricity.dormant,
    electricityPaymentMode: electricity.paymentMode,
    electricitySupplier: electricity.supplier,
    dmc,
    gas: gas === false ? null : { ...gas, mprn: gas.mprn ?? String(syntheticMprn(number)) },
  };
}

function deviceOf(document: RigDocument, name: DeviceName, secrets: DeviceSecrets): DeviceSetup {
  const device = document.devices[name];
  const { place, owner } = placeOf(document, name);
  const isAttached = place.kind !== 'emulated';
  const isAlone = isAttached && owner === name;
  const isSleepy = name === 'gsme' && !isAlone;
  const framing = document.devices[owner].framing ?? (place.kind === 'serial' ? 'hdlc' : 'wrapper');
  return {
    name,
    place,
    isAttached,
    framing,
    call: {
      device: name,
      client: device.client,
      server: device.server ?? (isAlone ? INSTALLATION_SAPS.chf : INSTALLATION_SAPS[name]),
      timeoutSeconds: device.answerSeconds ?? (isSleepy ? WAKE_SECONDS + ANSWER_SECONDS : ANSWER_SECONDS),
      physical: document.devices[owner].physical,
      framing: framing === 'wrapper' ? 'wrapper' : 'hdlc',
      ...linkOf(document.devices[owner].hdlc),
    },
    authentication: device.authentication,
    ciphering: device.ciphering,
    association: obis(device.association),
    counter: {
      start: device.counter.start,
      object: { ...INVOCATION_COUNTER, ln: obis(device.counter.object) },
      readFirst: device.counter.readFirst,
    },
    release: device.release,
    optical: document.devices[owner].optical,
    keyTransfer: { ...KEY_TRANSFER, ln: obis(device.securitySetup) },
    expectedTitle: device.systemTitle === undefined ? undefined : fromHex(device.systemTitle),
    secrets,
    reads: device.reads?.map(({ class: classId, object, attribute: id }) => ({ classId, ln: obis(object), id })),
    driver: device.driver,
  };
}

/** HDLC settings of a call. Without a length and a window nothing is proposed. */
function linkOf({
  addressBytes,
  informationBytes,
  window,
  pollMilliseconds,
}: DeviceDocument['hdlc']): Pick<Call, 'addressBytes' | 'hdlc'> {
  const bytes = informationBytes ?? DEFAULT_PARAMETERS.transmitBytesMax;
  const frames = window ?? DEFAULT_PARAMETERS.transmitWindow;
  const propose = {
    transmitBytesMax: bytes,
    receiveBytesMax: bytes,
    transmitWindow: frames,
    receiveWindow: frames,
  };
  const isProposed = informationBytes !== undefined || window !== undefined;
  return {
    ...(addressBytes !== undefined && { addressBytes }),
    hdlc: { pollSeconds: pollMilliseconds / 1000, ...(isProposed && { propose }) },
  };
}

/** Parses an instant that the file may omit. */
export function knownInstant(text: string | undefined): Instant | undefined {
  return text === undefined ? undefined : parseInstant(text);
}
