/** Explains associations and releases: AARQ, AARE, RLRQ, RLRE, and the xDLMS initiate. */
import { decodeAare, decodeAarq, decodeRelease } from '../../dlms/apdu/acse.ts';
import { decodeInitiateRequest, decodeInitiateResponse } from '../../dlms/apdu/initiate.ts';
import { toHex } from '../../dlms/encoding/bytes.ts';
import { broken, type Explained, NOT_SHOWN, whole } from './explained.ts';

const MECHANISMS = ['none', 'LLS', 'HLS', 'HLS-MD5', 'HLS-SHA1', 'HLS-GMAC', 'HLS-SHA256', 'HLS-ECDSA'];
const CONTEXTS: Readonly<Record<number, string>> = { 1: 'LN', 2: 'SN', 3: 'LN ciphered', 4: 'SN ciphered' };

export function explainAarq(apdu: Uint8Array): Explained {
  const decoded = decodeAarq(apdu);
  if (!decoded.ok) return broken(apdu, decoded.error);
  const { context, mechanism, callingTitle, authenticationValue } = decoded.value;
  const title = callingTitle ? `, title ${toHex(callingTitle)}` : '';
  return whole(apdu, `context ${CONTEXTS[context] ?? context}, ${MECHANISMS[mechanism] ?? mechanism}${title}`, () => ({
    context,
    mechanism,
    ...(callingTitle && { callingTitle }),
    ...(authenticationValue && { authenticationValue: NOT_SHOWN }),
  }));
}

export function explainAare(apdu: Uint8Array): Explained {
  const decoded = decodeAare(apdu);
  if (!decoded.ok) return broken(apdu, decoded.error);
  const { context, result, diagnostic, respondingTitle, mechanism } = decoded.value;
  const outcome = result === 0 ? 'accepted' : `rejected, result ${result}`;
  const title = respondingTitle ? `, title ${toHex(respondingTitle)}` : '';
  return whole(apdu, `${outcome}, diagnostic ${diagnostic}${title}`, () => ({
    context,
    result,
    diagnostic,
    ...(respondingTitle && { respondingTitle }),
    ...(mechanism !== undefined && { mechanism }),
  }));
}

function initiateText({
  dlmsVersion,
  conformance,
  pduBytesMax,
}: {
  dlmsVersion: number;
  conformance: number;
  pduBytesMax: number;
}): string {
  return `DLMS version ${dlmsVersion}, conformance ${conformance.toString(16).padStart(6, '0')}, PDU up to ${pduBytesMax} bytes`;
}

export function explainRelease(apdu: Uint8Array): Explained {
  const release = decodeRelease(apdu);
  const reason = release.ok ? release.value.reason : undefined;
  return reason === undefined ? whole(apdu, '', () => ({})) : whole(apdu, `reason ${reason}`, () => ({ reason }));
}

export function explainInitiateRequest(apdu: Uint8Array): Explained {
  const initiate = decodeInitiateRequest(apdu);
  if (!initiate.ok) return broken(apdu, initiate.error);
  const { dedicatedKey, ...rest } = initiate.value;
  return whole(apdu, initiateText(rest), () => ({ ...rest, ...(dedicatedKey && { dedicatedKey: NOT_SHOWN }) }));
}

export function explainInitiateResponse(apdu: Uint8Array): Explained {
  const initiate = decodeInitiateResponse(apdu);
  if (!initiate.ok) return broken(apdu, initiate.error);
  return whole(apdu, initiateText(initiate.value), () => ({ ...initiate.value }));
}
