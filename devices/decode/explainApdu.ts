/** Explains plain APDUs in words, and as a tree. Secrets are left out: passwords, challenges, dedicated keys, wrapped keys. */
import { decodeAare, decodeAarq, decodeRelease } from '../dlms/apdu/acse.ts';
import type { AttributeRequest, Descriptor, GetResult, ServiceRequest, ServiceResponse } from '../dlms/apdu/apdu.ts';
import { decodeRequest } from '../dlms/apdu/apduRequest.ts';
import { decodeResponse } from '../dlms/apdu/apduResponse.ts';
import { type Data, readData } from '../dlms/encoding/axdr.ts';
import { Reader, toHex } from '../dlms/encoding/bytes.ts';
import { decodeInitiateRequest, decodeInitiateResponse } from '../dlms/apdu/initiate.ts';
import { wireErrorText } from '../headend/wireError.ts';
import { formatInstant } from '../../src/time.ts';
import { instantOf } from '../cosem/dateTime.ts';
import { dataText, plain } from './valueWords.ts';
import { APDU_NAMES, objectText, resultText } from './dlmsNames.ts';

/** An APDU explained. `tree` is plain JSON. */
export interface Explained {
  readonly name: string;
  /** What it says, in one line, without the name. */
  readonly text: string;
  readonly tree: Readonly<Record<string, unknown>>;
  /** Set if the bytes do not make an APDU. */
  readonly error?: string;
  readonly request?: ServiceRequest;
  readonly response?: ServiceResponse;
}

const NOT_SHOWN = 'not shown';

export function apduName(apdu: Uint8Array): string {
  const tag = apdu[0] ?? -1;
  return APDU_NAMES[tag] ?? (tag < 0 ? 'empty APDU' : `APDU ${tag.toString(16).padStart(2, '0')}`);
}

/** Explains a plain APDU. `asked` names what the request before it was about. */
export function explainApdu(apdu: Uint8Array, asked?: readonly Target[]): Explained {
  switch (apdu[0]) {
    case 0x60:
      return explainAarq(apdu);
    case 0x61:
      return explainAare(apdu);
    case 0x62:
    case 0x63: {
      const release = decodeRelease(apdu);
      const reason = release.ok ? release.value.reason : undefined;
      return whole(apdu, reason === undefined ? '' : `reason ${reason}`, reason === undefined ? {} : { reason });
    }
    case 0x01: {
      const initiate = decodeInitiateRequest(apdu);
      if (!initiate.ok) return broken(apdu, initiate.error);
      const { dedicatedKey, ...rest } = initiate.value;
      return whole(apdu, initiateText(rest), { ...rest, ...(dedicatedKey && { dedicatedKey: NOT_SHOWN }) });
    }
    case 0x08: {
      const initiate = decodeInitiateResponse(apdu);
      return initiate.ok
        ? whole(apdu, initiateText(initiate.value), { ...initiate.value })
        : broken(apdu, initiate.error);
    }
    case 0x0f:
      return explainDataNotification(apdu);
    case 0xc2:
      return explainEvent(apdu);
    case 0xc0:
    case 0xc1:
    case 0xc3:
      return explainRequest(apdu);
    case 0xc4:
    case 0xc5:
    case 0xc7:
    case 0xd8:
    case 0x0e:
      return explainResponse(apdu, asked);
    default:
      return whole(apdu, `${apdu.length} bytes`, { bytes: apdu.length });
  }
}

function whole(apdu: Uint8Array, text: string, tree: Record<string, unknown>): Explained {
  const name = apduName(apdu);
  return { name, text, tree: { apdu: name, ...(plain(tree) as Record<string, unknown>) } };
}

function broken(apdu: Uint8Array, error: string): Explained {
  const name = apduName(apdu);
  return { name, text: `not whole: ${error}`, tree: { apdu: name, error, bytes: apdu.length }, error };
}

const MECHANISMS = ['none', 'LLS', 'HLS', 'HLS-MD5', 'HLS-SHA1', 'HLS-GMAC', 'HLS-SHA256', 'HLS-ECDSA'];
const CONTEXTS: Readonly<Record<number, string>> = { 1: 'LN', 2: 'SN', 3: 'LN ciphered', 4: 'SN ciphered' };

