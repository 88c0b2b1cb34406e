/** Who stands on the other side of an emulated home: the SMSO and the DCC, each with its own title and ledgers. */
import { ascii } from '../../dlms/bytes.ts';
import type { SuiteKeys } from '../../dlms/logicalDevice.ts';
import type { Peer } from '../../headend/associate.ts';
import type { DccPeers } from '../../headend/dcc.ts';
import { KeyLedger } from '../../headend/keyLedger.ts';
import type { Call, DeviceName } from '../../headend/procedure.ts';
import { INSTALLATION_SAPS } from '../../personas/chf.ts';
import { WAKE_SECONDS } from '../../personas/gsme.ts';

export const SMSO_TITLE = ascii('SMSO0001');
export const DCC_TITLE = ascii('DCC00001');

/** A KEK that no device has: the head-end's key when a plan says that its Master Key is wrong. */
export const WRONG_MASTER_KEY = new Uint8Array(16).fill(0x5a);

/** The client that may touch keys and configuration. */
const MANAGEMENT_CLIENT = 1;
const ANSWER_SECONDS = 30;

/** How to reach a device of an installation through its hub. A sleepy one may let a whole wake period pass. */
export function callOf(device: DeviceName, client = MANAGEMENT_CLIENT): Call {
  const timeoutSeconds = device === 'gsme' ? WAKE_SECONDS + ANSWER_SECONDS : ANSWER_SECONDS;
  return { device, client, server: INSTALLATION_SAPS[device], timeoutSeconds };
}

/** A party and the keys it begins with; without a Master Key it can never rotate them. */
export interface Party {
  readonly systemTitle: Uint8Array;
  readonly keys: SuiteKeys;
  readonly masterKey?: Uint8Array;
  readonly challenge?: () => Uint8Array;
}

/** A party's view of one device. */
export function peerOf(device: DeviceName, party: Party): Peer {
  const { systemTitle, keys, masterKey, challenge } = party;
  const ledger = new KeyLedger(keys, masterKey);
  return { call: callOf(device), systemTitle, ledger, ...(challenge && { challenge }) };
}

export function peersOf(party: Party, options: { readonly gas: boolean }): DccPeers {
  return {
    chf: peerOf('chf', party),
    esme: peerOf('esme', party),
    gsme: options.gas ? peerOf('gsme', party) : undefined,
  };
}

/** The peers that are there. */
export function listed({ chf, esme, gsme }: DccPeers): readonly Peer[] {
  return gsme ? [esme, gsme, chf] : [esme, chf];
}
