/**
 * The server side of one application association (one client SAP, one server SAP): AARQ, release, LLS, HLS-GMAC, refusal of
 * replays, and the protection of every answer. Sans-I/O: it takes an APDU and the instant, and gives at most one APDU.
 */
import { timingSafeEqual } from 'node:crypto';
import {
  ACCEPTED,
  NO_COMMON_ACSE_VERSION,
  type Aarq,
  decodeAarq,
  decodeRelease,
  DIAGNOSTIC,
  encodeAare,
  encodeRelease,
  REJECTED_PERMANENT,
} from '../apdu/acse.ts';
import { encodeException, encodeResponse } from '../apdu/apduResponse.ts';
import { decodeRequest } from '../apdu/apduRequest.ts';
import { CURRENT_ASSOCIATION, RESULT, SERVICE_ERROR, type ServiceRequest, STATE_ERROR } from '../apdu/apdu.ts';
import { equalBytes, NO_BYTES } from '../encoding/bytes.ts';
import {
  AUTHENTICATED,
  ENCRYPTED,
  gmac,
  gmacVerifies,
  isCiphered,
  KEY_BYTES,
  SYSTEM_TITLE_BYTES,
} from '../security/ciphering.ts';
import { hlsProof, hlsVerifies, isHls, MECHANISMS, needsTitles } from '../security/hls.ts';
import {
  CONFORMANCE,
  decodeInitiateRequest,
  DLMS_VERSION,
  encodeInitiateError,
  encodeInitiateResponse,
  type InitiateRequest,
  VAA_LOGICAL_NAME,
} from '../apdu/initiate.ts';
import type { AssociationView, ClientPolicy, LogicalDevice } from './logicalDevice.ts';
import { Responder } from './responder.ts';
import { OVERHEAD_BYTES, type ReplyProtection, ServerSecurity } from './serverSecurity.ts';

/** A client-max-receive-pdu-size below this cannot hold an answer. Green Book 9.4.2. */
const PDU_BYTES_MIN = 12;
/** Release-response-reason 1: the association stays. */
const RELEASE_NOT_FINISHED = 1;
/**
 * GMAC proves the keys once but does not protect later requests in clear: a man in the middle could alter them. A client
 * that ciphers nothing may therefore only read.
 */
const WRITING_IN_CLEAR = CONFORMANCE.set | CONFORMANCE.blockSet | CONFORMANCE.blockAction;
/** AARE, RLRE, exception-response and confirmedServiceError, the latter also ciphered: only a server sends these. */
const NEVER_ANSWERED: readonly number[] = [0x61, 0x63, 0xd8, 0x0e, 0x2e, 0x4e];
const CHALLENGE_BYTES_MIN = 8;
const CHALLENGE_BYTES_MAX = 64;

const NOT_ASSOCIATED = encodeException({
  stateError: STATE_ERROR.serviceNotAllowed,
  serviceError: SERVICE_ERROR.serviceNotSupported,
});

/** One association's state. */
export class Association {
  private state: AssociationView;
  private security: ServerSecurity;
  private clientChallenge: Uint8Array = NO_BYTES;
  private serverChallenge: Uint8Array = NO_BYTES;
  private responder = new Responder();
  /** The last counter sent in this association, including the counter of the proof. */
  private lastCounter = -1;
  private readonly device: LogicalDevice;

  constructor(device: LogicalDevice, saps: { readonly client: number; readonly server: number }) {
    this.device = device;
    this.security = new ServerSecurity(device, NO_BYTES);
    this.state = {
      ...saps,
      context: 1,
      mechanism: 0,
      conformance: 0,
      sendBytesMax: 0,
      receiveBytesMax: device.pduBytesMax,
      status: 0,
      clientTitle: NO_BYTES,
    };
  }

  get view(): AssociationView {
    return this.state;
  }

  /** Gives the answer to one APDU received at instant `at`; undefined if there is none. */
  receive(apdu: Uint8Array, at: number): Uint8Array | undefined {
    if (!this.device.powered || apdu.length === 0) return undefined;
    const answer = this.answer(apdu, at);
    // The request may have cut the power. Then no answer leaves the device.
    return this.device.powered ? answer : undefined;
  }

  /** Ends the association without an answer, because the link is down. */
  abort(): void {
    this.state = { ...this.state, status: 0 };
    this.security = new ServerSecurity(this.device, NO_BYTES);
    this.serverChallenge = NO_BYTES;
    this.clientChallenge = NO_BYTES;
    this.responder = new Responder();
    this.lastCounter = -1;
  }

