import fc from 'fast-check';
import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import { syntheticMpan, syntheticMprn } from '../../../src/installation/identifiers.ts';
import type { GasSide, Installation } from '../../../src/installation/installation.ts';

export const supplierArbitrary: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('A') },
  { weight: 3, arbitrary: fc.constant('B') },
  { weight: 1, arbitrary: fc.constant('') },
);
/** Meters are more often Dormant than not, because most clauses require it. */
const dormantArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);
const modeArbitrary = fc.oneof(
  { weight: 3, arbitrary: fc.constant('credit' as const) },
  { weight: 1, arbitrary: fc.constant('prepayment' as const) },
);

const gasSideArbitrary: fc.Arbitrary<GasSide> = fc.record({
  mprn: fc.nat(99_999_999).map((serial) => String(syntheticMprn(serial))),
  dormant: dormantArbitrary,
  paymentMode: modeArbitrary,
  supplier: supplierArbitrary,
});

/** A row of `installations`, of one cohort or of any. Identifiers have correct check digits and are synthetic. */
export function installationArbitrary(cohorts: readonly Cohort[] = COHORTS): fc.Arbitrary<Installation> {
  return fc.record({
    installationId: fc.nat(999_999).map(String),
    cohort: fc.constantFrom(...cohorts),
    groupId: fc.constant(''),
    mpan: fc
      .tuple(fc.integer({ min: 10, max: 23 }), fc.nat(999_999))
      .map(([area, n]) => String(syntheticMpan(area, n))),
    esmeDormant: dormantArbitrary,
    electricityPaymentMode: modeArbitrary,
    electricitySupplier: supplierArbitrary,
    dmc: fc.constantFrom('', 'DMC-1'),
    gas: fc.option(gasSideArbitrary, { freq: 6, nil: null }),
  });
}
