/** Explains GET, SET and ACTION: what is asked for, and what is answered. */
import type { AttributeRequest, Descriptor, GetResult, ServiceRequest, ServiceResponse } from '../../dlms/apdu/apdu.ts';
import { decodeRequest } from '../../dlms/apdu/apduRequest.ts';
import { decodeResponse } from '../../dlms/apdu/apduResponse.ts';
import type { Data } from '../../dlms/encoding/axdr.ts';
import { wireErrorText } from '../../headend/wireError.ts';
import { resultText, targetWords } from '../words/dlmsNames.ts';
import { dataText } from '../words/valueWords.ts';
import { apduName, broken, type Explained, NOT_SHOWN, treeOf, type Asked } from './explained.ts';

/** What a request names: an attribute or a method of an object. */
interface Target extends Descriptor, Asked {
  readonly isMethod: boolean;
}

const NO_TARGETS: readonly Target[] = [];
const NOBODY_ASKED: readonly Asked[] = [];

/** A target by name. */
export function targetOf(descriptor: Descriptor, isMethod: boolean): Target {
  const { classId, ln, id } = descriptor;
  return {
    classId,
    ln,
    id,
    isMethod,
    words: targetWords(descriptor, isMethod),
    isSecret: isSecret(descriptor, isMethod),
  };
}

/** The objects that a request is about. */
function targetsOf(request: ServiceRequest): readonly Target[] {
  switch (request.kind) {
    case 'getNormal':
    case 'setNormal':
    case 'setFirst':
      return [targetOf(request.request.attribute, false)];
    case 'getList':
    case 'setList':
    case 'setListFirst':
      return request.requests.map(({ attribute }: AttributeRequest) => targetOf(attribute, false));
    case 'actionNormal':
    case 'actionFirst':
      return [targetOf(request.method, true)];
    case 'actionList':
    case 'actionListFirst':
      return request.methods.map((method) => targetOf(method, true));
    default:
      return NO_TARGETS;
  }
}

/** Secrets are never shown: LLS and HLS secrets (class 15, attribute 7 and method 2), and keys (methods of class 64). */
function isSecret({ classId, id }: Descriptor, isMethod: boolean): boolean {
  if (classId === 64) return isMethod;
  return classId === 15 && id === (isMethod ? 2 : 7);
}

function valueOf(data: Data, target: Asked | undefined): string {
  return target?.isSecret === true ? NOT_SHOWN : dataText(data);
}

export function explainRequest(apdu: Uint8Array): Explained {
  const decoded = decodeRequest(apdu);
  if (!decoded.ok) return broken(apdu, decoded.reason);
  const request = decoded.value;
  const targets = targetsOf(request);
  return new OfRequest(apduName(apdu), request, targets);
}

/** A class, because a closure for each tree that nobody wants would cost as much as the decoding. */
class OfRequest implements Explained {
  readonly name: string;
  readonly text: string;
  readonly request: ServiceRequest;
  readonly asked: readonly Target[];

  constructor(name: string, request: ServiceRequest, targets: readonly Target[]) {
    this.name = name;
    this.text = requestText(request, targets);
    this.request = request;
    this.asked = targets;
  }

  tree(): Record<string, unknown> {
    return treeOf(this.name, requestTree(this.request, this.asked));
  }
}

function requestText(request: ServiceRequest, targets: readonly Target[]): string {
  const [first] = targets;
  if (first && request.kind === 'getNormal') return first.words;
  const parts = targets.map(({ words }) => words);
  if (request.kind === 'setNormal') parts.push(`= ${valueOf(request.value, first)}`);
  if (request.kind === 'setList') {
    parts.push(`= ${request.values.map((value, i) => valueOf(value, targets[i])).join('; ')}`);
  }
  if (request.kind === 'actionNormal' && request.parameter) parts.push(`with ${valueOf(request.parameter, first)}`);
  if ('number' in request) parts.push(`next after block ${request.number}`);
  if ('block' in request) parts.push(`block ${request.block.number}, ${request.block.raw.length} bytes`);
  return parts.join(', ');
}