  /**
   * Gives the next counter. It rises within an association even if a new key starts its counters again, because some clients
   * keep one count for a meter and refuse an answer below it.
   */
  private reserveCounter(): number | undefined {
    const counter = this.device.reserveCounter(this.lastCounter);
    this.lastCounter = counter ?? this.lastCounter;
    return counter;
  }

  private answer(apdu: Uint8Array, at: number): Uint8Array | undefined {
    if (apdu[0] === 0x60) return this.associate(apdu);
    // An error in answer to an error would go back and forth for ever on a line that echoes.
    if (NEVER_ANSWERED.includes(apdu[0]!)) return undefined;
    if (this.state.status === 0) return NOT_ASSOCIATED;
    if (apdu[0] === 0x62) return this.release(apdu);
    return this.serve(apdu, at);
  }

  // ---- association ------------------------------------------------------------------------------------------------

  private associate(apdu: Uint8Array): Uint8Array | undefined {
    this.abort();
    const decoded = decodeAarq(apdu);
    const policy = this.device.client(this.state.client);
    if (!decoded.ok || !policy) return this.reject(policy, DIAGNOSTIC.noReasonGiven);
    const aarq = decoded.value;
    if (aarq.protocolVersion1 === false) return this.rejectVersion(policy);
    const diagnostic = this.judge(aarq, policy);
    if (diagnostic !== DIAGNOSTIC.none) return this.reject(policy, diagnostic);
    this.state = { ...this.state, clientTitle: aarq.callingTitle ?? NO_BYTES, context: aarq.context };

    this.security = new ServerSecurity(this.device, this.state.clientTitle);
    let information = aarq.userInformation;
    let reply: ReplyProtection | undefined;
    if (aarq.context === 3) {
      const opened = this.security.unprotect(information, STATE_ERROR.serviceNotAllowed);
      if (!opened.ok) return opened.exception;
      information = opened.plain;
      reply = opened.reply;
    }
    if (policy.mechanism === 1 && !this.passwordMatches(aarq, policy)) {
      return this.reject(policy, DIAGNOSTIC.authenticationFailure);
    }
    const initiate = decodeInitiateRequest(information);
    if (!initiate.ok) return this.reject(policy, DIAGNOSTIC.noReasonGiven, encodeInitiateError(0));
    const refusal = judgeInitiate(initiate.value, policy, reply !== undefined);
    if (refusal !== undefined) return this.reject(policy, DIAGNOSTIC.noReasonGiven, encodeInitiateError(refusal));
    return this.accept(aarq, policy, { initiate: initiate.value, reply });
  }

  private judge(aarq: Aarq, policy: ClientPolicy): number {
    if (!policy.contexts.some((context) => context === aarq.context)) return DIAGNOSTIC.contextNotSupported;
    // A client that may cipher can also associate without ciphering, if the security policy demands nothing.
    const isLess = aarq.context !== 3 && policy.contexts[0] === 3;
    if (isLess && this.device.requiredProtection() !== 0) return DIAGNOSTIC.contextNotSupported;
    if (aarq.mechanism !== policy.mechanism) {
      return aarq.mechanism === 0 ? DIAGNOSTIC.authenticationRequired : DIAGNOSTIC.mechanismNotRecognised;
    }
    const needsTitle = aarq.context === 3 || needsTitles(policy.mechanism);
    if (needsTitle && aarq.callingTitle?.length !== SYSTEM_TITLE_BYTES) return DIAGNOSTIC.callingTitleNotRecognised;
    // A client with this device's title would use the same nonces.
    if (needsTitle && equalBytes(aarq.callingTitle!, this.device.systemTitle)) {
      return DIAGNOSTIC.callingTitleNotRecognised;
    }
    if (!isHls(policy.mechanism)) return DIAGNOSTIC.none;
    const length = aarq.authenticationValue?.length ?? 0;
    const fits = length >= CHALLENGE_BYTES_MIN && length <= CHALLENGE_BYTES_MAX;
    return fits ? DIAGNOSTIC.none : DIAGNOSTIC.authenticationFailure;
  }

  private passwordMatches(aarq: Aarq, policy: ClientPolicy): boolean {
    const given = aarq.authenticationValue ?? NO_BYTES;
    const secret = policy.secret ?? NO_BYTES;
    return secret.length > 0 && given.length === secret.length && timingSafeEqual(given, secret);
  }

