/**
 * The sans-I/O DLMS client that head-ends are built on. Every operation is a conversation: a generator that yields request
 * APDUs and is fed answer APDUs. Block transfer, HLS and errors therefore read from top to bottom, and this file knows no
 * socket, timer or clock. `clientSession.ts` frames conversations; `converse` runs one against a function.
 */
import { randomBytes } from 'node:crypto';
import { type Aare, decodeAare, decodeRelease, DIAGNOSTIC, encodeAarq, encodeRelease } from '../apdu/acse.ts';
import {
  type AttributeRequest,
  type Descriptor,
  type GetResult,
  type Selection,
  type ServiceRequest,
  type ServiceResponse,
  CURRENT_ASSOCIATION,
} from '../apdu/apdu.ts';
import { encodeRequest } from '../apdu/apduRequest.ts';
import { decodeResponse } from '../apdu/apduResponse.ts';
import { type Data, decodeData, encodeData, readData } from '../encoding/axdr.ts';
import { equalBytes, NO_BYTES, Reader } from '../encoding/bytes.ts';
import {
  type ClientError,
  type ClientResult,
  type Conversation,
  failed,
  fromGetResult,
  fromResult,
  protocol,
  succeeded,
} from './clientResult.ts';
import { SYSTEM_TITLE_BYTES } from '../security/ciphering.ts';
import { isHls, MECHANISMS, needsTitles } from '../security/hls.ts';
import { clientProof, type Credentials, missingOf, serverProves } from './clientProof.ts';
import { collectBlocks } from './clientBlocks.ts';
import { type Awaited, judgeArrival, WAIT_ON } from './clientAnswer.ts';
import { ClientSecurity, type ClientSecurityOptions } from './clientSecurity.ts';
import { CONFORMANCE, decodeInitiateResponse, encodeInitiateRequest, type InitiateResponse } from '../apdu/initiate.ts';
import { changedBy } from './changedBy.ts';

export type { ClientError, ClientResult, Conversation };

/** Addresses, security and limits of a DLMS client. */
export interface DlmsClientOptions extends Credentials {
  /** Needed for GMAC. With LLS or none it makes the association a ciphered one (context 3). */
  readonly security?: ClientSecurityOptions;
  /** Conformance to propose. Default: all that this client can do. */
  readonly conformance?: number;
  /** Longest APDU that this client takes, bytes. Default 65,535. */
  readonly pduBytesMax?: number;
  /** Gives CtoS. Default: 16 random bytes. */
  readonly challenge?: () => Uint8Array;
  /** Longest value put together from blocks, bytes. Default 4 MiB. */
  readonly valueBytesMax?: number;
  /** Logical name of the association object that takes the HLS proof, 12 hex digits. Default: {@link CURRENT_ASSOCIATION}. */
  readonly association?: string;
  /**
   * Decides whether this client may change the server at a target. It is asked before every write and method call, except
   * the proofs of HLS. False ends the operation as `notAllowed` before a byte of it is made. `serverTitle` is the title
   * that the server gave, undefined if it gave none.
   */
  readonly mayWrite?: (target: Descriptor, serverTitle: Uint8Array | undefined) => boolean;
}

/** The result of an association: what both sides agreed on. */
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
/** Room for the header, a descriptor with selection, the block's own fields, and ciphering with a system title. */
const SEND_OVERHEAD_BYTES = 64;
const SEND_BYTES_MIN = 16;
const VALUE_BYTES_MAX = 1 << 22;

/** One client of one server. Operations follow one another and must not overlap. */
export class DlmsClient {
  readonly security: ClientSecurity | undefined;
  agreement: Agreement | undefined;
  private readonly options: DlmsClientOptions;
  private invocations = 0;

  constructor(options: DlmsClientOptions) {
    const missing = missingOf(options, options.security !== undefined);
    if (missing) throw new Error(`DlmsClient: ${options.authentication} needs ${missing}`);
    this.options = options;
    this.security = options.security && new ClientSecurity(options.security);
  }

  // ---- association ------------------------------------------------------------------------------------------------

