/**
 * GET, SET and ACTION within an association: which service was negotiated, lists, and block transfer in all directions.
 * One long transfer at a time, bounded in bytes; a new request of another kind ends it.
 */
import {
  type ActionResult,
  type AttributeRequest,
  type Block,
  type Descriptor,
  type GetResult,
  RESULT,
  type ServiceRequest,
  type ServiceResponse,
} from '../apdu/apdu.ts';
import { decodeValueList } from '../apdu/apduRequest.ts';
import { encodeResponse } from '../apdu/apduResponse.ts';
import { type Data, decodeData, encodeData } from '../encoding/axdr.ts';
import { Writer } from '../encoding/bytes.ts';
import { CONFORMANCE } from '../apdu/initiate.ts';
import type { AccessContext, LogicalDevice } from './logicalDevice.ts';

/** Longest value taken in blocks, bytes. */
const LONG_VALUE_BYTES_MAX = 0x40000;
/** Tag, choice, invoke id, last, number, choice and a three-byte length around a block's raw data. */
const BLOCK_OVERHEAD_BYTES = 12;

/** What one answer depends on. */
export interface AnswerContext {
  readonly device: LogicalDevice;
  readonly access: AccessContext;
  /** Longest plain answer, bytes. */
  readonly answerBytesMax: number;
}

/** The conformance bits that each request needs. */
const NEEDS: Readonly<Record<ServiceRequest['kind'], number>> = {
  getNormal: CONFORMANCE.get,
  getNext: CONFORMANCE.get,
  getList: CONFORMANCE.get | CONFORMANCE.multipleReferences,
  setNormal: CONFORMANCE.set,
  setFirst: CONFORMANCE.set | CONFORMANCE.blockSet,
  setBlock: CONFORMANCE.set | CONFORMANCE.blockSet,
  setList: CONFORMANCE.set | CONFORMANCE.multipleReferences,
  setListFirst: CONFORMANCE.set | CONFORMANCE.multipleReferences | CONFORMANCE.blockSet,
  actionNormal: CONFORMANCE.action,
  actionNext: CONFORMANCE.action,
  actionList: CONFORMANCE.action | CONFORMANCE.multipleReferences,
  actionFirst: CONFORMANCE.action | CONFORMANCE.blockAction,
  actionListFirst: CONFORMANCE.action | CONFORMANCE.multipleReferences | CONFORMANCE.blockAction,
  actionBlock: CONFORMANCE.action | CONFORMANCE.blockAction,
};

/** What is being sent in blocks. */
interface Outgoing {
  readonly service: 'get' | 'action';
  readonly raw: Uint8Array;
  at: number;
  number: number;
}

/** What is being received in blocks. */
interface Incoming {
  readonly service: 'set' | 'action';
  readonly requests: readonly AttributeRequest[];
  readonly methods: readonly Descriptor[];
  readonly isList: boolean;
  readonly raw: Writer;
  number: number;
}

/** The services' state of one association. */
export class Responder {
  private outgoing: Outgoing | undefined;
  private incoming: Incoming | undefined;

  /** The response, or undefined when the service was not negotiated. */
  answer(request: ServiceRequest, context: AnswerContext): ServiceResponse | undefined {
    const needs = NEEDS[request.kind];
    if ((context.access.association.conformance & needs) !== needs) return undefined;
    if (request.kind !== 'getNext' && request.kind !== 'actionNext') this.outgoing = undefined;
    if (request.kind !== 'setBlock' && request.kind !== 'actionBlock') this.incoming = undefined;
    const { device, access } = context;
    const { invoke } = request;
    switch (request.kind) {
      case 'getNormal':
        return this.getNormal(invoke, device.get(request.request, access), context);
      case 'getList':
        return this.getList(invoke, request.requests, context);
      case 'getNext':
      case 'actionNext':
        return this.next(request, context);
      case 'setNormal':
        return { kind: 'setNormal', invoke, result: device.set(request.request, request.value, access) };
      case 'setList':
        return { kind: 'setList', invoke, results: setAll(request.requests, request.values, context) };
      case 'actionNormal':
        return this.action(invoke, device.invoke(request.method, request.parameter, access), context);
      case 'actionList':
        return { kind: 'actionList', invoke, results: invokeAll(request.methods, request.parameters, context) };
      case 'setFirst':
        return this.begin('set', { ...request, requests: [request.request], methods: [], isList: false }, context);
      case 'setListFirst':
        return this.begin('set', { ...request, methods: [], isList: true }, context);
      case 'actionFirst':
        return this.begin('action', { ...request, requests: [], methods: [request.method], isList: false }, context);
      case 'actionListFirst':
        return this.begin('action', { ...request, requests: [], isList: true }, context);
      case 'setBlock':
      case 'actionBlock':
        return this.proceed(invoke, request, context);
    }
  }

