import { type Aare, decodeAare, decodeRelease } from '../../../devices/dlms/apdu/acse.ts';
import type { ServiceResponse } from '../../../devices/dlms/apdu/apdu.ts';
import { decodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { ascii } from '../../../devices/dlms/encoding/bytes.ts';
import {
  AUTHENTICATED,
  ENCRYPTED,
  type Family,
  gmac,
  isCiphered,
  open,
  type Protection,
  readCiphered,
  writeCiphered,
  type SuiteKeys,
} from '../../../devices/dlms/security/ciphering.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { law } from './target.ts';

/** Plain tags that have a form of their own in glo- and ded-. */
const SPECIFIC: ReadonlySet<number> = new Set([0x01, 0x08, 0x0e, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc7]);

export interface Sealing {
  readonly family: Family;
  readonly control: number;
  readonly counter: number;
}

/** What an answer of a server is; every answer is one of these, or a defect of ours. */
export type Answer =
  | { readonly kind: 'silence' }
  | { readonly kind: 'aare'; readonly aare: Aare }
  | { readonly kind: 'rlre'; readonly reason: number | undefined }
  | { readonly kind: 'service'; readonly response: ServiceResponse };

/** One side of an association that holds the lab's keys and says what it is told to, well protected or badly. */
export class Hand {
  readonly title: Uint8Array;
  readonly peerTitle: Uint8Array;
  keys: SuiteKeys = LAB_KEYS;
  dedicatedKey: Uint8Array = LAB_KEYS.gbek;
  counter = 0;

  constructor(titles: { readonly own: Uint8Array; readonly peer: Uint8Array }) {
    this.title = titles.own;
    this.peerTitle = titles.peer;
  }

  /** Under the right keys, with a tag that verifies. What has no form of its own in a family goes as general-*. */
  seal(plain: Uint8Array, sealing: Partial<Sealing> = {}): Uint8Array {
    const { control = AUTHENTICATED | ENCRYPTED, counter = (this.counter += 1) } = sealing;
    let family = sealing.family ?? 'glo';
    if (!SPECIFIC.has(plain[0] ?? -1)) family = isDedicated(family) ? 'generalDed' : 'generalGlo';
    return writeCiphered(family, { ...this.keysOf(family), control, counter, systemTitle: this.title }, plain);
  }

  /** The plain APDU of the other side, or undefined where it does not open. */
  unseal(apdu: Uint8Array): { readonly plain: Uint8Array; readonly sealing: Sealing } | undefined {
    const header = readCiphered(apdu);
    if (!header.ok) return undefined;
    const { family, control, counter, body } = header.value;
    const opened = open({ ...this.keysOf(family), control, counter, systemTitle: this.peerTitle }, body);
    return opened.ok ? { plain: opened.value, sealing: { family, control, counter } } : undefined;
  }

  private keysOf(family: Family): Pick<Protection, 'encryptionKey' | 'authenticationKey'> {
    return {
      encryptionKey: isDedicated(family) ? this.dedicatedKey : this.keys.guek,
      authenticationKey: this.keys.gak,
    };
  }

  /** f(challenge) of HLS-GMAC. */
  prove(challenge: Uint8Array): Uint8Array {
    const { guek: encryptionKey, gak: authenticationKey } = this.keys;
    return gmac({ encryptionKey, authenticationKey, systemTitle: this.title, counter: (this.counter += 1) }, challenge);
  }

  /** Reads an answer of our own server. It must be one, and open under the keys of what was asked. */
  answer(apdu: Uint8Array | undefined): Answer {
    if (apdu === undefined) return { kind: 'silence' };
    if (apdu[0] === 0x61) {
      const aare = decodeAare(apdu);
      law(aare.ok, 'an AARE of ours decodes');
      return { kind: 'aare', aare: aare.value };
    }
    if (apdu[0] === 0x63) {
      const release = decodeRelease(apdu);
      law(release.ok, 'an RLRE of ours decodes');
      return { kind: 'rlre', reason: release.value.reason };
    }
    const plain = isCiphered(apdu[0] ?? 0) ? this.unseal(apdu)?.plain : apdu;
    law(plain !== undefined, 'an answer is protected by the keys of its request');
    const response = decodeResponse(plain);
    law(response.ok, 'a response of ours decodes');
    return { kind: 'service', response: response.value };
  }
}

function isDedicated(family: Family): boolean {
  return family === 'ded' || family === 'generalDed';
}

export const CLIENT_TITLE = ascii('GRX12345');
export const FIXED_CHALLENGE = ascii('sixteen octets!!');

/** An answer in the words of a tally. */
export function described(answer: Answer): string {
  switch (answer.kind) {
    case 'silence':
      return 'silence';
    case 'aare': {
      const { result, diagnostic, byProvider, userInformation } = answer.aare;
      const initiate = result !== 0 && userInformation?.[0] === 0x0e ? `, initiate error ${userInformation[3]}` : '';
      return `AARE ${result}/${diagnostic}${byProvider ? ' of the provider' : ''}${initiate}`;
    }
    case 'rlre':
      return `RLRE ${answer.reason}`;
    case 'service':
      return describedResponse(answer.response);
  }
}

function describedResponse(response: ServiceResponse): string {
  switch (response.kind) {
    case 'getNormal':
      return `getNormal ${response.result.ok ? 'data' : response.result.result}`;
    case 'getBlock':
    case 'actionBlock':
      return `${response.kind}${response.block.last ? ' last' : ''}`;
    case 'getBlockError':
    case 'setNormal':
    case 'setLast':
      return `${response.kind} ${response.result}`;
    case 'actionNormal': {
      const { result, data } = response.result;
      return `actionNormal ${result}${data ? (data.ok ? ' with data' : ` without data ${data.result}`) : ''}`;
    }
    case 'exception':
      return `exception ${response.stateError}/${response.serviceError}`;
    default:
      return response.kind;
  }
}
