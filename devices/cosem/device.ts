/**
 * One emulated logical device: a shared model, an identity, and its own small state. It implements what the DLMS
 * association needs. Thousands run in one process, so maps are created when they are first written.
 */
import { randomBytes } from 'node:crypto';
import {
  type ActionResult,
  type AttributeRequest,
  type Descriptor,
  type GetResult,
  RESULT,
} from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { fromHex, NO_BYTES } from '../dlms/encoding/bytes.ts';
import type { AccessContext, ClientPolicy, LogicalDevice } from '../dlms/server/logicalDevice.ts';
import type { SuiteKeys } from '../dlms/security/ciphering.ts';
import { Keyring } from './deviceKeyring.ts';
import { allows, asGetResult, attributeMode, methodMode } from './object.ts';
import type {
  CosemObject,
  DeviceIdentity,
  DeviceModel,
  DeviceOptions,
  Env,
  ModelClient,
  ObjectDevice,
  Rights,
} from './deviceModel.ts';

const POLICY_BITS: readonly number[] = [0x00, 0x10, 0x20, 0x30];

export class CosemDevice implements LogicalDevice, ObjectDevice {
  readonly model: DeviceModel;
  readonly identity: DeviceIdentity;
  readonly keyring: Keyring;
  options: DeviceOptions;
  /** False from a power cut until {@link restart}. */
  powered = true;
  /** Device clock minus the world's time, seconds. */
  clockOffsetSeconds = 0;
  /** Class 64 security policy: 0 nothing demanded, 1 authenticated, 2 encrypted, 3 both. Only ever strengthened. */
  securityPolicy = 0;
  private writtenValues: Map<string, Data> | undefined;
  private slots: Map<string, unknown> | undefined;

  constructor(model: DeviceModel, identity: DeviceIdentity, options: DeviceOptions = {}) {
    if (identity.systemTitle.length !== 8) throw new Error('CosemDevice: a system title of 8 bytes expected');
    this.model = model;
    this.identity = identity;
    this.options = options;
    this.keyring = new Keyring(identity.keys);
  }

  /** Attribute values that differ from the model's. */
  get values(): Map<string, Data> {
    return (this.writtenValues ??= new Map());
  }

  /** Returns the own state of one object, created at its first use. It survives a power cut, as flash memory does. */
  slot<T>(key: string, make: () => T): T {
    this.slots ??= new Map();
    if (!this.slots.has(key)) this.slots.set(key, make());
    return this.slots.get(key) as T;
  }

  /** Returns a {@link slot} if it was ever created. */
  peekSlot<T>(key: string): T | undefined {
    return this.slots?.get(key) as T | undefined;
  }

  /** Slots that hold plain data. The others belong to the world around the device and are made anew. */
  plainSlots(): readonly (readonly [string, unknown])[] {
    return [...(this.slots ?? [])].filter(([, value]) => Object.getPrototypeOf(value) === Object.prototype);
  }

  get systemTitle(): Uint8Array {
    return this.identity.systemTitle;
  }

  get pduBytesMax(): number {
    return this.model.pduBytesMax;
  }

  /** SAP of the client with whose rights the device shows and pushes values: a reader, or else the next best. */
  get readerSap(): number {
    const { clients } = this.model;
    const byRole = (role: ModelClient['role']): ModelClient | undefined => clients.find((one) => one.role === role);
    return (byRole('reader') ?? byRole('management') ?? clients[0])?.sap ?? 0;
  }

  client(sap: number): ClientPolicy | undefined {
    const policy = modelIndex(this.model).clients.get(sap);
    const secret = this.options.secrets?.get(sap);
    return policy && secret ? { ...policy, secret } : policy;
  }

  keys(): SuiteKeys {
    return this.keyring.keys;
  }

  requiredProtection(): number {
    return POLICY_BITS[this.securityPolicy] ?? 0x30;
  }

  reserveCounter(above?: number): number | undefined {
    return this.keyring.reserveCounter(above);
  }

  acceptedCounter(title: string): number {
    return this.keyring.acceptedCounter(title);
  }

  acceptCounter(title: string, counter: number): boolean {
    return this.keyring.acceptCounter(title, counter);
  }

  challenge(): Uint8Array {
    return this.options.challenge?.() ?? new Uint8Array(randomBytes(16));
  }

  /** Cuts the power: state that was not persisted is lost, and nothing answers until {@link restart}. */
  cutPower(): void {
    this.powered = false;
  }

