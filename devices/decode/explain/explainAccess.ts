/** Explains the unified access service, and the headers of general protection. */
import { decodeAccess, type AccessSpecification } from '../../dlms/apdu/apduAccess.ts';
import { decodeGeneral, type KeyInfo } from '../../dlms/apdu/apduGeneral.ts';
import { toHex } from '../../dlms/encoding/bytes.ts';
import { resultText } from '../words/dlmsNames.ts';
import { dataText } from '../words/valueWords.ts';
import { broken, NOT_SHOWN, whole, type Asked, type Explained } from './explained.ts';
import { timeText } from './explainPush.ts';
import { targetOf } from './explainService.ts';

/** An APDU that carries another one, which is not explained yet. */
export interface Carrier extends Explained {
  readonly content?: Uint8Array | undefined;
}

function askedOf(specifications: readonly AccessSpecification[]): readonly Asked[] {
  return specifications.map(({ service, target }) => targetOf(target, service === 'action'));
}

export function explainAccess(apdu: Uint8Array, before: readonly Asked[] = []): Explained {
  const decoded = decodeAccess(apdu);
  if (!decoded.ok) return broken(apdu, decoded.error);
  const { value } = decoded;
  const own = value.specifications && askedOf(value.specifications);
  const asked = own ?? before;
  const shown = value.data.map((data, i) => (asked[i]?.isSecret === true ? NOT_SHOWN : dataText(data)));
  const data = value.data.map((one, i) => (asked[i]?.isSecret === true ? NOT_SHOWN : one));
  const objects = asked.map(({ words }) => words);
  if (value.kind === 'accessRequest') {
    const parts = value.specifications.map(({ service }, i) => {
      const isRead = service === 'get' || shown[i] === undefined || value.data[i]?.type === 'null';
      return `${service} ${objects[i]}${isRead ? '' : ` = ${shown[i]}`}`;
    });
    return {
      ...whole(apdu, `${timeText(value.time)}${parts.join('; ')}`, () => ({ ...value, data, objects })),
      asked,
    };
  }
  const parts = value.results.map(({ result }, i) => {
    const outcome = result === 0 ? (shown[i] ?? resultText(result)) : resultText(result);
    return objects[i] === undefined ? outcome : `${objects[i]}: ${outcome}`;
  });
  return whole(apdu, `${timeText(value.time)}${parts.join('; ')}`, () => ({ ...value, data, objects }));
}

/** A wrapped key is as good as the key to whoever has the KEK. */
function keyText(info: KeyInfo | undefined): string {
  if (info === undefined) return 'no key named';
  if (info.is === 'identified') return `key ${info.keyId}`;
  return info.is === 'wrapped' ? `a key wrapped under KEK ${info.kekId}` : 'an agreed key';
}

export function explainGeneral(apdu: Uint8Array): Carrier {
  const decoded = decodeGeneral(apdu);
  if (!decoded.ok) return broken(apdu, decoded.error);
  const { value } = decoded;
  const ends = `${timeText(value.time)}from ${toHex(value.originator) || 'no title'} to ${toHex(value.recipient) || 'no title'}, transaction ${toHex(value.transaction) || 'none'}`;
  const { transaction, originator, recipient, time, other } = value;
  const head = { transaction, originator, recipient, time, other };
  if (value.kind === 'generalSigning') {
    const text = `${ends}, signature of ${value.signature.length} bytes, not verified`;
    const { content } = value;
    return { ...whole(apdu, text, () => ({ ...head, signatureBytes: value.signature.length })), content };
  }
  const key = keyText(value.keyInfo);
  const text = `${ends}, ${key}, ${value.content.length} bytes`;
  return { ...whole(apdu, text, () => ({ ...head, key, bytes: value.content.length })), isShut: true };
}