function requestTree(request: ServiceRequest, targets: readonly Target[]): Record<string, unknown> {
  const named = targets.map(({ classId, ln, id, isMethod }) => ({ classId, ln, id, isMethod }));
  const isHidden = targets.some((one) => one.isSecret) || 'block' in request;
  const shown = isHidden ? { kind: request.kind, invoke: request.invoke, targets: named } : { ...request };
  return { ...shown, objects: targets.map(({ words }) => words) };
}

export function explainResponse(apdu: Uint8Array, asked: readonly Asked[] = NOBODY_ASKED): Explained {
  let behind = 0;
  const decoded = decodeResponse(apdu, (octets) => (behind = octets));
  if (!decoded.ok) return broken(apdu, decoded.error);
  const response = decoded.value;
  return new OfResponse(apduName(apdu), response, { asked, behind });
}

class OfResponse implements Explained {
  readonly name: string;
  readonly text: string;
  readonly response: ServiceResponse;
  private readonly before: readonly Asked[];
  /** Octets behind the response. */
  private readonly behind: number;

  constructor(
    name: string,
    response: ServiceResponse,
    { asked, behind }: { readonly asked: readonly Asked[]; readonly behind: number },
  ) {
    // prettier-ignore
    const text = responseText(response, asked);
    this.name = name;
    this.text = behind === 0 ? text : `${text}; ${behind} octets behind the response`;
    this.response = response;
    this.before = asked;
    this.behind = behind;
  }

  tree(): Record<string, unknown> {
    const { response, before, behind } = this;
    return treeOf(this.name, { ...responseTree(response, before), ...(behind > 0 && { trailingOctets: behind }) });
  }
}

function responseTree(response: ServiceResponse, asked: readonly Asked[]): Record<string, unknown> {
  const { kind } = response;
  const shown = asked.some((one) => one.isSecret)
    ? { kind }
    : 'block' in response
      ? blockTree(response)
      : { ...response };
  const isError = kind === 'exception' || kind === 'serviceError';
  return isError || asked.length === 0 ? shown : { ...shown, objects: asked.map(({ words }) => words) };
}

function blockTree({ kind, block }: Extract<ServiceResponse, { block: unknown }>): Record<string, unknown> {
  return { kind, block: block.number, last: block.last, bytes: block.raw.length };
}

function resultOf(result: GetResult, target: Asked | undefined): string {
  return result.ok ? valueOf(result.data, target) : resultText(result.result);
}

function nameOf(target: Asked | undefined): string {
  return target ? `${target.words}: ` : '';
}

function responseText(response: ServiceResponse, asked: readonly Asked[]): string {
  switch (response.kind) {
    case 'getNormal':
      return `${nameOf(asked[0])}${resultOf(response.result, asked[0])}`;
    case 'getList':
      return response.results.map((one, i) => `${nameOf(asked[i])}${resultOf(one, asked[i])}`).join('; ');
    case 'getBlock':
    case 'actionBlock': {
      const last = response.block.last ? ', the last' : '';
      return `${nameOf(asked[0])}block ${response.block.number}, ${response.block.raw.length} bytes${last}`;
    }
    case 'getBlockError':
    case 'setNormal':
    case 'setLast':
      return `${nameOf(asked[0])}${resultText(response.result)}`;
    case 'setList':
    case 'setLastList':
      return response.results.map((one, i) => `${nameOf(asked[i])}${resultText(one)}`).join('; ');
    case 'setBlock':
    case 'actionNext':
      return `${nameOf(asked[0])}block ${response.number} taken`;
    case 'actionNormal': {
      const { result, data } = response.result;
      return `${nameOf(asked[0])}${resultText(result)}${data ? `, ${resultOf(data, asked[0])}` : ''}`;
    }
    case 'actionList':
      return response.results.map(({ result }, i) => `${nameOf(asked[i])}${resultText(result)}`).join('; ');
    case 'exception':
    case 'serviceError':
      return wireErrorText(response);
  }
}
