/**
 * What the association asks of the logical device behind it. `devices/cosem` implements it; the protocol core knows no
 * object but the current Association LN (0.0.40.0.0.255), whose method 1 is part of HLS.
 */
import type { SuiteKeys } from '../security/ciphering.ts';
import type { Mechanism, SigningKeys } from '../security/hls.ts';
import type { ActionResult, AttributeRequest, Descriptor, GetResult } from '../apdu/apdu.ts';
import type { Data } from '../encoding/axdr.ts';

/** How one client SAP may associate. */
export interface ClientPolicy {
  readonly sap: number;
  /** 0 none, 1 LLS, 5 HLS-GMAC, the others HLS as in `security/hls`. */
  readonly mechanism: Mechanism;
  /** Application contexts accepted, the first being the one named in refusals. */
  readonly contexts: readonly (1 | 3)[];
  /** The secret of LLS, and of HLS by a secret. */
  readonly secret?: Uint8Array;
  /** The keys of ECDSA. */
  readonly signing?: SigningKeys;
  /** The conformance bits that may be granted. */
  readonly conformance: number;
}

/** An association as its objects show it. */
export interface AssociationView {
  readonly client: number;
  readonly server: number;
  readonly context: number;
  readonly mechanism: number;
  readonly conformance: number;
  /** Longest APDU sent to this client, bytes. */
  readonly sendBytesMax: number;
  readonly receiveBytesMax: number;
  /** 0 none, 1 pending, 2 associated (class 15, attribute 8). */
  readonly status: 0 | 1 | 2;
  readonly clientTitle: Uint8Array;
}

/** Who asks, when, and how well protected the asking was. */
export interface AccessContext {
  /** Seconds since the Unix epoch. */
  readonly at: number;
  readonly association: AssociationView;
  /** The APDU carried a tag that verified. */
  readonly authenticated: boolean;
  readonly encrypted: boolean;
}

/** A logical device. Nothing here throws for what a client sent. */
export interface LogicalDevice {
  readonly systemTitle: Uint8Array;
  /** Longest APDU taken, bytes. */
  readonly pduBytesMax: number;
  /** False after a power cut: nothing is answered any more. */
  readonly powered: boolean;
  client(sap: number): ClientPolicy | undefined;
  keys(): SuiteKeys;
  /** Security control bits that every request of a ciphered association must carry (class 64, attribute 2). */
  requiredProtection(): number;
  /** The next invocation counter for sending, above `above` and persisted as used; undefined when they are used up. */
  reserveCounter(above?: number): number | undefined;
  /** The last counter accepted from this system title (hex) under the present keys; -1 for none. */
  acceptedCounter(clientTitle: string): number;
  /** Persists `counter` as accepted; false when no further system title can be remembered. */
  acceptCounter(clientTitle: string, counter: number): boolean;
  /** A fresh challenge, StoC. */
  challenge(): Uint8Array;
  get(request: AttributeRequest, context: AccessContext): GetResult;
  set(request: AttributeRequest, value: Data, context: AccessContext): number;
  invoke(method: Descriptor, parameter: Data | undefined, context: AccessContext): ActionResult;
}
