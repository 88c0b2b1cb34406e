// Requests that are well formed, with values in them that nobody asked for: other types, numbers that are none, too much.
import type { ServiceRequest } from '../../../devices/dlms/apdu/apdu.ts';
import { decodeRequest, encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import type { Data } from '../../../devices/dlms/encoding/axdr.ts';
import { VALUES } from './corpus.ts';
import type { Dice } from './dice.ts';

/** Where a value of a type is at its edge. */
const NO_INTEGERS: readonly Data[] = [
  ...[NaN, Infinity, -Infinity, 0.5, -0, 1e300].map((value) => ({ type: 'float64', value }) as const),
  { type: 'float32', value: NaN },
];
const EDGES: readonly Data[] = [
  { type: 'long64', value: -(2n ** 63n) },
  { type: 'long64Unsigned', value: 2n ** 64n - 1n },
  { type: 'long64', value: 7n },
  ...[0, 0xffffffff].map((value) => ({ type: 'doubleLongUnsigned', value }) as const),
  { type: 'integer', value: -1 },
  { type: 'octetString', value: new Uint8Array(0) },
  { type: 'octetString', value: new Uint8Array(900) },
  { type: 'array', value: [] },
  { type: 'structure', value: [] },
];

/** The value with one node of it replaced. */
function replaced(dice: Dice, data: Data): Data {
  if ((data.type === 'array' || data.type === 'structure') && data.value.length > 0 && !dice.oneIn(5)) {
    const at = dice.below(data.value.length);
    if (dice.oneIn(8)) return { type: data.type, value: data.value.toSpliced(at, 1) };
    if (dice.oneIn(8)) return { type: data.type, value: data.value.toSpliced(at, 0, data.value[at]!) };
    return { type: data.type, value: data.value.toSpliced(at, 1, replaced(dice, data.value[at]!)) };
  }
  const isNumber = 'value' in data && typeof data.value === 'number';
  return dice.pick(isNumber && dice.oneIn(2) ? NO_INTEGERS : dice.oneIn(2) ? EDGES : VALUES);
}

/** The request with another value, item, id or number in it; undefined for bytes that are no request. */
export function retyped(dice: Dice, apdu: Uint8Array): Uint8Array | undefined {
  const decoded = decodeRequest(apdu);
  return decoded.ok ? encodeRequest(changed(dice, decoded.value)) : undefined;
}

function changed(dice: Dice, request: ServiceRequest): ServiceRequest {
  switch (request.kind) {
    case 'setNormal':
      return { ...request, value: replaced(dice, request.value) };
    case 'setList':
      return { ...request, values: request.values.map((value) => (dice.oneIn(2) ? replaced(dice, value) : value)) };
    case 'actionNormal': {
      if (dice.oneIn(8)) return { ...request, method: { ...request.method, id: dice.below(12) } };
      return { ...request, parameter: replaced(dice, request.parameter ?? { type: 'null' }) };
    }
    case 'actionList': {
      const parameters = request.parameters.map((value) => (dice.oneIn(2) ? replaced(dice, value) : value));
      return { ...request, parameters };
    }
    case 'getNormal': {
      const { attribute, selection } = request.request;
      if (!selection || dice.oneIn(6)) {
        return { ...request, request: { ...request.request, attribute: { ...attribute, id: dice.below(12) } } };
      }
      const { selector, parameters } = selection;
      return { ...request, request: { attribute, selection: { selector, parameters: replaced(dice, parameters) } } };
    }
    case 'getNext':
    case 'actionNext':
      return { ...request, number: dice.number() };
    default:
      return request;
  }
}