  // ---- sending long values ------------------------------------------------------------------------------------------

  private getNormal(invoke: number, result: GetResult, context: AnswerContext): ServiceResponse {
    const whole: ServiceResponse = { kind: 'getNormal', invoke, result };
    if (!result.ok) return whole;
    const raw = encodeData(result.data);
    // Four bytes of header stand before the data of a normal response.
    if (raw.length + 4 <= context.answerBytesMax) return whole;
    return this.startOutgoing(invoke, { service: 'get', raw }, context);
  }

  private getList(invoke: number, requests: readonly AttributeRequest[], context: AnswerContext): ServiceResponse {
    const results = requests.map((request) => context.device.get(request, context.access));
    const whole: ServiceResponse = { kind: 'getList', invoke, results };
    const bytes = encodeResponse(whole);
    if (bytes.length <= context.answerBytesMax) return whole;
    // The raw data of a long list is the list as it would have stood behind the three header bytes.
    return this.startOutgoing(invoke, { service: 'get', raw: bytes.subarray(3) }, context);
  }

  private action(invoke: number, result: ActionResult, context: AnswerContext): ServiceResponse {
    const whole: ServiceResponse = { kind: 'actionNormal', invoke, result };
    if (!result.data?.ok) return whole;
    const raw = encodeData(result.data.data);
    if (raw.length + 6 <= context.answerBytesMax) return whole;
    return this.startOutgoing(invoke, { service: 'action', raw }, context);
  }

  private startOutgoing(
    invoke: number,
    long: { readonly service: 'get' | 'action'; readonly raw: Uint8Array },
    context: AnswerContext,
  ): ServiceResponse {
    const bit = long.service === 'get' ? CONFORMANCE.blockGet : CONFORMANCE.blockAction;
    const { conformance } = context.access.association;
    if ((conformance & bit) === 0) return this.noRoom(long.service, invoke);
    this.outgoing = { ...long, at: 0, number: 0 };
    return this.sendBlock(this.outgoing, invoke, context);
  }

  private noRoom(service: Outgoing['service'], invoke: number): ServiceResponse {
    this.outgoing = undefined;
    const result = { ok: false, result: RESULT.dataBlockUnavailable } as const;
    if (service === 'get') return { kind: 'getNormal', invoke, result };
    return { kind: 'actionNormal', invoke, result: { result: RESULT.success, data: result } };
  }

  private sendBlock(outgoing: Outgoing, invoke: number, context: AnswerContext): ServiceResponse {
    // Another protection than the block before may have left no room: then the transfer is over.
    if (context.answerBytesMax <= BLOCK_OVERHEAD_BYTES) return this.noRoom(outgoing.service, invoke);
    const to = Math.min(outgoing.raw.length, outgoing.at + context.answerBytesMax - BLOCK_OVERHEAD_BYTES);
    const raw = outgoing.raw.subarray(outgoing.at, to);
    outgoing.at = to;
    outgoing.number++;
    const last = to === outgoing.raw.length;
    if (last) this.outgoing = undefined;
    const block: Block = { last, number: outgoing.number, raw };
    return { kind: outgoing.service === 'get' ? 'getBlock' : 'actionBlock', invoke, block };
  }

