/**
 * The server's half of security suite 0 within one association: verifying requests, refusing replays, and protecting each
 * answer in the family and with the keys of its request.
 */
import { SERVICE_ERROR, STATE_ERROR } from '../apdu/apdu.ts';
import { encodeException } from '../apdu/apduResponse.ts';
import { equalBytes, toHex } from '../encoding/bytes.ts';
import {
  announcedTag,
  AUTHENTICATED,
  type CipheredApdu,
  ENCRYPTED,
  type Family,
  open,
  readCiphered,
  TAG_BYTES,
  writeCiphered,
  type SuiteKeys,
} from '../security/ciphering.ts';
import type { LogicalDevice } from './logicalDevice.ts';

/** How a request was protected, and so how its answer is. */
export interface ReplyProtection {
  readonly family: Family;
  readonly control: number;
  /** Taken before the request acts: after a key install the answer still goes under the old keys. */
  readonly keys: SuiteKeys;
  readonly encryptionKey: Uint8Array;
}

export type Unprotected =
  | { readonly ok: true; readonly plain: Uint8Array; readonly reply: ReplyProtection }
  | { readonly ok: false; readonly exception: Uint8Array };

/** What ciphering adds to an APDU: tag, length, control, counter, and the system title in general-*. */
export const OVERHEAD_BYTES: Readonly<Record<Family, number>> = {
  glo: 4 + 5 + TAG_BYTES,
  ded: 4 + 5 + TAG_BYTES,
  generalGlo: 4 + 9 + 5 + TAG_BYTES,
  generalDed: 4 + 9 + 5 + TAG_BYTES,
};

export class ServerSecurity {
  private readonly device: LogicalDevice;
  private readonly clientTitle: Uint8Array;
  private dedicatedKey: Uint8Array | undefined;
  private dedicatedCounter = -1;

  constructor(device: LogicalDevice, clientTitle: Uint8Array) {
    this.device = device;
    this.clientTitle = clientTitle;
  }

  /** The dedicated key agreed at association, if one was. */
  agree(dedicatedKey: Uint8Array | undefined): void {
    this.dedicatedKey = dedicatedKey;
  }

  /** An answer, or undefined when no counter was left for it. */
  protect(plain: Uint8Array, reply: ReplyProtection, counter: number | undefined): Uint8Array | undefined {
    if (counter === undefined) return undefined;
    return writeCiphered(
      reply.family,
      {
        control: reply.control,
        encryptionKey: reply.encryptionKey,
        authenticationKey: reply.keys.gak,
        systemTitle: this.device.systemTitle,
        counter,
      },
      plain,
    );
  }

  /** Verifies first and judges the counter after, so that only the key's holder can learn or move it. */
  unprotect(apdu: Uint8Array, stateError: number): Unprotected {
    const failed: Unprotected = {
      ok: false,
      exception: encodeException({ stateError, serviceError: SERVICE_ERROR.decipheringError }),
    };
    const header = readCiphered(apdu);
    if (!header.ok) return failed;
    const { family, control, systemTitle, counter, body, tag } = header.value;
    const keys = this.device.keys();
    const isDedicated = family === 'ded' || family === 'generalDed';
    const encryptionKey = isDedicated ? this.dedicatedKey : keys.guek;
    const isOwnTitle = systemTitle.length === 0 || equalBytes(systemTitle, this.clientTitle);
    if (!encryptionKey || !isOwnTitle) return failed;
    const required = this.device.requiredProtection();
    const isProtected = (control & (AUTHENTICATED | ENCRYPTED)) !== 0;
    if ((control & required) !== required || !isProtected) return failed;
    const protection = { control, encryptionKey, authenticationKey: keys.gak, systemTitle: this.clientTitle, counter };
    const opened = open(protection, body);
    if (!opened.ok) return failed;
    const announced = announcedTag(tag);
    if (announced !== undefined && opened.value[0] !== announced) return failed;
    const refusal = this.takeCounter(header.value, isDedicated);
    if (refusal) return { ok: false, exception: refusal };
    return { ok: true, plain: opened.value, reply: { family, control, keys, encryptionKey } };
  }

  /** Persists the counter before the request acts; the exception if it was used before. */
  private takeCounter(header: CipheredApdu, isDedicated: boolean): Uint8Array | undefined {
    const title = toHex(this.clientTitle);
    const last = isDedicated ? this.dedicatedCounter : this.device.acceptedCounter(title);
    const { serviceNotAllowed: stateError } = STATE_ERROR;
    if (header.counter <= last) {
      const expectedCounter = Math.min(last + 1, 0xffffffff);
      return encodeException({ stateError, serviceError: SERVICE_ERROR.invocationCounterError, expectedCounter });
    }
    if (isDedicated) this.dedicatedCounter = header.counter;
    else if (!this.device.acceptCounter(title, header.counter)) {
      return encodeException({ stateError, serviceError: SERVICE_ERROR.otherReason });
    }
    return undefined;
  }
}
