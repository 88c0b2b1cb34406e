/**
 * The sans-I/O DLMS client that head-ends are built on. Every operation is a conversation: a generator that yields request
 * APDUs and is fed answer APDUs, so that block transfer, HLS and errors read from top to bottom and no socket, timer or
 * clock is known here. `clientSession.ts` frames conversations; `converse` runs one against a function.
 */
import { randomBytes } from 'node:crypto';
import { type Aare, decodeAare, decodeRelease, DIAGNOSTIC, encodeAarq, encodeRelease } from './acse.ts';
import {
  type AttributeRequest,
  type Descriptor,
  type GetResult,
  type Selection,
  type ServiceRequest,
  type ServiceResponse,
} from './apdu.ts';
import { encodeRequest } from './apduRequest.ts';
import { decodeResponse } from './apduResponse.ts';
import { type Data, decodeData, encodeData, readData } from './axdr.ts';
import { equalBytes, NO_BYTES, Reader, Writer } from './bytes.ts';
import {
  type ClientError,
  type ClientResult,
  errorOf,
  failed,
  fromGetResult,
  fromResult,
  protocol,
  succeeded,
} from './clientResult.ts';
import { isCiphered, SYSTEM_TITLE_BYTES } from './ciphering.ts';
import { ClientSecurity, type ClientSecurityOptions } from './clientSecurity.ts';
import { CONFORMANCE, decodeInitiateResponse, encodeInitiateRequest, type InitiateResponse } from './initiate.ts';
import { CURRENT_ASSOCIATION } from './association.ts';
import { changedBy } from './changedBy.ts';

export type { ClientError, ClientResult };

/** Requests out, answers in, a result at the end. */
export type Conversation<T> = Generator<Uint8Array, T, Uint8Array>;

export interface DlmsClientOptions {
  readonly authentication: 'none' | 'lls' | 'gmac';
  /** The LLS secret. */
  readonly secret?: Uint8Array;
  /** Needed for GMAC; with LLS or none it ciphers the association (context 3). */
  readonly security?: ClientSecurityOptions;
  /** Sent as calling-AP-title in associations without security as well, if given. */
  readonly systemTitle?: Uint8Array;
  /** Conformance proposed; all that this client can do unless given. */
  readonly conformance?: number;
  /** Longest APDU taken, bytes. */
  readonly pduBytesMax?: number;
  /** CtoS; 16 random bytes unless given. */
  readonly challenge?: () => Uint8Array;
  /** Longest value put together from blocks, bytes. */
  readonly valueBytesMax?: number;
  /**
   * Asked before anything is written or invoked, proofs of HLS apart: whether the server may be changed there. A no ends the
   * operation as `notAllowed` before a byte of it is made. `serverTitle` is the server's as it gave it, undefined for none.
   */
  readonly mayWrite?: (target: Descriptor, serverTitle: Uint8Array | undefined) => boolean;
}

/** What was agreed at association. */
export interface Agreement extends InitiateResponse {
  readonly serverTitle?: Uint8Array;
}

const ALL_SERVICES =
  CONFORMANCE.generalProtection |
  CONFORMANCE.blockGet |
  CONFORMANCE.blockSet |
  CONFORMANCE.blockAction |
  CONFORMANCE.multipleReferences |
  CONFORMANCE.dataNotification |
  CONFORMANCE.get |
  CONFORMANCE.set |
  CONFORMANCE.selectiveAccess |
  CONFORMANCE.action;
const MECHANISMS = { none: 0, lls: 1, gmac: 5 } as const;
/** Header, descriptor with selection, last, number and length around a block, and ciphering with a system title. */
const SEND_OVERHEAD_BYTES = 64;
const SEND_BYTES_MIN = 16;
const VALUE_BYTES_MAX = 1 << 22;

/** One client of one server. Operations follow one another; none may overlap. */
export class DlmsClient {
  readonly security: ClientSecurity | undefined;
  agreement: Agreement | undefined;
  private readonly options: DlmsClientOptions;
  private invocations = 0;

  constructor(options: DlmsClientOptions) {
    if (options.authentication === 'gmac' && !options.security) throw new Error('DlmsClient: gmac needs security');
    if (options.authentication === 'lls' && !options.secret) throw new Error('DlmsClient: lls needs a secret');
    this.options = options;
    this.security = options.security && new ClientSecurity(options.security);
  }

  // ---- association ------------------------------------------------------------------------------------------------