  private next(
    request: { readonly kind: 'getNext' | 'actionNext'; readonly invoke: number; readonly number: number },
    context: AnswerContext,
  ): ServiceResponse {
    const { invoke, number } = request;
    const service = request.kind === 'getNext' ? 'get' : 'action';
    const { outgoing } = this;
    if (outgoing?.service === service && outgoing.number === number) return this.sendBlock(outgoing, invoke, context);
    this.outgoing = undefined;
    const result = outgoing?.service === service ? RESULT.dataBlockNumberInvalid : RESULT.noLongInProgress;
    if (service === 'get') return { kind: 'getBlockError', invoke, number, result };
    return { kind: 'actionNormal', invoke, result: { result } };
  }

  // ---- receiving long values ----------------------------------------------------------------------------------------

  private begin(
    service: 'set' | 'action',
    first: {
      readonly invoke: number;
      readonly block: Block;
      readonly requests: readonly AttributeRequest[];
      readonly methods: readonly Descriptor[];
      readonly isList: boolean;
    },
    context: AnswerContext,
  ): ServiceResponse {
    const { requests, methods, isList } = first;
    this.incoming = { service, requests, methods, isList, raw: new Writer(), number: 0 };
    return this.proceed(
      first.invoke,
      { kind: service === 'set' ? 'setBlock' : 'actionBlock', block: first.block },
      context,
    );
  }

  private proceed(
    invoke: number,
    given: { readonly kind: 'setBlock' | 'actionBlock'; readonly block: Block },
    context: AnswerContext,
  ): ServiceResponse {
    const { incoming } = this;
    const { block } = given;
    const isSet = given.kind === 'setBlock';
    const abort = (result: number): ServiceResponse => {
      this.incoming = undefined;
      if (isSet) return { kind: 'setLast', invoke, result, number: block.number };
      return { kind: 'actionNormal', invoke, result: { result } };
    };
    if (!incoming || (incoming.service === 'set') !== isSet) {
      return abort(isSet ? RESULT.noLongSetInProgress : RESULT.noLongInProgress);
    }
    if (block.number !== incoming.number + 1) return abort(RESULT.dataBlockNumberInvalid);
    incoming.number = block.number;
    if (incoming.raw.written + block.raw.length > LONG_VALUE_BYTES_MAX) {
      return abort(isSet ? RESULT.longSetAborted : RESULT.longAborted);
    }
    incoming.raw.raw(block.raw);
    if (!block.last) return { kind: isSet ? 'setBlock' : 'actionNext', invoke, number: block.number };
    this.incoming = undefined;
    return this.complete(invoke, incoming, context);
  }

  private complete(invoke: number, incoming: Incoming, context: AnswerContext): ServiceResponse {
    const raw = incoming.raw.bytes();
    const { requests, methods, isList, number } = incoming;
    const one = isList ? undefined : decodeData(raw);
    const many = isList ? decodeValueList(raw) : one!.ok ? { ok: true as const, value: [one!.value] } : one!;
    const values = many.ok && many.value.length === Math.max(requests.length, methods.length) ? many.value : undefined;
    if (incoming.service === 'set') {
      const results = values ? setAll(requests, values, context) : requests.map(() => RESULT.typeUnmatched);
      if (isList) return { kind: 'setLastList', invoke, results, number };
      return { kind: 'setLast', invoke, result: results[0]!, number };
    }
    const results = values
      ? invokeAll(methods, values, context)
      : methods.map(() => ({ result: RESULT.typeUnmatched }));
    if (isList) return { kind: 'actionList', invoke, results };
    return this.action(invoke, results[0]!, context);
  }
}

function setAll(requests: readonly AttributeRequest[], values: readonly Data[], context: AnswerContext): number[] {
  return requests.map((request, i) => context.device.set(request, values[i]!, context.access));
}

function invokeAll(methods: readonly Descriptor[], values: readonly Data[], context: AnswerContext): ActionResult[] {
  return methods.map((method, i) => context.device.invoke(method, values[i], context.access));
}
