/** The client's half of security suite 0: keys, counters, protecting requests and opening answers. */
import { bad, type Decoded, equalBytes, good } from './bytes.ts';
import {
  announcedTag,
  AUTHENTICATED,
  ENCRYPTED,
  type Family,
  gmac,
  gmacVerifies,
  isCiphered,
  open,
  readCiphered,
  writeCiphered,
} from './ciphering.ts';
import { CONFORMANCE } from './initiate.ts';
import type { SuiteKeys } from './logicalDevice.ts';

export interface ClientSecurityOptions {
  /** 8 bytes, unique to this client: it is half of every nonce. */
  readonly systemTitle: Uint8Array;
  readonly keys: SuiteKeys;
  /**
   * The next invocation counter, never given twice for these keys: the caller persists it before returning. undefined
   * when none is left.
   */
  readonly nextCounter: () => number | undefined;
  /** How requests are wrapped; the server answers in the same family. Left out: general-* where the server granted it. */
  readonly family?: 'glo' | 'generalGlo';
  /** Security control: authenticated and encrypted unless asked otherwise. */
  readonly control?: number;
  /** A key for one association, 16 random bytes: services then go as ded-* (or general-ded). */
  readonly dedicatedKey?: Uint8Array;
  /** The server's last counter known from before; answers must exceed it. */
  readonly serverCounter?: number;
  /** The server's title as known from before; what an AARE says goes before it. */
  readonly serverTitle?: Uint8Array;
}

/** First bytes of exception-response and confirmedServiceError. */
const COMPLAINTS: readonly (number | undefined)[] = [0xd8, 0x0e];

/** It verifies, and was said before; or the server has begun to count anew. */
export const REPEATED_COUNTER = 'the answer repeats an invocation counter';

/** Protects and opens; knows the server's title once the AARE has told it. */
export class ClientSecurity {
  readonly systemTitle: Uint8Array;
  serverTitle: Uint8Array | undefined;
  /** The last counter seen from the server, -1 for none. */
  serverCounter: number;
  readonly control: number;
  private keys: SuiteKeys;
  private dedicatedKey: Uint8Array | undefined;
  private dedicatedInUse = false;
  private dedicatedServerCounter = -1;
  private isGeneral: boolean;
  private readonly options: ClientSecurityOptions;

  constructor(options: ClientSecurityOptions) {
    this.options = options;
    this.systemTitle = options.systemTitle;
    this.keys = options.keys;
    this.control = options.control ?? AUTHENTICATED | ENCRYPTED;
    this.serverCounter = options.serverCounter ?? -1;
    this.dedicatedKey = options.dedicatedKey;
    this.serverTitle = options.serverTitle;
    this.isGeneral = options.family === 'generalGlo';
  }

  toJSON(): string {
    return '[keys]';
  }

  /** The dedicated key to propose, if one is configured. */
  get proposedDedicatedKey(): Uint8Array | undefined {
    return this.dedicatedKey;
  }

  /** From now on services go under the dedicated key. */
  useDedicatedKey(): void {
    this.dedicatedInUse = this.dedicatedKey !== undefined;
  }

  /** general-* APDUs are for those who agreed on general protection: many servers know the service-specific ones alone. */
  agree(conformance: number): void {
    if (this.options.family === undefined) this.isGeneral = (conformance & CONFORMANCE.generalProtection) !== 0;
  }

  /** A new association begins: its initiate goes under the global keys again. */
  beginAssociation(): void {
    this.dedicatedInUse = false;
    this.dedicatedServerCounter = -1;
  }

  /** New keys are live. With a new GUEK the server counts anew; a new GAK alone changes no counter. */
  replaceKeys(keys: SuiteKeys): void {
    if (!equalBytes(keys.guek, this.keys.guek)) this.serverCounter = -1;
    this.keys = keys;
  }

