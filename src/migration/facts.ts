import type { Instant } from '../time.ts';

/**
 * The facts that the checks of a migration attempt read, as a flat numeric interface. The kernel supplies a cursor over
 * typed arrays, and the rig supplies what it learnt over the wire. All instants are scheduled ones; the seconds that an
 * exchange takes are left out. Booleans are 0 or 1.
 */
export interface Facts {
  readonly at: Instant;
  /** The latest WAN contact with the CHF at or before `at`. */
  readonly lastWanContact: Instant;
  /**
   * The latest HAN contact between GSME and CHF at or before `at`. A head-end learns it over the WAN. While the WAN is
   * down, it is the latest one that a head-end knows of: by the reading `gt01WithoutWan` an attempt is judged by it or not.
   */
  readonly lastHanContact: Instant;
  /** The instant from which the DMC is on the EPCL. */
  readonly epclEntryFrom: Instant;
  /** 1 if an in-home display falls outside the SMETS1 PPMID definition that applies, else 0. */
  readonly displayBlocked: number;
}

/**
 * The regulated values, in force at the attempt's instant, that the checks compare facts with. Windows are in seconds.
 */
export interface CheckLimits {
  readonly wanWindowSeconds: number;
  readonly gt01WindowSeconds: number;
  /** 1 if a contact exactly as old as the window passes (reading `windowEdge`), else 0. */
  readonly windowEdgeSeconds: number;
  /** 1 if an attempt is judged by old news of the gas meter while the WAN is down (reading `gt01WithoutWan`), else 0. */
  readonly judgesOldNews: number;
  /** 0 if the EPCL match is not checked: MOC (Secure) before February 2022. Otherwise 1. */
  readonly epclChecked: number;
}