  /** AARQ, and with GMAC the two passes that prove the keys both ways. */
  *associate(): Conversation<ClientResult<Agreement>> {
    const { security, options } = this;
    const mechanism = MECHANISMS[options.authentication];
    const challenge = mechanism === 5 ? (options.challenge?.() ?? new Uint8Array(randomBytes(16))) : NO_BYTES;
    security?.beginAssociation();
    this.agreement = undefined;
    this.invocations = 0;
    const plain = this.initiateRequest();
    const userInformation = security ? security.protectInitiate(plain) : plain;
    if (!userInformation) return failed({ kind: 'countersUsedUp' });
    const callingTitle = security?.systemTitle ?? options.systemTitle;
    const answer = yield encodeAarq({
      context: security ? 3 : 1,
      mechanism,
      userInformation,
      ...(callingTitle && { callingTitle }),
      ...(mechanism === 1 && { authenticationValue: options.secret! }),
      ...(mechanism === 5 && { authenticationValue: challenge }),
    });
    const accepted = this.readAare(answer);
    if (!accepted.ok) return accepted;
    const { aare, agreement } = accepted.value;
    if (mechanism === 5) {
      const proved = yield* this.proveKeys(challenge, aare);
      if (!proved.ok) return proved;
    }
    security?.useDedicatedKey();
    this.agreement = agreement;
    return succeeded(agreement);
  }

  private initiateRequest(): Uint8Array {
    const dedicatedKey = this.security?.proposedDedicatedKey;
    return encodeInitiateRequest({
      responseAllowed: true,
      dlmsVersion: 6,
      conformance: this.options.conformance ?? ALL_SERVICES,
      pduBytesMax: this.options.pduBytesMax ?? 0xffff,
      ...(dedicatedKey && { dedicatedKey }),
    });
  }

  private readAare(answer: Uint8Array): ClientResult<{ aare: Aare; agreement: Agreement }> {
    if (answer[0] !== 0x61) return failed(this.complaintOf(answer));
    const decoded = decodeAare(answer);
    if (!decoded.ok) return protocol(decoded.error);
    const aare = decoded.value;
    let information = aare.userInformation ?? NO_BYTES;
    if (aare.result !== 0) {
      const initiateError = information[0] === 0x0e ? information[3] : undefined;
      const { result, diagnostic } = aare;
      return failed({ kind: 'rejected', result, diagnostic, ...(initiateError !== undefined && { initiateError }) });
    }
    if (this.security) {
      // Without it the title may stand in a general-* header, or be known from before.
      if (aare.respondingTitle) {
        // Half of every nonce: with another length there is no nonce.
        if (aare.respondingTitle.length !== SYSTEM_TITLE_BYTES)
          return protocol('the responding-AP-title is no system title');
        this.security.serverTitle = aare.respondingTitle;
      }
      const opened = this.security.open(information);
      if (!opened.ok) return failed({ kind: 'security', error: opened.error });
      information = opened.value;
    }
    const response = decodeInitiateResponse(information);
    if (!response.ok) return protocol(response.error);
    this.security?.agree(response.value.conformance);
    const respondingTitle = aare.respondingTitle ?? this.security?.serverTitle;
    return succeeded({
      aare,
      agreement: { ...response.value, ...(respondingTitle && { serverTitle: respondingTitle }) },
    });
  }

  /** What came in place of an AARE or RLRE: in clear, or ciphered by a server that is known. */
  private complaintOf(answer: Uint8Array): ClientError {
    if (!this.security || !isCiphered(answer[0] ?? 0)) return errorOf(answer);
    if (!this.security.serverTitle) return { kind: 'sealedComplaint' };
    const opened = this.security.open(answer);
    return opened.ok ? errorOf(opened.value) : { kind: 'security', error: opened.error };
  }

  private *proveKeys(challenge: Uint8Array, aare: Aare): Conversation<ClientResult<undefined>> {
    const security = this.security!;
    const serverChallenge = aare.authenticationValue ?? NO_BYTES;
    if (aare.diagnostic !== DIAGNOSTIC.authenticationRequired) return protocol('the server did not ask for HLS');
    if (serverChallenge.length < 8 || equalBytes(serverChallenge, challenge))
      return protocol('StoC is not a challenge');
    const proof = security.prove(serverChallenge);
    if (!proof) return failed({ kind: 'countersUsedUp' });
    const method = { classId: 15, ln: CURRENT_ASSOCIATION, id: 1 };
    const answer = yield* this.action(method, { type: 'octetString', value: proof });
    if (!answer.ok) return answer;
    const given = answer.value?.type === 'octetString' ? answer.value.value : NO_BYTES;
    if (!security.verify(challenge, given))
      return failed({ kind: 'security', error: 'the server did not prove its keys' });
    return succeeded(undefined);
  }