  private accept(
    aarq: Aarq,
    policy: ClientPolicy,
    asked: { readonly initiate: InitiateRequest; readonly reply: ReplyProtection | undefined },
  ): Uint8Array | undefined {
    const { initiate, reply } = asked;
    const isHigh = isHls(policy.mechanism);
    const own = this.device.pduBytesMax;
    this.state = {
      ...this.state,
      mechanism: policy.mechanism,
      conformance: initiate.conformance & policy.conformance & (isHigh && !reply ? ~WRITING_IN_CLEAR : ~0),
      sendBytesMax: initiate.pduBytesMax === 0 ? own : Math.min(own, initiate.pduBytesMax),
      status: isHigh ? 1 : 2,
    };
    // A dedicated key that came in clear is no secret, so it is ignored.
    this.security.agree(reply && initiate.dedicatedKey);
    if (isHigh) {
      this.clientChallenge = aarq.authenticationValue!;
      this.serverChallenge = this.device.challenge();
    }
    const response = this.initiateResponse(reply);
    if (!response) return this.outOfCounters();
    if (!initiate.responseAllowed && !isHigh) return undefined;
    return encodeAare({
      context: aarq.context,
      result: ACCEPTED,
      diagnostic: isHigh ? DIAGNOSTIC.authenticationRequired : DIAGNOSTIC.none,
      ...((isHigh || reply) && { respondingTitle: this.device.systemTitle }),
      ...(isHigh && { mechanism: policy.mechanism, authenticationValue: this.serverChallenge }),
      userInformation: response,
    });
  }

  private initiateResponse(reply: ReplyProtection | undefined): Uint8Array | undefined {
    const plain = encodeInitiateResponse({
      dlmsVersion: DLMS_VERSION,
      conformance: this.state.conformance,
      pduBytesMax: this.device.pduBytesMax,
      vaaName: VAA_LOGICAL_NAME,
    });
    return reply ? this.security.protect(plain, reply, this.reserveCounter()) : plain;
  }

  /** Refuses with an AARE, because silence or an exception would not tell the client why. */
  private reject(policy: ClientPolicy | undefined, diagnostic: number, userInformation?: Uint8Array): Uint8Array {
    this.abort();
    const context = policy?.contexts[0] ?? 1;
    return encodeAare({ context, result: REJECTED_PERMANENT, diagnostic, ...(userInformation && { userInformation }) });
  }

  private rejectVersion(policy: ClientPolicy): Uint8Array {
    this.abort();
    const diagnostic = NO_COMMON_ACSE_VERSION;
    return encodeAare({ context: policy.contexts[0] ?? 1, result: REJECTED_PERMANENT, diagnostic, byProvider: true });
  }

  private outOfCounters(): Uint8Array {
    this.abort();
    return encodeException({ stateError: STATE_ERROR.serviceNotAllowed, serviceError: SERVICE_ERROR.otherReason });
  }

  private release(apdu: Uint8Array): Uint8Array {
    const decoded = decodeRelease(apdu);
    const given = decoded.ok ? decoded.value.userInformation : undefined;
    let userInformation: Uint8Array | undefined;
    // A policy that demands protection also demands it for a release. Without such a policy a plain RLRQ is accepted.
    if (!given && this.state.context === 3 && this.device.requiredProtection() !== 0) {
      return encodeRelease('response', { reason: RELEASE_NOT_FINISHED });
    }
    if (given && this.state.context === 3) {
      // A release that does not decipher may come from another client, so it must not end the association.
      const opened = this.security.unprotect(given, STATE_ERROR.serviceNotAllowed);
      if (!opened.ok) return opened.exception[2] === SERVICE_ERROR.decipheringError ? NOT_ASSOCIATED : opened.exception;
      userInformation = this.initiateResponse(opened.reply);
    }
    this.abort();
    return encodeRelease('response', { reason: 0, ...(userInformation && { userInformation }) });
  }

  // ---- services ---------------------------------------------------------------------------------------------------