  /** A protected APDU, or undefined when no counter is left. */
  protect(plain: Uint8Array): Uint8Array | undefined {
    const counter = this.options.nextCounter();
    if (counter === undefined) return undefined;
    const { isGeneral } = this;
    const family: Family = this.dedicatedInUse ? (isGeneral ? 'generalDed' : 'ded') : isGeneral ? 'generalGlo' : 'glo';
    return writeCiphered(family, this.protection(this.systemTitle, counter, this.control), plain);
  }

  /** The initiate in an AARQ or RLRQ is service-specific in either family: every server reads that. */
  protectInitiate(plain: Uint8Array): Uint8Array | undefined {
    const counter = this.options.nextCounter();
    if (counter === undefined) return undefined;
    const isInUse = this.dedicatedInUse;
    this.dedicatedInUse = false;
    const bytes = writeCiphered('glo', this.protection(this.systemTitle, counter, this.control), plain);
    this.dedicatedInUse = isInUse;
    return bytes;
  }

  private protection(systemTitle: Uint8Array, counter: number, control: number): Parameters<typeof writeCiphered>[1] {
    const encryptionKey = this.dedicatedInUse ? this.dedicatedKey! : this.keys.guek;
    return { control, encryptionKey, authenticationKey: this.keys.gak, systemTitle, counter };
  }

  /** The plain answer. An answer must carry at least the protection of the request, and a counter not seen before. */
  open(apdu: Uint8Array): Decoded<Uint8Array> {
    if (!isCiphered(apdu[0] ?? 0)) return bad('the answer is not ciphered');
    const header = readCiphered(apdu);
    if (!header.ok) return header;
    const { family, control, counter, body, systemTitle, tag } = header.value;
    const serverTitle = this.serverTitle ?? (systemTitle.length === 8 ? systemTitle : undefined);
    if (!serverTitle) return bad('the server has no system title');
    if (systemTitle.length > 0 && !equalBytes(systemTitle, serverTitle))
      return bad('the answer has another system title');
    if ((control & this.control) !== this.control) return bad('the answer is less protected than the request');
    const isDedicated = family === 'ded' || family === 'generalDed';
    if (isDedicated && !this.dedicatedKey) return bad('the answer is under a dedicated key that was never agreed');
    const encryptionKey = isDedicated ? this.dedicatedKey! : this.keys.guek;
    const protection = { control, encryptionKey, authenticationKey: this.keys.gak, systemTitle: serverTitle, counter };
    const opened = open(protection, body);
    if (!opened.ok) return opened;
    const announced = announcedTag(tag);
    // A complaint has no ciphered tag of its own: some servers send an exception under that of a confirmedServiceError.
    const isComplaint = COMPLAINTS.includes(opened.value[0]);
    if (announced !== undefined && announced !== opened.value[0] && !isComplaint)
      return bad('the answer is not what its tag announced');
    this.serverTitle = serverTitle;
    const last = isDedicated ? this.dedicatedServerCounter : this.serverCounter;
    if (counter <= last) return bad(REPEATED_COUNTER);
    if (isDedicated) this.dedicatedServerCounter = counter;
    else this.serverCounter = counter;
    return good(opened.value);
  }

  /** f(StoC), with an invocation counter of its own: sharing the APDU's would use one nonce twice. */
  prove(challenge: Uint8Array): Uint8Array | undefined {
    const counter = this.options.nextCounter();
    if (counter === undefined) return undefined;
    const { keys, systemTitle } = this;
    return gmac({ encryptionKey: keys.guek, authenticationKey: keys.gak, systemTitle, counter }, challenge);
  }

  /** Whether the server's f(CtoS) proves the keys. */
  verify(challenge: Uint8Array, answer: Uint8Array): boolean {
    if (!this.serverTitle) return false;
    const { keys, serverTitle: systemTitle } = this;
    return gmacVerifies({ encryptionKey: keys.guek, authenticationKey: keys.gak, systemTitle }, { challenge, answer });
  }
}
