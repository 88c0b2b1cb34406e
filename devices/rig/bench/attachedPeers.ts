/** The head-ends' view of a rig's devices: ledgers that outlive the process, and a guard for each attached device. */
import { fromHex, toHex } from '../../dlms/encoding/bytes.ts';
import { DIAGNOSTIC } from '../../dlms/apdu/acse.ts';
import { SERVICE_ERROR } from '../../dlms/apdu/apdu.ts';
import { REPEATED_COUNTER } from '../../dlms/client/clientSecurity.ts';
import type { Peer } from '../../headend/associate.ts';
import { KeyLedger } from '../../headend/keyLedger.ts';
import type { DeviceName, WireError } from '../../headend/procedure.ts';
import { hasAnswered, isBusy, wireErrorText } from '../../headend/wireError.ts';
import { LAB_KEYS } from '../../personas/labProfile.ts';
import type { Endpoints } from './endpoints.ts';
import { guardOf } from './guard.ts';
import { addressKey } from './deviceRegistry.ts';
import { LedgerError, type Known, type LedgerStore, type PartyName, type StoredLedger } from './ledgerStore.ts';
import type { Timers } from '../../transport/timers.ts';
import { WRONG_MASTER_KEY } from './parties.ts';
import type { RigDevice, RigDevices } from '../walk/rigDevice.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';

export interface AttachedPeers {
  readonly devices: RigDevices;
  /** The hub as the SMSO knows it; undefined if the hub is reached through a driver. */
  readonly smsoHub: Peer | undefined;
  /** Gives the DCC the right Master Key, or a wrong one. */
  readonly useMasterKey: (isWrong: boolean) => void;
  /** Files that hold keys now. */
  readonly ledgers: readonly string[];
  /** The reason why a device that answered is not understood; undefined if all are understood. */
  readonly unverified: () => string | undefined;
  /** Starts another exchange. Earlier answers of devices no longer count. */
  readonly forgetUnverified: () => void;
}

export interface PeerOptions {
  readonly store: LedgerStore;
  readonly endpoints: Pick<Endpoints, 'capabilities'>;
  readonly onNote: (note: string) => void;
  /** Returns the ledger of an emulated device, for a caller that keeps it between calls. Default: a new ledger. */
  readonly emulatedLedger?: (device: DeviceName, party: PartyName) => KeyLedger;
  /** Called with the reason, each time a write to an attached device is refused. */
  readonly onRefused: (why: string) => void;
}

export function attachedPeers(setup: RigSetup, options: PeerOptions): AttachedPeers {
  const held: (() => void)[] = [];
  const wrong: (() => void)[] = [];
  const ledgers: string[] = [];
  const unverified = new Map<DeviceName, string>();
  const { masterKey } = setup.document.installation;

  const peerOf = (device: DeviceSetup, party: PartyName): Peer => {
    const made = device.isAttached
      ? attachedPeer(setup, device, party, { ...options, unverified })
      : emulatedPeer(setup, device, party, options);
    if (made.stored) ledgers.push(made.stored.path);
    const key =
      masterKey === 'missing' ? undefined : masterKey === 'wrong' ? WRONG_MASTER_KEY : device.secrets.masterKey;
    const { ledger } = made.peer;
    ledger.obtainMasterKey(party === 'dcc' ? key : undefined);
    held.push(() => ledger.obtainMasterKey(party === 'dcc' ? key : undefined));
    if (party === 'dcc' && key) wrong.push(() => ledger.obtainMasterKey(WRONG_MASTER_KEY));
    return made.peer;
  };

  const deviceOf = (device: DeviceSetup): RigDevice => {
    if (device.place.kind !== 'driver') {
      return { by: 'dlms', peer: peerOf(device, 'dcc'), ...(device.reads && { reads: device.reads }) };
    }
    // A meter at the place of its hub is reached through the hub's driver.
    const name = device.driver ? device.name : 'chf';
    return { by: 'driver', name, capabilities: options.endpoints.capabilities(name), reads: device.place.driver.reads };
  };

  const of = (name: DeviceName): DeviceSetup | undefined => setup.devices.find((one) => one.name === name);
  const [chf, esme, gsme] = [of('chf') as DeviceSetup, of('esme') as DeviceSetup, of('gsme')];
  const isPrepared =
    setup.clock === 'nominal' ? setup.document.schedule.preparation !== false : setup.document.schedule.preparation;
  const devices = { chf: deviceOf(chf), esme: deviceOf(esme), gsme: gsme && deviceOf(gsme) };
  return {
    devices,
    smsoHub: chf.place.kind === 'driver' || !isPrepared ? undefined : peerOf(chf, 'smso'),
    useMasterKey: (isWrong) => {
      for (const put of held) put();
      if (isWrong) for (const put of wrong) put();
    },
    ledgers,
    unverified: () => [...unverified.values()][0],
    forgetUnverified: () => unverified.clear(),
  };
}

interface Made {
  readonly peer: Peer;
  readonly stored?: StoredLedger;
}

/** Returns what identifies a device across rig files. */
function knownOfDevice(device: DeviceSetup): Known {
  const title = device.expectedTitle && toHex(device.expectedTitle);
  return { address: addressKey(device), title };
}

/** Wait between two looks at a device that another process holds, in seconds. */
const LOOK_SECONDS = 0.25;

/**
 * Takes every attached device of a rig for this process. Waits up to `waitSeconds` for a device that another rig holds.
 * Rejects with a LedgerError if the device is still held then.
 */
