/** The objects that every persona has, and those that both meters have. */
import { associationLn } from '../cosem/associationLn.ts';
import { clock } from '../cosem/clock.ts';
import { dataObject, derivedData } from '../cosem/data.ts';
import { firmwareOf, imageTransfer } from '../cosem/imageTransfer.ts';
import { rights, stored } from '../cosem/object.ts';
import { sapAssignment } from '../cosem/sapAssignment.ts';
import { securitySetup } from '../cosem/securitySetup.ts';
import { text, uint32, uint8, visible } from '../dlms/encoding/values.ts';
import type { CosemObject, ModelClient } from '../cosem/deviceModel.ts';

/** Firmware comes in blocks of this many bytes. */
const IMAGE_BLOCK_BYTES = 256;

/** Read by everybody. */
const ALL_READ = rights({ public: 'r', reader: 'r', management: 'r' });
/** Read by those who proved something. */
export const READ = rights({ reader: 'r', management: 'r' });
/** Written by management, in an authenticated APDU. */
export const CONFIGURED = rights({ reader: 'r', management: 'b' });
/** Registers: value and scaler_unit. */
export const REGISTER = rights({ reader: 'rr -', management: 'rr -' });
export const EXTENDED_REGISTER = rights({ reader: 'rrrr -', management: 'rrrr -' });
export const PROFILE = rights({ reader: 'rrrrrrr --', management: 'rrrrrrr X-' });

function invocationCounter(name: string): CosemObject {
  return derivedData(name, (env) => uint32(Math.max(0, env.device.keyring.highestAccepted)), ALL_READ);
}

/** The objects of every persona: names, clock, associations, security, firmware. */
export function commonObjects(clients: readonly ModelClient[]): readonly CosemObject[] {
  const association = rights({ public: 'rrrrr-rr x---', reader: 'rrrrr-rr x---', management: 'rrrrr-rr x---' });
  // A client sees the association of its own besides the current one; management sees all of them.
  const own = clients.map(({ role, associationInstance }) =>
    associationLn(associationInstance, rights({ [role]: 'rrrrr-rr x---', management: 'rrrrr-rr x---' })),
  );
  const security = rights({ reader: 'rrrr --', management: 'rrrr XX' });
  return [
    associationLn(0, association),
    ...own,
    sapAssignment(ALL_READ),
    derivedData('0.0.42.0.0.255', (env) => text(env.device.identity.name), ALL_READ),
    // The last counter accepted, under the instances that tools look for: what a client that lost its own reads to find its place again.
    invocationCounter('0.0.43.1.0.255'),
    invocationCounter('0.0.43.1.1.255'),
    // One set of keys under two instances: third-party tools look for either.
    securitySetup('0.0.43.0.0.255', security),
    securitySetup('0.0.43.0.2.255', security),
    clock(rights({ public: 'rrrrrrrr ------', reader: 'rrrrrrrr ------', management: 'brrrrrrr X-X--X' })),
    derivedData('0.0.96.1.0.255', (env) => text(env.device.identity.serial), ALL_READ),
    derivedData('1.0.0.2.0.255', (env) => visible(firmwareOf(env.device, env.at)), READ),
    imageTransfer(IMAGE_BLOCK_BYTES, rights({ reader: 'rrrrrr ----', management: 'rrrrrr XXXX' })),
  ];
}

/** The objects of both meters: those of every persona, the meter point, and the payment mode. */
export function meterObjects(clients: readonly ModelClient[]): readonly CosemObject[] {
  return [
    ...commonObjects(clients),
    derivedData('0.0.96.1.1.255', (env) => text(env.device.identity.meterPoint), READ),
    // Payment mode: 0 credit, 1 prepayment. Of the maker's range: no standard object holds it.
    dataObject(
      '0.0.128.1.0.255',
      stored('payment mode', uint8(0), (value) => value.type === 'unsigned' && value.value < 2),
      CONFIGURED,
    ),
  ];
}
