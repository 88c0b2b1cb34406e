/** The parties that talk to an emulated home: the SMSO and the DCC, each with its own title and ledgers. */
import { ascii } from '../../dlms/encoding/bytes.ts';
import type { SuiteKeys } from '../../dlms/security/ciphering.ts';
import type { Peer } from '../../headend/associate.ts';
import type { DccPeers } from '../../headend/dcc.ts';
import { KeyLedger } from '../../headend/keyLedger.ts';
import type { Call, DeviceName } from '../../headend/procedure.ts';
import { INSTALLATION_SAPS } from '../../personas/chf.ts';
import { WAKE_SECONDS } from '../../personas/gsme.ts';

export const SMSO_TITLE = ascii('SMSO0001');
export const DCC_TITLE = ascii('DCC00001');

/** A KEK that no device has. The head-end uses it when a plan says that its Master Key is wrong. */
export const WRONG_MASTER_KEY = new Uint8Array(16).fill(0x5a);

/** The client that may change keys and configuration. */
const MANAGEMENT_CLIENT = 1;
const ANSWER_SECONDS = 30;

/**
 * Returns the call that reaches a device of an installation through its hub. A sleepy device may take a whole wake
 * period to answer.
 */
export function callOf(device: DeviceName, client = MANAGEMENT_CLIENT): Call {
  const timeoutSeconds = device === 'gsme' ? WAKE_SECONDS + ANSWER_SECONDS : ANSWER_SECONDS;
  return { device, client, server: INSTALLATION_SAPS[device], timeoutSeconds };
}

/** A party and its initial keys. Without a Master Key it can never rotate them. */
export interface Party {
  readonly systemTitle: Uint8Array;
  readonly keys: SuiteKeys;
  readonly masterKey?: Uint8Array;
  readonly challenge?: () => Uint8Array;
}

/** Returns a party's view of one device. */
export function peerOf(device: DeviceName, party: Party): Peer {
  const { systemTitle, keys, masterKey, challenge } = party;
  const ledger = new KeyLedger(keys, masterKey);
  return { call: callOf(device), systemTitle, ledger, ...(challenge && { challenge }) };
}

/** Returns a party's view of all devices of an installation. `party` gives its keys for each. */
export function peersOf(party: (device: DeviceName) => Party, options: { readonly gas: boolean }): DccPeers {
  return {
    chf: peerOf('chf', party('chf')),
    esme: peerOf('esme', party('esme')),
    gsme: options.gas ? peerOf('gsme', party('gsme')) : undefined,
  };
}

/** Lists the peers of the devices that exist. */
export function listed({ chf, esme, gsme }: DccPeers): readonly Peer[] {
  return gsme ? [esme, gsme, chf] : [esme, chf];
}