  private serve(apdu: Uint8Array, at: number): Uint8Array | undefined {
    let plain = apdu;
    let reply: ReplyProtection | undefined;
    if (isCiphered(apdu[0]!)) {
      if (this.state.context !== 3) return NOT_ASSOCIATED;
      const opened = this.security.unprotect(apdu, STATE_ERROR.serviceUnknown);
      if (!opened.ok) return opened.exception;
      plain = opened.plain;
      reply = opened.reply;
    } else if (this.state.context === 3) {
      // A ciphered association takes ciphered APDUs only, whatever the security policy says.
      return NOT_ASSOCIATED;
    }
    const request = decodeRequest(plain);
    if (!request.ok) {
      const isUnknown = request.reason === 'unknown';
      return encodeException({
        stateError: isUnknown ? STATE_ERROR.serviceUnknown : STATE_ERROR.serviceNotAllowed,
        serviceError: isUnknown ? SERVICE_ERROR.serviceNotSupported : SERVICE_ERROR.otherReason,
      });
    }
    if (this.state.status === 1) return this.authenticate(request.value, reply);
    // The counter is taken before the request acts: a key install resets it, and this answer still uses the old keys.
    const counter = reply && this.reserveCounter();
    if (reply && counter === undefined) return this.outOfCounters();
    const control = reply?.control ?? 0;
    const response = this.responder.answer(request.value, {
      device: this.device,
      access: {
        at,
        association: this.state,
        authenticated: (control & AUTHENTICATED) !== 0,
        encrypted: (control & ENCRYPTED) !== 0,
      },
      answerBytesMax: this.state.sendBytesMax - (reply ? OVERHEAD_BYTES[reply.family] : 0),
    });
    if (!response) return NOT_ASSOCIATED;
    const bytes = encodeResponse(response);
    return reply ? this.security.protect(bytes, reply, counter) : bytes;
  }

  /** Handles pass 3 of HLS and answers with pass 4. Nothing else is allowed while the association is pending. */
  private authenticate(request: ServiceRequest, reply: ReplyProtection | undefined): Uint8Array | undefined {
    if (request.kind !== 'actionNormal') return NOT_ASSOCIATED;
    const { method, parameter, invoke } = request;
    if (method.classId !== 15 || method.ln !== CURRENT_ASSOCIATION || method.id !== 1) return NOT_ASSOCIATED;
    const answer = parameter?.type === 'octetString' ? parameter.value : NO_BYTES;
    const isGmac = this.state.mechanism === MECHANISMS.gmac;
    const proof = isGmac ? this.proofByKeys(answer, reply) : this.proofBySecret(answer);
    const counter = reply ? this.reserveCounter() : 0;
    if (proof === 'outOfCounters' || counter === undefined) return this.outOfCounters();
    const proved = proof !== undefined;
    const result = proved
      ? ({ result: RESULT.success, data: { ok: true, data: { type: 'octetString', value: proof } } } as const)
      : { result: RESULT.readWriteDenied };
    if (proved) this.state = { ...this.state, status: 2 };
    else this.abort();
    const bytes = encodeResponse({ kind: 'actionNormal', invoke, result });
    return reply ? this.security.protect(bytes, reply, counter) : bytes;
  }

  /** Pass 4 of GMAC; undefined if pass 3 does not prove the keys. */
  private proofByKeys(
    answer: Uint8Array,
    reply: ReplyProtection | undefined,
  ): Uint8Array | 'outOfCounters' | undefined {
    const { guek: encryptionKey, gak: authenticationKey } = reply?.keys ?? this.device.keys();
    const peer = { encryptionKey, authenticationKey, systemTitle: this.state.clientTitle };
    if (!gmacVerifies(peer, { challenge: this.serverChallenge, answer })) return undefined;
    // The proof and the APDU that carries it use the key twice, so each takes a counter of its own.
    const counter = this.reserveCounter();
    if (counter === undefined) return 'outOfCounters';
    const { systemTitle } = this.device;
    return gmac({ encryptionKey, authenticationKey, systemTitle, counter }, this.clientChallenge);
  }

  /** Pass 4 of HLS by a secret or a signing key; undefined if pass 3 does not prove it. */
  private proofBySecret(answer: Uint8Array): Uint8Array | undefined {
    const { client, mechanism, clientTitle } = this.state;
    const { secret, signing } = this.device.client(client) ?? {};
    const { systemTitle } = this.device;
    const [asked, own] = [this.serverChallenge, this.clientChallenge];
    const shown = { secret, signing, prover: clientTitle, verifier: systemTitle, asked, own };
    if (!hlsVerifies(mechanism, shown, answer)) return undefined;
    return hlsProof(mechanism, { secret, signing, prover: systemTitle, verifier: clientTitle, asked: own, own: asked });
  }
}

/** The initiate error of a proposal that this server cannot meet; undefined if it can. */
function judgeInitiate(request: InitiateRequest, policy: ClientPolicy, ciphered: boolean): 0 | 1 | 2 | 3 | undefined {
  if (request.dlmsVersion < DLMS_VERSION) return 1;
  if ((request.conformance & policy.conformance) === 0) return 2;
  if (request.pduBytesMax !== 0 && request.pduBytesMax < PDU_BYTES_MIN) return 3;
  if (request.dedicatedKey && ciphered && request.dedicatedKey.length !== KEY_BYTES) return 0;
  return undefined;
}
