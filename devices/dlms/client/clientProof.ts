/** The client's part in passes 3 and 4 of HLS: what it shows to the server, and what the server has to show. */
import { NO_BYTES } from '../encoding/bytes.ts';
import {
  type Authentication,
  hlsProof,
  hlsVerifies,
  MECHANISMS,
  needsTitles,
  SECRET_MECHANISMS,
  type SigningKeys,
} from '../security/hls.ts';
import type { ClientSecurity } from './clientSecurity.ts';

/** What a client authenticates with. */
export interface Credentials {
  readonly authentication: Authentication;
  /** The secret that both sides hold; needed for `lls`, `high`, `md5`, `sha1` and `sha256`. */
  readonly secret?: Uint8Array;
  /** Needed for `ecdsa`. */
  readonly signing?: SigningKeys;
  /** The calling-AP-title of associations without security; needed for `sha256` and `ecdsa` without it. */
  readonly systemTitle?: Uint8Array;
}

/** The titles and challenges of one association. */
export interface Exchanged {
  readonly serverTitle: Uint8Array;
  readonly clientChallenge: Uint8Array;
  readonly serverChallenge: Uint8Array;
}

/** What is missing for the authentication, in words; undefined if all is there. */
export function missingOf(
  { authentication, secret, signing, systemTitle }: Credentials,
  hasSecurity: boolean,
): string | undefined {
  // prettier-ignore
  const needsSecret = authentication === 'lls' || SECRET_MECHANISMS.some((one) => one === authentication);
  if (needsSecret && !secret) return 'a secret';
  if (authentication === 'gmac' && !hasSecurity) return 'security';
  if (authentication === 'ecdsa' && !signing) return 'signing keys';
  return needsTitles(MECHANISMS[authentication]) && !systemTitle && !hasSecurity ? 'a system title' : undefined;
}

/** The answer to the server's challenge; undefined if no counter is left. */
export function clientProof(
  of: Credentials,
  security: ClientSecurity | undefined,
  exchanged: Exchanged,
): Uint8Array | undefined {
  // prettier-ignore
  const { serverTitle, serverChallenge, clientChallenge } = exchanged;
  if (of.authentication === 'gmac') return security!.prove(serverChallenge);
  const { secret, signing } = of;
  const ours = security?.systemTitle ?? of.systemTitle ?? NO_BYTES;
  return hlsProof(MECHANISMS[of.authentication], { secret, signing, prover: ours, verifier: serverTitle, asked: serverChallenge, own: clientChallenge }); // prettier-ignore
}

/** True if the server's answer to our challenge proves what both hold. */
export function serverProves(
  of: Credentials,
  security: ClientSecurity | undefined,
  exchanged: Exchanged & { readonly answer: Uint8Array },
): boolean {
  // prettier-ignore
  const { serverTitle, serverChallenge, clientChallenge, answer } = exchanged;
  if (of.authentication === 'gmac') return security!.verify(clientChallenge, answer);
  const { secret, signing } = of;
  const ours = security?.systemTitle ?? of.systemTitle ?? NO_BYTES;
  return hlsVerifies(MECHANISMS[of.authentication], { secret, signing, prover: serverTitle, verifier: ours, asked: clientChallenge, own: serverChallenge }, answer); // prettier-ignore
}