  /** RLRQ. A refusal, or an answer that is no RLRE, is reported; the association is over for this client either way. */
  *release(): Conversation<ClientResult<undefined>> {
    let userInformation: Uint8Array | undefined;
    if (this.security) {
      userInformation = this.security.protectInitiate(this.initiateRequest());
      if (!userInformation) return failed({ kind: 'countersUsedUp' });
    }
    const answer = yield encodeRelease('request', { reason: 0, ...(userInformation && { userInformation }) });
    this.agreement = undefined;
    if (answer[0] !== 0x63) return failed(this.complaintOf(answer));
    const decoded = decodeRelease(answer);
    // Some servers get the lengths of a ciphered RLRE wrong; it is an RLRE all the same.
    const reason = decoded.ok ? (decoded.value.reason ?? 0) : 0;
    return reason === 0 ? succeeded(undefined) : protocol(`the release was answered with reason ${reason}`);
  }

  // ---- services ---------------------------------------------------------------------------------------------------

  /** One attribute, in blocks if the server answers so. */
  *get(attribute: Descriptor, selection?: Selection): Conversation<ClientResult<Data>> {
    const invoke = this.nextInvoke();
    const request = { attribute, ...(selection && { selection }) };
    const first = yield* this.ask({ kind: 'getNormal', invoke, request });
    if (!first.ok) return first;
    if (first.value.kind === 'getNormal') return fromGetResult(first.value.result);
    const raw = yield* this.collect('get', invoke, first.value);
    if (!raw.ok) return raw;
    const data = decodeData(raw.value);
    return data.ok ? succeeded(data.value) : protocol(data.error);
  }

  /** Several attributes at once. Each has a result of its own. */
  *getList(requests: readonly AttributeRequest[]): Conversation<ClientResult<readonly GetResult[]>> {
    const invoke = this.nextInvoke();
    const first = yield* this.ask({ kind: 'getList', invoke, requests });
    if (!first.ok) return first;
    if (first.value.kind === 'getList') return succeeded(first.value.results);
    const raw = yield* this.collect('get', invoke, first.value);
    if (!raw.ok) return raw;
    const reader = new Reader(raw.value);
    const count = reader.length();
    const results: GetResult[] = [];
    for (let i = 0; i < count && reader.error === undefined; i++) {
      const isData = reader.u8() === 0;
      results.push(isData ? { ok: true, data: readData(reader) } : { ok: false, result: reader.u8() });
    }
    return reader.error === undefined ? succeeded(results) : protocol(reader.error);
  }

  /** Writes one attribute, in blocks if the server's PDU size asks for it. */
  *set(attribute: Descriptor, value: Data): Conversation<ClientResult<undefined>> {
    const invoke = this.nextInvoke();
    const request = { attribute };
    const raw = encodeData(value);
    const room = this.sendBytesMax();
    if (raw.length <= room) {
      const answer = yield* this.ask({ kind: 'setNormal', invoke, request, value });
      if (!answer.ok) return answer;
      if (answer.value.kind !== 'setNormal') return protocol(`SET answered with ${answer.value.kind}`);
      return fromResult(answer.value.result);
    }
    for (let at = 0, number = 1; ; at += room, number++) {
      const block = { last: at + room >= raw.length, number, raw: raw.subarray(at, at + room) };
      const isFirst = number === 1;
      const answer = yield* this.ask(
        isFirst ? { kind: 'setFirst', invoke, request, block } : { kind: 'setBlock', invoke, block },
      );
      if (!answer.ok) return answer;
      if (answer.value.kind === 'setLast') return fromResult(answer.value.result);
      if (answer.value.kind === 'setNormal') return fromResult(answer.value.result);
      if (answer.value.kind !== 'setBlock' || answer.value.number !== number || block.last) {
        return protocol(`block ${number} of a SET answered with ${answer.value.kind}`);
      }
    }
  }

  /** Writes several attributes with one request; a result number for each. */
  *setList(
    requests: readonly AttributeRequest[],
    values: readonly Data[],
  ): Conversation<ClientResult<readonly number[]>> {
    const answer = yield* this.ask({ kind: 'setList', invoke: this.nextInvoke(), requests, values });
    if (!answer.ok) return answer;
    if (answer.value.kind !== 'setList') return protocol(`SET with list answered with ${answer.value.kind}`);
    return succeeded(answer.value.results);
  }