function explainAarq(apdu: Uint8Array): Explained {
  const decoded = decodeAarq(apdu);
  if (!decoded.ok) return broken(apdu, decoded.error);
  const { context, mechanism, callingTitle, authenticationValue } = decoded.value;
  const title = callingTitle ? `, title ${toHex(callingTitle)}` : '';
  return whole(apdu, `context ${CONTEXTS[context] ?? context}, ${MECHANISMS[mechanism] ?? mechanism}${title}`, {
    context,
    mechanism,
    ...(callingTitle && { callingTitle }),
    ...(authenticationValue && { authenticationValue: NOT_SHOWN }),
  });
}

function explainAare(apdu: Uint8Array): Explained {
  const decoded = decodeAare(apdu);
  if (!decoded.ok) return broken(apdu, decoded.error);
  const { context, result, diagnostic, respondingTitle, mechanism } = decoded.value;
  const outcome = result === 0 ? 'accepted' : `rejected, result ${result}`;
  const title = respondingTitle ? `, title ${toHex(respondingTitle)}` : '';
  return whole(apdu, `${outcome}, diagnostic ${diagnostic}${title}`, {
    context,
    result,
    diagnostic,
    ...(respondingTitle && { respondingTitle }),
    ...(mechanism !== undefined && { mechanism }),
  });
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

/** The time stands in bare octets, or with the tag of an octet string or of a date-time, as meters send it. */
function readTime(reader: Reader): Uint8Array {
  if (reader.peek() === 0x19) {
    reader.u8();
    return reader.take(12);
  }
  if (reader.peek() === 0x09) reader.u8();
  return reader.octets();
}

function timeText(time: Uint8Array): string {
  const instant = instantOf({ type: 'octetString', value: time });
  return time.length === 0 ? '' : `at ${instant === undefined ? toHex(time) : formatInstant(instant)} `;
}

function explainDataNotification(apdu: Uint8Array): Explained {
  const reader = new Reader(apdu, 1);
  const longInvoke = reader.u32();
  const time = readTime(reader);
  const body = readData(reader);
  if (reader.error !== undefined) return broken(apdu, reader.error);
  return whole(apdu, `${timeText(time)}${dataText(body)}`, { longInvoke, time, body, ...trailing(reader) });
}

function explainEvent(apdu: Uint8Array): Explained {
  const reader = new Reader(apdu, 1);
  const time = reader.u8() === 0 ? new Uint8Array(0) : readTime(reader);
  const [classId, ln, attribute] = [reader.u16(), toHex(reader.take(6)), reader.u8()];
  const value = readData(reader);
  if (reader.error !== undefined) return broken(apdu, reader.error);
  const what = `${objectText(classId, ln)} attribute ${attribute}`;
  return whole(apdu, `${timeText(time)}${what} = ${dataText(value)}`, {
    time,
    object: what,
    classId,
    ln,
    attribute,
    value,
    ...trailing(reader),
  });
}

function trailing(reader: Reader): Record<string, unknown> {
  return reader.left > 0 ? { trailingBytes: reader.left } : {};
}

/** What a request names: an attribute or a method of an object. */
export interface Target extends Descriptor {
  readonly isMethod: boolean;
}

/** The objects that a request is about. */
export function targetsOf(request: ServiceRequest): readonly Target[] {
  const isMethod = request.kind.startsWith('action');
  return descriptorsOf(request).map((one) => ({ ...one, isMethod }));
}

function descriptorsOf(request: ServiceRequest): readonly Descriptor[] {
  if ('request' in request) return [request.request.attribute];
  if ('requests' in request) return request.requests.map(({ attribute }: AttributeRequest) => attribute);
  if ('methods' in request) return request.methods;
  return 'method' in request ? [request.method] : [];
}

/** Secrets are never shown: LLS and HLS secrets (class 15, attribute 7 and method 2), and keys (methods of class 64). */
export function isSecret({ classId, id, isMethod }: Target): boolean {
  if (classId === 64) return isMethod;
  return classId === 15 && id === (isMethod ? 2 : 7);
}

function valueOf(data: Data, target: Target | undefined): string {
  return target && isSecret(target) ? NOT_SHOWN : dataText(data);
}

function targetText({ classId, ln, id, isMethod }: Target): string {
  return `${objectText(classId, ln)} ${isMethod ? 'method' : 'attribute'} ${id}`;
}

function explainRequest(apdu: Uint8Array): Explained {
  const decoded = decodeRequest(apdu);
  if (!decoded.ok) return broken(apdu, decoded.reason);
  const request = decoded.value;
  const targets = targetsOf(request);
  const [first] = targets;
  const parts = targets.map(targetText);
  if (request.kind === 'setNormal') parts.push(`= ${valueOf(request.value, first)}`);
  if (request.kind === 'actionNormal' && request.parameter) parts.push(`with ${valueOf(request.parameter, first)}`);
  if ('number' in request) parts.push(`next after block ${request.number}`);
  if ('block' in request) parts.push(`block ${request.block.number}, ${request.block.raw.length} bytes`);
  const isHidden = targets.some(isSecret) || 'block' in request;
  const tree = isHidden ? { kind: request.kind, invoke: request.invoke, targets } : { ...request };
  return { ...whole(apdu, parts.join(', '), { ...tree, objects: parts.slice(0, targets.length) }), request };
}

function explainResponse(apdu: Uint8Array, asked: readonly Target[] = []): Explained {
  let trailing = 0;
  const decoded = decodeResponse(apdu, (octets) => (trailing = octets));
  if (!decoded.ok) return broken(apdu, decoded.error);
  const response = decoded.value;
  const objects = asked.map(targetText);
  const { kind } = response;
  const isError = kind === 'exception' || kind === 'serviceError';
  const shown = asked.some(isSecret) ? { kind } : 'block' in response ? blockTree(response) : { ...response };
  const behind = trailing === 0 ? '' : `; ${trailing} octets behind the response`;
  const tree = {
    ...(isError || objects.length === 0 ? shown : { ...shown, objects }),
    ...(trailing > 0 && { trailingOctets: trailing }),
  };
  return { ...whole(apdu, `${responseText(response, asked)}${behind}`, tree), response };
}

function blockTree({ kind, block }: Extract<ServiceResponse, { block: unknown }>): Record<string, unknown> {
  return { kind, block: block.number, last: block.last, bytes: block.raw.length };
}

function resultOf(result: GetResult, target: Target | undefined): string {
  return result.ok ? valueOf(result.data, target) : resultText(result.result);
}

function responseText(response: ServiceResponse, asked: readonly Target[]): string {
  const nameOf = (i: number): string => {
    const target = asked[i];
    return target ? `${targetText(target)}: ` : '';
  };
  switch (response.kind) {
    case 'getNormal':
      return `${nameOf(0)}${resultOf(response.result, asked[0])}`;
    case 'getList':
      return response.results.map((one, i) => `${nameOf(i)}${resultOf(one, asked[i])}`).join('; ');
    case 'getBlock':
    case 'actionBlock': {
      const last = response.block.last ? ', the last' : '';
      return `${nameOf(0)}block ${response.block.number}, ${response.block.raw.length} bytes${last}`;
    }
    case 'getBlockError':
    case 'setNormal':
    case 'setLast':
      return `${nameOf(0)}${resultText(response.result)}`;
    case 'setList':
    case 'setLastList':
      return response.results.map((one, i) => `${nameOf(i)}${resultText(one)}`).join('; ');
    case 'setBlock':
    case 'actionNext':
      return `${nameOf(0)}block ${response.number} taken`;
    case 'actionNormal': {
      const { result, data } = response.result;
      return `${nameOf(0)}${resultText(result)}${data ? `, ${resultOf(data, asked[0])}` : ''}`;
    }
    case 'actionList':
      return response.results.map(({ result }, i) => `${nameOf(i)}${resultText(result)}`).join('; ');
    case 'exception':
    case 'serviceError':
      return wireErrorText(response);
  }
}
