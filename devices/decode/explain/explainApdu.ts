/** Explains plain APDUs in words, and as a tree. Secrets are left out: passwords, challenges, dedicated keys, wrapped keys. */
import {
  explainAare,
  explainAarq,
  explainInitiateRequest,
  explainInitiateResponse,
  explainRelease,
} from './explainAcse.ts';
import { type Asked, whole } from './explained.ts';
import { type Carrier, explainAccess, explainGeneral } from './explainAccess.ts';
import { explainShortName } from './explainShortName.ts';
import { explainDataNotification, explainEvent } from './explainPush.ts';
import { explainRequest, explainResponse } from './explainService.ts';

type Explain = (apdu: Uint8Array, asked?: readonly Asked[]) => Carrier;

/** By the first byte of the APDU. */
const EXPLAIN: Readonly<Record<number, Explain | undefined>> = {
  0x01: explainInitiateRequest,
  0x05: explainShortName,
  0x06: explainShortName,
  0x08: explainInitiateResponse,
  0x0c: explainShortName,
  0x0d: explainShortName,
  0x0e: explainResponse,
  0x0f: explainDataNotification,
  0x16: explainShortName,
  0x18: explainShortName,
  0x60: explainAarq,
  0x61: explainAare,
  0x62: explainRelease,
  0x63: explainRelease,
  0xc0: explainRequest,
  0xc1: explainRequest,
  0xc2: explainEvent,
  0xc3: explainRequest,
  0xc4: explainResponse,
  0xc5: explainResponse,
  0xc7: explainResponse,
  0xd8: explainResponse,
  0xd9: explainAccess,
  0xda: explainAccess,
  0xdd: explainGeneral,
  0xdf: explainGeneral,
};

/** Explains a plain APDU. `asked` names what the request before it was about. */
export function explainApdu(apdu: Uint8Array, asked?: readonly Asked[]): Carrier {
  const explain = EXPLAIN[apdu[0] ?? -1];
  return explain ? explain(apdu, asked) : whole(apdu, `${apdu.length} bytes`, () => ({ bytes: apdu.length }));
}
