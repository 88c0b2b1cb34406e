import type { Instant } from '../time.ts';

/**
 * What the checks of a migration attempt read: a flat numeric interface. The kernel supplies a cursor over typed
 * arrays, the rig what it learnt over the wire. All instants are scheduled ones; the seconds that an exchange takes
 * never enter. Booleans are 0 or 1.
 */
export interface Facts {
  readonly at: Instant;
  /** Latest WAN contact with the CHF at or before `at`. */
  readonly lastWanContact: Instant;
  /**
   * Latest HAN contact between GSME and CHF at or before `at`. A head-end learns it over the WAN: while the WAN is down
   * nothing newer than the latest WAN contact is known, and no attempt is judged by it.
   */
  readonly lastHanContact: Instant;
  /** From when the DMC stands on the EPCL. */
  readonly epclEntryFrom: Instant;
  /** An in-home display falls outside the SMETS1 PPMID definition that applies. */
  readonly displayBlocked: number;
}

/** The regulated values in force at the attempt's instant that checks compare facts with. Seconds. */
export interface CheckLimits {
  readonly wanWindowSeconds: number;
  readonly gt01WindowSeconds: number;
  /** 1 where a contact exactly as old as the window passes (reading `windowEdge`), else 0. */
  readonly windowEdgeSeconds: number;
  /** 0 where the EPCL match is not checked: MOC (Secure) before February 2022. */
  readonly epclChecked: number;
}