export async function lockDevices(
  store: LedgerStore,
  { devices }: RigSetup,
  { timers, waitSeconds }: { readonly timers: Timers; readonly waitSeconds: number },
): Promise<void> {
  const end = timers.nowMilliseconds() + waitSeconds * 1000;
  for (const device of devices) {
    for (;;) {
      try {
        lockDevice(store, device);
        break;
      } catch (error) {
        if (!(error instanceof LedgerError) || timers.nowMilliseconds() >= end) throw error;
        await new Promise<void>((resolve) => void timers.after(LOOK_SECONDS * 1000, resolve));
      }
    }
  }
}

function lockDevice(store: LedgerStore, device: DeviceSetup): void {
  if (device.place.kind === 'emulated') return;
  const known = knownOfDevice(device);
  if (device.place.kind !== 'driver') store.lock(device.name, known);
  else if (known.address !== undefined) store.lockAddress(known.address);
}

function titleOf(setup: RigSetup, party: PartyName): Uint8Array {
  return fromHex(setup.document.headEnds[party]);
}

function emulatedPeer(
  setup: RigSetup,
  { call }: DeviceSetup,
  party: PartyName,
  { emulatedLedger }: Pick<PeerOptions, 'emulatedLedger'>,
): Made {
  const ledger = emulatedLedger?.(call.device, party) ?? new KeyLedger(LAB_KEYS);
  return { peer: { call, systemTitle: titleOf(setup, party), ledger } };
}

function attachedPeer(
  setup: RigSetup,
  device: DeviceSetup,
  party: PartyName,
  options: PeerOptions & { readonly unverified: Map<DeviceName, string> },
): Made {
  const { name, call, authentication, expectedTitle, secrets, counter, association, release } = device;
  const { onNote, unverified } = options;
  const stored = options.store.open(name, party, { keys: secrets.keys, masterKey: undefined }, knownOfDevice(device));
  if (stored.isFound)
    onNote(`${name}: the keys are those of the ledger ${stored.path}, not those that the rig file names`);
  const guard = guardOf({
    allow: setup.allow,
    expected: () => [...(expectedTitle ? [expectedTitle] : []), ...(stored.title ? [fromHex(stored.title)] : [])],
    onRefused: (why) => options.onRefused(`${name}: ${why}`),
  });
  const isKeyed = authentication === 'gmac';
  if (counter.start !== undefined) stored.ledger.startCounter(counter.start);
  const keyless = (): boolean => {
    options.onRefused(`${name}: it is read by ${authentication}, and only gmac can ever write`);
    return false;
  };
  const peer: Peer = {
    call,
    systemTitle: titleOf(setup, party),
    ledger: stored.ledger,
    mayWrite: isKeyed ? guard : keyless,
    keyTransfer: device.keyTransfer,
    association,
    counter,
    release,
    onCounter: (note) => onNote(`${name}: ${note}`),
    ...(device.ciphering !== 'granted' && { family: FAMILIES[device.ciphering] }),
    ...(!isKeyed && { login: loginOf(device) }),
    onUnverified: (error) => void unverified.set(name, unverifiedText(name, error, stored)),
    onRefusal: (what) => onNote(`${name}: it refuses ${what}`),
    onTitle: (title) => {
      unverified.delete(name);
      // A title without a key as proof is not remembered.
      if (isKeyed && title) stored.learnTitle(title);
    },
  };
  return { peer, stored };
}

const FAMILIES = { general: 'generalGlo', specific: 'glo' } as const;

/** Explains why a device that answered is not understood, and what the user may do. */
function unverifiedText(name: DeviceName, error: WireError, stored: StoredLedger): string {
  if (error.kind === 'security' && error.error === REPEATED_COUNTER) return repeatText(name, stored);
  const words = wireErrorText(error);
  if (error.kind === 'lost' && !hasAnswered(error)) return `the ${name} answers its public client, and not this association: ${words}`; // prettier-ignore
  if (isBusy(error)) return `the ${name} answers that it is busy: ${words}`;
  if (!isAboutKeys(error)) return `the ${name} answers, and cannot be understood: ${words}`;
  const { path, isFound } = stored;
  const mend = isFound
    ? `; if it was reset or replaced, move that file away to begin anew with those of the rig file`
    : '';
  return `the ${name} answers, and not to the keys held: ${words}. They stand in ${path}${mend}`;
}

/** True if other keys, or another counter, may be the reason. */
function isAboutKeys(error: WireError): boolean {
  switch (error.kind) {
    case 'security':
    case 'sealedComplaint':
      return true;
    case 'exception':
      return KEY_COMPLAINTS.includes(error.serviceError);
    case 'rejected':
      return KEY_DIAGNOSTICS.includes(error.diagnostic);
    default:
      return false;
  }
}

const KEY_COMPLAINTS: readonly number[] = [SERVICE_ERROR.decipheringError, SERVICE_ERROR.invocationCounterError];
/** Diagnostics that may mean the keys. A device that gives no reason may mean them, too. */
const KEY_DIAGNOSTICS: readonly number[] = [
  DIAGNOSTIC.none,
  DIAGNOSTIC.noReasonGiven,
  DIAGNOSTIC.callingTitleNotRecognised,
  DIAGNOSTIC.authenticationFailure,
];

/** Explains an answer that verifies under the right keys but may be a repetition of an earlier one. */
function repeatText(name: DeviceName, { path }: StoredLedger): string {
  return `the ${name} answers under the keys held with a counter that was used before: a recorded answer, or it was started anew and counts from the beginning. What it had counted stands in ${path}; if it was started anew, move that file away to begin anew with the keys of the rig file`;
}

function loginOf({ authentication, secrets }: DeviceSetup): NonNullable<Peer['login']> {
  if (authentication === 'none' || authentication === 'gmac' || !secrets.lls) return { authentication: 'none' };
  return { authentication, secret: secrets.lls };
}
