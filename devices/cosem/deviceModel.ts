/**
 * The words of the object model: what a model, a device's identity and an object row are. A device model is an immutable
 * table of objects, shared by every device of its kind; all state is in the device. An object row says what each attribute
 * reads and writes, and what each client role may do with it.
 */
import type { ActionResult, Selection } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { AccessContext, ClientPolicy } from '../dlms/server/logicalDevice.ts';
import type { KeySet, Keyring, PowerCut } from './deviceKeyring.ts';

/** The role of a client. A model maps client SAPs to roles. */
export type Role = 'public' | 'reader' | 'management';

/** The context of a request: who asks which device, and when. */
export interface Env {
  readonly device: ObjectDevice;
  readonly access: AccessContext;
  /** Seconds since the Unix epoch: the world's time, not the device's clock. */
  readonly at: number;
}

/** One attribute. Reading returns a value or a data-access-result number; writing returns a result number. */
export interface Attribute {
  readonly read?: (env: Env, selection: Selection | undefined) => Data | number;
  readonly write?: (env: Env, value: Data) => number;
  /** Selectors accepted when reading, as object_list shows them. */
  readonly selectors?: readonly number[];
}

/** One method. It returns a result number, or a full action result. */
export type Method = (env: Env, parameter: Data | undefined) => number | ActionResult;

/**
 * Rights by position: attributes `-` none, `r` read, `w` write, `b` both, `R`, `W`, `B` the same with an authenticated
 * APDU only; methods `-` none, `x` access, `X` authenticated access.
 */
export interface Rights {
  readonly attributes: string;
  readonly methods: string;
}

/** One object of a model. `attributes[0]` is attribute 2: attribute 1 is always the logical name. */
export interface CosemObject {
  readonly classId: number;
  readonly version: number;
  /** 12 upper-case hex digits. */
  readonly ln: string;
  readonly attributes: readonly Attribute[];
  readonly methods: readonly Method[];
  readonly rights: Readonly<Partial<Record<Role, Rights>>>;
}

/** A client SAP of a model. */
export interface ModelClient extends ClientPolicy {
  readonly role: Role;
  /** Instance of its Association LN, 0.0.40.0.x.255. */
  readonly associationInstance: number;
}

/** The data that all devices of a kind share. It never changes. */
export interface DeviceModel {
  readonly kind: string;
  readonly clients: readonly ModelClient[];
  readonly objects: readonly CosemObject[];
  readonly pduBytesMax: number;
  /** Server SAPs and their logical device names, for class 17. */
  readonly saps: readonly { readonly sap: number; readonly name: string }[];
}

/** The data that distinguish a device from others of its kind. */
export interface DeviceIdentity {
  /** 8 bytes. */
  readonly systemTitle: Uint8Array;
  /** Logical device name, up to 16 ASCII characters. */
  readonly name: string;
  readonly serial: string;
  /** MPAN, MPRN or empty. */
  readonly meterPoint: string;
  readonly firmware: string;
  readonly keys: KeySet;
  /** Distinguishes the consumption of otherwise equal devices. */
  readonly seed: number;
  /** Instant at which registers were zero. */
  readonly installedAt: number;
}

/** Hooks of the world, for decisions that a device cannot make itself. */
export interface DeviceOptions {
  readonly powerCut?: PowerCut;
  /** Challenges for HLS; 16 random bytes if left out. Fixed ones are for replaying recorded sessions. */
  readonly challenge?: () => Uint8Array;
  /** LLS secrets by client SAP, instead of the model's. */
  readonly secrets?: ReadonlyMap<number, Uint8Array>;
}

/** The view that an object has of its device. {@link CosemDevice} implements it. */
export interface ObjectDevice {
  readonly model: DeviceModel;
  readonly identity: DeviceIdentity;
  readonly keyring: Keyring;
  readonly options: DeviceOptions;
  readonly systemTitle: Uint8Array;
  readonly powered: boolean;
  /** Device clock minus the world's time, seconds. */
  clockOffsetSeconds: number;
  /** Class 64 security policy: 0 nothing demanded, 1 authenticated, 2 encrypted, 3 both. Only ever strengthened. */
  securityPolicy: number;
  /** Attribute values that differ from the model's. */
  readonly values: Map<string, Data>;
  slot<T>(key: string, make: () => T): T;
  peekSlot<T>(key: string): T | undefined;
  clockAt(at: number): number;
  cutPower(): void;
}
