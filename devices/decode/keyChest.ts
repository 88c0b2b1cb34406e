/** Opens ciphered APDUs of a capture with the keys that are given, and follows a rotation where the KEK is. Holds secrets. */
import { roleOf } from '../dlms/apdu/apdu.ts';
import type { GeneralCiphering } from '../dlms/apdu/apduGeneral.ts';
import { openGeneral, readGeneralContent } from '../dlms/security/generalSeal.ts';
import { isCiphered, KEY_BYTES, open, readCiphered, type CipheredApdu } from '../dlms/security/ciphering.ts';
import { equalBytes, toHex } from '../dlms/encoding/bytes.ts';
import { unwrapKey } from '../dlms/security/keyWrap.ts';
import { KEY_NAMES } from '../cosem/deviceKeyring.ts';

/** One set of keys that may be in use. */
export interface DecodeKeys {
  readonly guek: Uint8Array;
  readonly gak: Uint8Array;
  /** Opens the new keys of a rotation. */
  readonly kek?: Uint8Array;
}

/** The outcome for one ciphered APDU. */
export type Opened =
  | { readonly is: 'opened'; readonly header: CipheredApdu; readonly apdu: Uint8Array }
  | { readonly is: 'shut'; readonly header: CipheredApdu; readonly why: string }
  | { readonly is: 'malformed'; readonly why: string };

/** The outcome for the content of general-ciphering. */
export type OpenedGeneral =
  | { readonly is: 'opened'; readonly control: number; readonly counter: number; readonly apdu: Uint8Array }
  | { readonly is: 'shut'; readonly why: string };

/** Most keys of one kind that are tried. A capture with more rotations is rare. */
const KEYS_MAX = 32;

export class KeyChest {
  #encryption: Uint8Array[] = [];
  #authentication: Uint8Array[] = [];
  #dedicated: Uint8Array[] = [];
  #keks: Uint8Array[] = [];

  constructor(sets: readonly DecodeKeys[]) {
    for (const { guek, gak, kek } of sets) {
      add(this.#encryption, guek);
      add(this.#authentication, gak);
      if (kek) add(this.#keks, kek);
    }
  }

  toJSON(): string {
    return '[keys]';
  }

  get hasKeys(): boolean {
    return this.#encryption.length > 0;
  }

  /** A dedicated key that an opened initiate-request proposes. */
  learnDedicated(key: Uint8Array): void {
    if (key.length === 16) add(this.#dedicated, key);
  }

  /** Unwraps the keys of an opened key transfer. Gives the names of those that the KEK opens. */
  learnTransfer(items: readonly { readonly keyId: number; readonly wrapped: Uint8Array }[]): readonly string[] {
    return items.flatMap(({ keyId, wrapped }) => {
      const name = KEY_NAMES[keyId];
      const key = this.#keks.map((kek) => unwrapKey(kek, wrapped)).find((one) => one.ok);
      if (name === undefined || key?.ok !== true) return [];
      if (name === 'guek' || name === 'gbek') add(this.#encryption, key.value);
      if (name === 'gak') add(this.#authentication, key.value);
      if (name === 'kek') add(this.#keks, key.value);
      return [name];
    });
  }

  /**
   * Opens the content of general-ciphering: under the keys that are given, or under a key that stands in the APDU and that
   * a given KEK unwraps. A key that was agreed upon is known to its two parties alone.
   */
  openGeneral(apdu: GeneralCiphering): OpenedGeneral {
    const content = readGeneralContent(apdu.content);
    if (!content.ok) return { is: 'shut', why: content.error };
    if (!this.hasKeys) return { is: 'shut', why: 'no keys given' };
    if (apdu.originator.length !== 8) return { is: 'shut', why: "the originator's title is not in the APDU" };
    const { keyInfo } = apdu;
    if (keyInfo?.is === 'agreed') return { is: 'shut', why: 'an agreed key is known to its parties alone' };
    const unwrapped = keyInfo?.is === 'wrapped' ? this.#keks.map((kek) => unwrapKey(kek, keyInfo.wrapped)) : undefined;
    const keys = unwrapped?.flatMap((one) => (one.ok && one.value.length === KEY_BYTES ? [one.value] : []));
    if (keys?.length === 0) return { is: 'shut', why: 'no KEK given unwraps its key' };
    for (const guek of keys ?? this.#encryption)
      for (const gak of this.#authentication) {
        const opened = openGeneral(apdu, content.value, { guek, gak });
        if (opened.ok && roleOf(opened.value) !== undefined)
          return { is: 'opened', ...content.value, apdu: opened.value };
      }
    return { is: 'shut', why: 'not under these keys' };
  }

  /** Opens one APDU. `title` is the sender's, where the association told it. */
  open(bytes: Uint8Array, title: Uint8Array | undefined): Opened {
    if (!isCiphered(bytes[0] ?? 0)) return { is: 'malformed', why: 'not ciphered' };
    const read = readCiphered(bytes);
    if (!read.ok) return { is: 'malformed', why: read.error };
    const header = read.value;
    if (!this.hasKeys && header.family !== 'ded') return { is: 'shut', header, why: 'no keys given' };
    const systemTitle = header.systemTitle.length === 8 ? header.systemTitle : title;
    if (systemTitle?.length !== 8) return { is: 'shut', header, why: "the sender's title is not in the capture" };
    const isDedicated = header.family === 'ded' || header.family === 'generalDed';
    for (const encryptionKey of isDedicated ? this.#dedicated : this.#encryption) {
      for (const authenticationKey of this.#authentication) {
        const { control, counter } = header;
        const opened = open({ control, counter, systemTitle, encryptionKey, authenticationKey }, header.body);
        // Without a tag nothing verifies: the first byte has to be one that an APDU can have.
        if (opened.ok && roleOf(opened.value) !== undefined) return { is: 'opened', header, apdu: opened.value };
      }
    }
    return { is: 'shut', header, why: 'not under these keys' };
  }
}

/** Puts a key first, once: the latest is the likeliest. */
function add(keys: Uint8Array[], key: Uint8Array): void {
  const known = keys.findIndex((one) => equalBytes(one, key));
  if (known >= 0) keys.splice(known, 1);
  keys.unshift(key);
  if (keys.length > KEYS_MAX) keys.pop();
}

/** `glo, control 30, counter 17`: what a header says to anybody. */
export function headerText({ family, control, counter, systemTitle }: CipheredApdu): string {
  const title = systemTitle.length === 0 ? '' : `, title ${toHex(systemTitle)}`;
  return `${family}, control ${control.toString(16).padStart(2, '0')}, counter ${counter}${title}`;
}
