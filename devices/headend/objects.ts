/** The objects that head-ends read, write and invoke, under the standard's name if there is one. */
import { obis } from '../cosem/object.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import { MEMBERSHIP } from '../personas/chf.ts';

const object = (classId: number, name: string, id: number): Descriptor => ({ classId, ln: obis(name), id });

/** Class 64, method 2, global_key_transfer. Used unless a device's association names another security setup. */
export const KEY_TRANSFER = object(64, '0.0.43.0.0.255', 2);
/** Class 15, security_setup_reference: names the security setup of the association in which it is read. */
export const SECURITY_SETUP_REFERENCE = object(15, '0.0.40.0.0.255', 9);
/** The last counter that a device accepted, readable by its public client. */
export const INVOCATION_COUNTER = object(1, '0.0.43.1.0.255', 2);
export const CLOCK_TIME = object(8, '0.0.1.0.0.255', 2);
export const DEVICE_NAME = object(1, '0.0.42.0.0.255', 2);
export const FIRMWARE = object(1, '1.0.0.2.0.255', 2);
/** Class 47, status: 1 and 5 mean that the CHF is registered, at home or roaming (3GPP 27.007). */
export const WAN_STATUS = object(47, '0.0.25.6.0.255', 3);
/** Class 47, capture_time: the instant at which the CHF last looked at its network. */
export const WAN_CAPTURED_AT = object(47, '0.0.25.6.0.255', 8);
export const HAN_MEMBERSHIP = object(1, MEMBERSHIP, 2);
/** Capture time of the CHF's mirror of the gas register. */
export const MIRRORED_AT = object(4, '7.0.3.0.0.255', 5);
export const CONTACT_OFFSET = object(1, '0.0.128.3.0.255', 2);

/** Class 18, image transfer. */
export const IMAGE = {
  blockSize: object(18, '0.0.44.0.0.255', 2),
  firstMissing: object(18, '0.0.44.0.0.255', 4),
  status: object(18, '0.0.44.0.0.255', 6),
  initiate: object(18, '0.0.44.0.0.255', 1),
  transfer: object(18, '0.0.44.0.0.255', 2),
  verify: object(18, '0.0.44.0.0.255', 3),
  activate: object(18, '0.0.44.0.0.255', 4),
} as const;
