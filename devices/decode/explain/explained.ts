/** What explaining an APDU gives. Secrets are left out of every text and tree. */
import type { ServiceRequest, ServiceResponse } from '../../dlms/apdu/apdu.ts';
import { APDU_NAMES } from '../words/dlmsNames.ts';

/** Something that a request is about. Its answer is named by it. */
export interface Asked {
  /** The object and the attribute or method by name, or a short name. */
  readonly words: string;
  /** True if its values are never shown. */
  readonly isSecret: boolean;
}

/** An APDU explained. */
export interface Explained {
  readonly name: string;
  /** What it says, in one line, without the name. */
  readonly text: string;
  /** Makes the tree, with values as they were decoded. Most readers want lines only, and a tree costs more than its line. */
  tree(): Readonly<Record<string, unknown>>;
  /** Set if the bytes do not make an APDU. */
  readonly error?: string | undefined;
  /** True if it is ciphered and no key opens it. */
  readonly isShut?: boolean | undefined;
  /** What a request asks for. */
  readonly asked?: readonly Asked[] | undefined;
  readonly request?: ServiceRequest | undefined;
  readonly response?: ServiceResponse | undefined;
}

/** Stands in place of a secret. */
export const NOT_SHOWN = 'not shown';

export function apduName(apdu: Uint8Array): string {
  const tag = apdu[0] ?? -1;
  return APDU_NAMES[tag] ?? (tag < 0 ? 'empty APDU' : `APDU ${tag.toString(16).padStart(2, '0')}`);
}

/** An APDU that was read. `tree` gives values as they were decoded. */
export function whole(apdu: Uint8Array, text: string, tree: () => Record<string, unknown>): Explained {
  const name = apduName(apdu);
  return { name, text, tree: () => treeOf(name, tree()) };
}

/** The tree of an APDU: its name, and what was decoded. */
export function treeOf(name: string, tree: Record<string, unknown>): Record<string, unknown> {
  // Spreading one object into another costs several times as much.
  return Object.assign({ apdu: name }, tree);
}

/** Octets that do not make the APDU that their first byte announces. */
export function broken(apdu: Uint8Array, error: string): Explained {
  const name = apduName(apdu);
  return { name, text: `not whole: ${error}`, tree: () => ({ apdu: name, error, bytes: apdu.length }), error };
}

/** Octets behind the APDU, for its tree. */
export function trailing(left: number): Record<string, unknown> {
  return left > 0 ? { trailingBytes: left } : {};
}