  /** Invokes a method; its return value, if it has one. */
  *action(method: Descriptor, parameter?: Data): Conversation<ClientResult<Data | undefined>> {
    const invoke = this.nextInvoke();
    const raw = parameter ? encodeData(parameter) : NO_BYTES;
    const room = this.sendBytesMax();
    let answer: ClientResult<ServiceResponse>;
    if (raw.length <= room) {
      answer = yield* this.ask({ kind: 'actionNormal', invoke, method, ...(parameter && { parameter }) });
    } else {
      for (let at = 0, number = 1; ; at += room, number++) {
        const block = { last: at + room >= raw.length, number, raw: raw.subarray(at, at + room) };
        answer = yield* this.ask(
          number === 1 ? { kind: 'actionFirst', invoke, method, block } : { kind: 'actionBlock', invoke, block },
        );
        if (block.last || !answer.ok || answer.value.kind !== 'actionNext') break;
      }
    }
    if (!answer.ok) return answer;
    if (answer.value.kind === 'actionBlock') {
      const long = yield* this.collect('action', invoke, answer.value);
      if (!long.ok) return long;
      const data = decodeData(long.value);
      return data.ok ? succeeded(data.value) : protocol(data.error);
    }
    if (answer.value.kind !== 'actionNormal') return protocol(`ACTION answered with ${answer.value.kind}`);
    const { result, data } = answer.value.result;
    if (result !== 0) return failed({ kind: 'result', result });
    return data ? fromGetResult(data) : succeeded(undefined);
  }

  /** New keys are live on the server: use them from the next request on. */
  replaceKeys(keys: { readonly guek: Uint8Array; readonly gak: Uint8Array }): void {
    this.security?.replaceKeys(keys);
  }

  /** Whether an attribute may be written, or a method invoked, as far as this side is concerned. */
  mayWrite(target: Descriptor): boolean {
    return this.options.mayWrite?.(target, this.agreement?.serverTitle) ?? true;
  }

  // ---- within -----------------------------------------------------------------------------------------------------

  private nextInvoke(): number {
    // Confirmed, high priority, and a running invoke-id of four bits.
    return 0xc0 | (this.invocations++ & 0x0f);
  }

  private sendBytesMax(): number {
    const limit = this.agreement?.pduBytesMax ?? 0;
    return limit === 0 ? 0xf000 : Math.max(SEND_BYTES_MIN, limit - SEND_OVERHEAD_BYTES);
  }

  private *ask(request: ServiceRequest): Conversation<ClientResult<ServiceResponse>> {
    if (!changedBy(request).every((target) => this.mayWrite(target))) return failed({ kind: 'notAllowed' });
    const plain = encodeRequest(request);
    const sent = this.security ? this.security.protect(plain) : plain;
    if (!sent) return failed({ kind: 'countersUsedUp' });
    const answer = yield sent;
    let bytes = answer;
    // Exceptions come in clear: whoever cannot decipher cannot cipher the complaint.
    if (this.security && answer[0] !== 0xd8 && answer[0] !== 0x0e) {
      const opened = this.security.open(answer);
      if (!opened.ok) return failed({ kind: 'security', error: opened.error });
      bytes = opened.value;
    }
    const response = decodeResponse(bytes);
    if (!response.ok) return protocol(response.error);
    const { value } = response;
    if (value.kind === 'exception' || value.kind === 'serviceError') return failed(errorOf(bytes));
    // The priority bit may come back changed; the invoke-id may not.
    if ((value.invoke & 0x0f) !== (request.invoke & 0x0f)) return protocol('the answer has another invoke-id');
    return response;
  }

  private *collect(
    service: 'get' | 'action',
    invoke: number,
    first: ServiceResponse,
  ): Conversation<ClientResult<Uint8Array>> {
    const kind = service === 'get' ? 'getBlock' : 'actionBlock';
    const raw = new Writer();
    let response = first;
    // Blocks count from 1; some servers begin at 0.
    const isFromZero = first.kind === kind && first.block.number === 0;
    for (let number = isFromZero ? 0 : 1; ; number++) {
      if (response.kind === 'getBlockError') return failed({ kind: 'result', result: response.result });
      if (response.kind !== kind) return protocol(`a block expected, got ${response.kind}`);
      if (response.block.number !== number) return protocol(`block ${number} expected, got ${response.block.number}`);
      const { block } = response;
      // Blocks with nothing in them would never come to an end.
      if (block.raw.length === 0 && !block.last) return protocol('a block with nothing in it, and not the last');
      if (raw.written + block.raw.length > (this.options.valueBytesMax ?? VALUE_BYTES_MAX)) {
        return protocol('the value is longer than allowed');
      }
      raw.raw(block.raw);
      if (block.last) return succeeded(raw.bytes());
      const next = yield* this.ask({ kind: service === 'get' ? 'getNext' : 'actionNext', invoke, number });
      if (!next.ok) return next;
      response = next.value;
    }
  }
}