  /** Sends the AARQ. With HLS, two more passes prove the keys or the secret both ways. */
  *associate(): Conversation<ClientResult<Agreement>> {
    const { security, options } = this;
    const mechanism = MECHANISMS[options.authentication];
    const challenge = isHls(mechanism) ? (options.challenge?.() ?? new Uint8Array(randomBytes(16))) : NO_BYTES;
    security?.beginAssociation();
    this.agreement = undefined;
    this.invocations = 0;
    const plain = this.initiateRequest();
    const userInformation = security ? security.protectInitiate(plain) : plain;
    if (!userInformation) return failed({ kind: 'countersUsedUp' });
    const callingTitle = security?.systemTitle ?? options.systemTitle;
    const aarq = encodeAarq({
      context: security ? 3 : 1,
      mechanism,
      userInformation,
      ...(callingTitle && { callingTitle }),
      ...(mechanism === 1 && { authenticationValue: options.secret! }),
      ...(isHls(mechanism) && { authenticationValue: challenge }),
    });
    const answer = yield* this.awaited(aarq, 'aare');
    if (!answer.ok) return answer;
    const accepted = this.readAare(answer.value);
    if (!accepted.ok) return accepted;
    const { aare, agreement } = accepted.value;
    if (isHls(mechanism)) {
      const proved = yield* this.prove(challenge, aare);
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
      // If it is missing, the title may stand in a general-* header, or be known from before.
      if (aare.respondingTitle) {
        // The title is half of every nonce, so it has to have the right length.
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

  /** Passes 3 and 4 of HLS: each side answers the challenge of the other. */
  private *prove(challenge: Uint8Array, aare: Aare): Conversation<ClientResult<undefined>> {
    const { authentication } = this.options;
    const serverTitle = aare.respondingTitle ?? this.security?.serverTitle ?? NO_BYTES;
    const serverChallenge = aare.authenticationValue ?? NO_BYTES;
    if (aare.diagnostic !== DIAGNOSTIC.authenticationRequired) return protocol('the server did not ask for HLS');
    if (serverChallenge.length < 8 || equalBytes(serverChallenge, challenge))
      return protocol('StoC is not a challenge');
    if (needsTitles(MECHANISMS[authentication]) && serverTitle.length === 0)
      return protocol('the server gives no system title');
    const exchanged = { serverTitle, clientChallenge: challenge, serverChallenge };
    const proof = clientProof(this.options, this.security, exchanged);
    if (!proof) return failed({ kind: 'countersUsedUp' });
    const method = { classId: 15, ln: this.options.association ?? CURRENT_ASSOCIATION, id: 1 };
    const answer = yield* this.action(method, { type: 'octetString', value: proof });
    if (!answer.ok) return answer;
    const given = answer.value?.type === 'octetString' ? answer.value.value : NO_BYTES;
    if (!serverProves(this.options, this.security, { ...exchanged, answer: given }))
      return failed({ kind: 'security', error: 'the server did not prove its keys' });
    return succeeded(undefined);
  }

  /** Sends the RLRQ. The association is over for this client, even if the server refuses or gives no RLRE. */
  *release(): Conversation<ClientResult<undefined>> {
    let userInformation: Uint8Array | undefined;
    if (this.security) {
      userInformation = this.security.protectInitiate(this.initiateRequest());
      if (!userInformation) return failed({ kind: 'countersUsedUp' });
    }
    const rlrq = encodeRelease('request', { reason: 0, ...(userInformation && { userInformation }) });
    const answer = yield* this.awaited(rlrq, 'rlre');
    this.agreement = undefined;
    if (!answer.ok) return answer;
    const decoded = decodeRelease(answer.value);
    // Some servers give a ciphered RLRE wrong lengths. It is taken as an RLRE all the same.
    const reason = decoded.ok ? (decoded.value.reason ?? 0) : 0;
    return reason === 0 ? succeeded(undefined) : protocol(`the release was answered with reason ${reason}`);
  }

  // ---- services ---------------------------------------------------------------------------------------------------

  /** Reads one attribute, in blocks if the server answers in blocks. */
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

  /** Reads several attributes with one request. Each has a result of its own. */
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

  /** Writes one attribute, in blocks if the value exceeds the server's PDU size. */
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

  /** Writes several attributes with one request. Gives a result number for each. */
  *setList(
    requests: readonly AttributeRequest[],
    values: readonly Data[],
  ): Conversation<ClientResult<readonly number[]>> {
    const answer = yield* this.ask({ kind: 'setList', invoke: this.nextInvoke(), requests, values });
    if (!answer.ok) return answer;
    if (answer.value.kind !== 'setList') return protocol(`SET with list answered with ${answer.value.kind}`);
    return succeeded(answer.value.results);
  }

  /** Invokes a method. Gives its return value, if it has one. */
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

  /** Uses new keys from the next request on, because they are live on the server. */
  replaceKeys(keys: { readonly guek: Uint8Array; readonly gak: Uint8Array }): void {
    this.security?.replaceKeys(keys);
  }

  /** True if this side allows itself to write an attribute or to invoke a method. */
  mayWrite(target: Descriptor): boolean {
    return this.options.mayWrite?.(target, this.agreement?.serverTitle) ?? true;
  }

  // ---- within -----------------------------------------------------------------------------------------------------

  private nextInvoke(): number {
    // Confirmed, high priority, and a running invoke-id of four bits.
    return 0xc0 | (this.invocations++ & 0x0f);
  }

  private collect(service: 'get' | 'action', invoke: number, first: ServiceResponse): ReturnType<typeof collectBlocks> {
    const bytesMax = this.options.valueBytesMax ?? VALUE_BYTES_MAX;
    return collectBlocks(first, { service, invoke, bytesMax, ask: (request) => this.ask(request) });
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
    let awaited = yield* this.awaited(sent, 'service');
    for (;;) {
      if (!awaited.ok) return awaited;
      // Octets behind a whole answer take nothing from it; the frame log keeps them, and `devices decode` names them.
      const response = decodeResponse(awaited.value, () => undefined);
      if (!response.ok) return protocol(response.error);
      const { value } = response;
      if (value.kind === 'exception' || value.kind === 'serviceError') return failed(value);
      // The priority bit may come back changed. The invoke-id may not: another one belongs to another request.
      if ((value.invoke & 0x0f) === (request.invoke & 0x0f)) return response;
      awaited = yield* this.awaited(WAIT_ON, 'service', {
        kind: 'protocol',
        error: 'the answer has another invoke-id',
      });
    }
  }

  /** Sends a request and waits for its answer, past every APDU that is none. `doubt` is the error if no answer comes. */
  private *awaited(request: Uint8Array, what: Awaited, doubt?: ClientError): Conversation<ClientResult<Uint8Array>> {
    let apdu = yield request;
    let suspected = doubt;
    for (;;) {
      const arrival = judgeArrival(apdu, what, this.security);
      if (arrival.is === 'answer') return succeeded(arrival.apdu);
      if (arrival.is === 'error') return failed(arrival.error);
      suspected ??= arrival.doubt;
      // No bytes: whoever runs the conversation says that nothing more has come.
      if (apdu.length === 0) return failed(suspected ?? { kind: 'lost' });
      apdu = yield WAIT_ON;
    }
  }
}
