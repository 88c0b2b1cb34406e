import type { Cohort } from './cohort.ts';

export type YesNo = 'yes' | 'no';

/** How a meter is paid for. Clause 18.6 asks for `credit` of an IOC gas meter (Various 1). */
export type PaymentMode = 'credit' | 'prepayment';

/** What the GSME side of an installation holds; an installation has it iff it has an MPRN (src/docs/records.md). */
export interface GasSide {
  readonly mprn: string;
  readonly dormant: boolean;
  readonly paymentMode: PaymentMode;
  /** Empty: not known to DCC. */
  readonly supplier: string;
}

/** One SMETS1 Installation at the start of its history: a row of the `installations` record. */
export interface Installation {
  readonly installationId: string;
  readonly cohort: Cohort;
  /** GroupID; empty where not known. */
  readonly groupId: string;
  readonly mpan: string;
  readonly esmeDormant: boolean;
  readonly electricityPaymentMode: PaymentMode;
  /** Empty: not known to DCC. */
  readonly electricitySupplier: string;
  /** Device model combination; empty where not known. */
  readonly dmc: string;
  /** WAN operator of the hub. Installations of one operator fail together; left out where not known. No clause asks. */
  readonly operator?: string;
  /** Model of the communications hub, likewise. */
  readonly hubModel?: string;
  readonly gas: GasSide | null;
}

/** Dormant, Active or Mixed, from its meters. Only "solely Dormant" installations are in scope of most categories. */
export type Dormancy = 'dormant' | 'active' | 'mixed';
