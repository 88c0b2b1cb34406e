/** The client's half of security suite 0: it holds keys and counters, protects requests and opens answers. */
import { bad, type Decoded, equalBytes, good } from '../encoding/bytes.ts';
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
  type SuiteKeys,
} from '../security/ciphering.ts';
import { CONFORMANCE } from '../apdu/initiate.ts';
import { roleOf } from '../apdu/apdu.ts';

/** Keys, counters and titles with which a client protects its requests (suite 0). */
export interface ClientSecurityOptions {
  /** 8 bytes, unique to this client, because it is half of every nonce. */
  readonly systemTitle: Uint8Array;
  readonly keys: SuiteKeys;
  /**
   * Gives the next invocation counter, never the same one twice for these keys. The caller persists it before it returns.
   * Undefined when none is left.
   */
  readonly nextCounter: () => number | undefined;
  /** How requests are wrapped; the server answers in the same family. Default: general-* if the server grants it, else glo-*. */
  readonly family?: 'glo' | 'generalGlo';
  /** The security control byte. Default: authenticated and encrypted. */
  readonly control?: number;
  /** A key for one association, 16 random bytes. Services are then sent as ded-* (or general-ded). */
  readonly dedicatedKey?: Uint8Array;
  /** The server's last known counter. Answers must exceed it. */
  readonly serverCounter?: number;
  /** The server's last known title. A title in an AARE replaces it. */
  readonly serverTitle?: Uint8Array;
}

/** First bytes of the exception-response and the confirmedServiceError. */
const COMPLAINTS: readonly (number | undefined)[] = [0xd8, 0x0e];

/** The answer verifies, but its counter was seen before: it is a repeat, or the server counts from the beginning again. */
export const REPEATED_COUNTER = 'the answer repeats an invocation counter';

/** Protects requests and opens answers. Knows the server's title once an AARE or a header has given it. */
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

  /** Makes services use the dedicated key from now on. */
  useDedicatedKey(): void {
    this.dedicatedInUse = this.dedicatedKey !== undefined;
  }

  /** Chooses general-* APDUs only if the server granted general protection, because many servers know no others than glo-*. */
  agree(conformance: number): void {
    if (this.options.family === undefined) this.isGeneral = (conformance & CONFORMANCE.generalProtection) !== 0;
  }

  /** Prepares a new association: its initiate uses the global keys again. */
  beginAssociation(): void {
    this.dedicatedInUse = false;
    this.dedicatedServerCounter = -1;
  }

  /** Replaces the keys. With a new GUEK the server's counter starts again; a new GAK alone changes no counter. */
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

  /** Protects the initiate of an AARQ or RLRQ. It is always service-specific, because every server reads that. */
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

  /** Opens an APDU of the server. An answer must have at least the request's protection, and a counter not seen before. */
  open(apdu: Uint8Array): Decoded<Uint8Array> {
    if (!isCiphered(apdu[0] ?? 0)) return bad('the answer is not ciphered');
    const header = readCiphered(apdu);
    if (!header.ok) return header;
    const { family, control, counter, body, systemTitle, tag } = header.value;
    const serverTitle = this.serverTitle ?? (systemTitle.length === 8 ? systemTitle : undefined);
    if (!serverTitle) return bad('the server has no system title');
    if (systemTitle.length > 0 && !equalBytes(systemTitle, serverTitle))
      return bad('the answer has another system title');
    const isDedicated = family === 'ded' || family === 'generalDed';
    if (isDedicated && !this.dedicatedKey) return bad('the answer is under a dedicated key that was never agreed');
    const encryptionKey = isDedicated ? this.dedicatedKey! : this.keys.guek;
    const protection = { control, encryptionKey, authenticationKey: this.keys.gak, systemTitle: serverTitle, counter };
    const opened = open(protection, body);
    if (!opened.ok) return opened;
    // A notification has the protection that its server chose. It changes nothing here: neither title nor counter.
    if (roleOf(opened.value) === 'unsolicited') return opened;
    if ((control & this.control) !== this.control) return bad('the answer is less protected than the request');
    const announced = announcedTag(tag);
    // An exception has no ciphered tag of its own. Some servers send one under the tag of a confirmedServiceError.
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

  /** Computes f(StoC) with a counter of its own, because sharing the APDU's counter would use one nonce twice. */
  prove(challenge: Uint8Array): Uint8Array | undefined {
    const counter = this.options.nextCounter();
    if (counter === undefined) return undefined;
    const { keys, systemTitle } = this;
    return gmac({ encryptionKey: keys.guek, authenticationKey: keys.gak, systemTitle, counter }, challenge);
  }

  /** True if the server's f(CtoS) proves the keys. */
  verify(challenge: Uint8Array, answer: Uint8Array): boolean {
    if (!this.serverTitle) return false;
    const { keys, serverTitle: systemTitle } = this;
    return gmacVerifies({ encryptionKey: keys.guek, authenticationKey: keys.gak, systemTitle }, { challenge, answer });
  }
}