  /** Restores the power: an unfinished key install is finished or forgotten. The caller must close connections. */
  restart(): void {
    this.keyring.recover();
    this.powered = true;
  }

  /** Returns the device's own time, in seconds since the epoch. */
  clockAt(at: number): number {
    return Math.floor(at) + this.clockOffsetSeconds;
  }

  get(request: AttributeRequest, access: AccessContext): GetResult {
    const found = this.find(request.attribute, access);
    if (typeof found === 'number') return { ok: false, result: found };
    const { object, rights } = found;
    const { id } = request.attribute;
    if (id === 0) return { ok: false, result: RESULT.scopeOfAccessViolated };
    if (id < 0 || id > object.attributes.length + 1) return { ok: false, result: RESULT.objectUndefined };
    if (!allows(attributeMode(rights, id), 'read', access.authenticated)) {
      return { ok: false, result: RESULT.readWriteDenied };
    }
    if (id === 1) return { ok: true, data: { type: 'octetString', value: fromHex(object.ln) } };
    const attribute = object.attributes[id - 2]!;
    if (request.selection && !attribute.selectors?.includes(request.selection.selector)) {
      return { ok: false, result: RESULT.scopeOfAccessViolated };
    }
    if (!attribute.read) return { ok: false, result: RESULT.readWriteDenied };
    return asGetResult(attribute.read(this.env(access), request.selection));
  }

  /** Reads an attribute with the rights of a client, over no link and without protection. Undefined if it may not. */
  readAs(client: number, attribute: Descriptor, at: number): Data | undefined {
    const association = {
      client,
      server: 1,
      context: 1,
      mechanism: 0,
      conformance: 0,
      sendBytesMax: this.pduBytesMax,
      receiveBytesMax: this.pduBytesMax,
      status: 2,
      clientTitle: NO_BYTES,
    } as const;
    const got = this.get({ attribute }, { at, association, authenticated: false, encrypted: false });
    return got.ok ? got.data : undefined;
  }

  set(request: AttributeRequest, value: Data, access: AccessContext): number {
    const found = this.find(request.attribute, access);
    if (typeof found === 'number') return found;
    const { object, rights } = found;
    const { id } = request.attribute;
    if (id < 1 || id > object.attributes.length + 1) return RESULT.objectUndefined;
    const attribute = object.attributes[id - 2];
    if (!allows(attributeMode(rights, id), 'write', access.authenticated) || !attribute?.write) {
      return RESULT.readWriteDenied;
    }
    return attribute.write(this.env(access), value);
  }

  invoke(method: Descriptor, parameter: Data | undefined, access: AccessContext): ActionResult {
    const found = this.find(method, access);
    if (typeof found === 'number') return { result: found };
    const { object, rights } = found;
    const run = object.methods[method.id - 1];
    if (!run) return { result: RESULT.objectUndefined };
    const mode = methodMode(rights, method.id);
    if (mode === 0 || (mode === 2 && !access.authenticated)) return { result: RESULT.readWriteDenied };
    const outcome = run(this.env(access), parameter);
    return typeof outcome === 'number' ? { result: outcome } : outcome;
  }

  private env(access: AccessContext): Env {
    return { device: this, access, at: access.at };
  }

  private find(descriptor: Descriptor, access: AccessContext): { object: CosemObject; rights: Rights } | number {
    const index = modelIndex(this.model);
    const object = index.objects.get(descriptor.ln);
    const role = index.clients.get(access.association.client)?.role;
    const rights = role && object?.rights[role];
    if (!object || !rights) return RESULT.objectUndefined;
    if (object.classId !== descriptor.classId) return RESULT.objectClassInconsistent;
    return { object, rights };
  }
}

interface ModelIndex {
  readonly objects: ReadonlyMap<string, CosemObject>;
  readonly clients: ReadonlyMap<number, ModelClient>;
}
const indexes = new WeakMap<DeviceModel, ModelIndex>();

/** Look-ups of a model, created once and shared by its devices. */
function modelIndex(model: DeviceModel): ModelIndex {
  let index = indexes.get(model);
  if (!index) {
    const objects = new Map(model.objects.map((object) => [object.ln, object]));
    if (objects.size !== model.objects.length) throw new Error(`model ${model.kind}: a logical name stands twice`);
    index = { objects, clients: new Map(model.clients.map((client) => [client.sap, client])) };
    indexes.set(model, index);
  }
  return index;
}
