/**
 * Connections to emulated devices, as bytes in and bytes out. A single device answers as server SAP 1. An installation
 * is reached through its CHF (SAP 1), which is the gateway to the ESME (2) and the sleepy GSME (3).
 */
import { CosemDevice } from '../cosem/device.ts';
import type { KeySet } from '../cosem/deviceKeyring.ts';
import { type Route, ServerConnection, type ServerConnectionOptions } from '../dlms/server/serverConnection.ts';
import { chfModel, INSTALLATION_SAPS } from './chf.ts';
import { esmeModel } from './esme.ts';
import { gsmeModel, lastWake, type Sleep } from './gsme.ts';
import type { Hub } from './hub.ts';
import { hubOf, type HubMember, type HubWorld } from './hub.ts';
import { type DeviceKind, labIdentity } from './labProfile.ts';
import type { DeviceModel, DeviceOptions } from '../cosem/deviceModel.ts';

/** The framing of a carrier's bytes, and the limits of HDLC. */
export type ConnectOptions = Pick<ServerConnectionOptions, 'framing' | 'physical' | 'hdlc' | 'onSkipped'>;

/** The lab's models. They are immutable, with one for all devices of a kind. */
export const LAB_MODELS: Readonly<Record<DeviceKind, DeviceModel>> = {
  chf: chfModel(),
  esme: esmeModel(),
  gsme: gsmeModel(),
};

/** Creates a lab device. Different numbers give different devices, and the same number gives the same device. */
export function labDevice(kind: DeviceKind, number: number, options: DeviceOptions = {}): CosemDevice {
  return new CosemDevice(LAB_MODELS[kind], labIdentity(kind, number), options);
}

/** Connects to one device that is always awake, at server SAP 1 and at the other SAPs that `saps` names. */
export function connectDevice(
  device: CosemDevice,
  options: ConnectOptions & { readonly saps?: readonly number[] },
): ServerConnection {
  const saps = options.saps ?? [1];
  const serves = (sap: number): boolean => saps.includes(sap);
  return new ServerConnection({
    ...options,
    serves,
    route: (sap, at) => (serves(sap) ? { device, readyAt: at } : undefined),
  });
}

/**
 * The composition of an emulated installation: with or without gas, the wake times of the gas meter, and hooks of its
 * devices.
 */
export interface InstallationOptions {
  /** False for an installation without gas, which has no GSME. */
  readonly gas?: boolean;
  readonly world?: HubWorld;
  /** The times at which the GSME can be reached. Default: a minute in every half hour. */
  readonly sleep?: Sleep;
  /** The keys that each device has at first. Default: the keys of the lab. */
  readonly keys?: (kind: DeviceKind) => KeySet;
  /** Hooks of each device. */
  readonly devices?: Readonly<Partial<Record<DeviceKind, DeviceOptions>>>;
}

/** CHF, ESME and perhaps GSME of one home. */
export class Installation {
  readonly chf: CosemDevice;
  readonly esme: CosemDevice;
  readonly gsme: CosemDevice | undefined;
  readonly hub: Hub;
  private awakeUntil = -Infinity;

  constructor(
    devices: { readonly chf: CosemDevice; readonly esme: CosemDevice; readonly gsme?: CosemDevice },
    world: HubWorld = {},
  ) {
    this.chf = devices.chf;
    this.esme = devices.esme;
    this.gsme = devices.gsme;
    this.hub = hubOf(this.chf);
    this.hub.world = world;
    this.hub.add('esme', this.esme);
    if (this.gsme) this.hub.add('gsme', this.gsme);
  }

  /** A connection over the WAN. */
  connect(options: ConnectOptions): ServerConnection {
    const saps: readonly number[] = this.gsme ? [1, 2, 3] : [1, 2];
    return new ServerConnection({
      ...options,
      serves: (sap) => saps.includes(sap),
      route: (sap, at) => this.route(sap, at),
    });
  }

  /** Decides where an APDU goes: nowhere while the hub is off or the HAN is lost, and later while the GSME sleeps. */
  route(sap: number, at: number): Route {
    if (!this.chf.powered) return undefined;
    this.hub.lookAt(at);
    if (sap === INSTALLATION_SAPS.chf) return { device: this.chf, readyAt: at };
    const member = this.hub.member(sap === INSTALLATION_SAPS.esme ? 'esme' : 'gsme');
    if (!member || (sap !== INSTALLATION_SAPS.esme && sap !== INSTALLATION_SAPS.gsme)) return undefined;
    if (member.kind === 'gsme') {
      const readyAt = this.gsmeReadyAt(member.device, at);
      if (readyAt > at) return { device: member.device, readyAt };
    }
    return this.reach(member, at);
  }

  /** Returns the instant at which a GSME can next be reached: now while it is awake. */
  gsmeReadyAt(gsme: CosemDevice, at: number): number {
    if (at <= this.awakeUntil) return at;
    const { sleep } = this.hub;
    const wokeAt = lastWake(gsme, at, sleep);
    return at - wokeAt <= sleep.awakeSeconds ? at : wokeAt + sleep.wakeSeconds;
  }

  private reach(member: HubMember, at: number): Route {
    if (!this.hub.isUp(member, at)) return undefined;
    if (member.kind === 'gsme') this.awakeUntil = at + this.hub.sleep.awakeSeconds;
    this.hub.heard(member, at);
    return { device: member.device, readyAt: at };
  }
}

/** The lab's n-th installation. */
export function labInstallation(number: number, options: InstallationOptions = {}): Installation {
  const { keys, devices: hooks = {} } = options;
  const make = (kind: DeviceKind): CosemDevice => {
    const identity = labIdentity(kind, number);
    return new CosemDevice(LAB_MODELS[kind], keys ? { ...identity, keys: keys(kind) } : identity, hooks[kind]);
  };
  const [chf, esme] = [make('chf'), make('esme')];
  const gsme = options.gas === false ? {} : { gsme: make('gsme') };
  const installation = new Installation({ chf, esme, ...gsme }, options.world);
  if (options.sleep) installation.hub.sleep = options.sleep;
  return installation;
}
