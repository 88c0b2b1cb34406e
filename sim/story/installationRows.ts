import { AREA_MIN, syntheticMpan, syntheticMprn } from '../../src/installation/identifiers.ts';
import { COHORTS, type Cohort } from '../../src/installation/cohort.ts';
import type { Installation } from '../../src/installation/installation.ts';
import type { Attributes } from '../population/attributes.ts';
import { dmcNames } from '../population/groups.ts';
import type { GroupPlan, Model } from '../kernel/model/model.ts';

/** Makes rows of the `installations` record. MPAN and MPRN are synthetic. */
export class InstallationRows {
  private readonly suppliers: readonly string[];
  private readonly dmcs: readonly string[];
  private readonly operators: readonly string[];
  private readonly hubModels: readonly string[];

  constructor(model: Model) {
    this.suppliers = model.suppliers;
    this.dmcs = dmcNames(model.groups);
    this.operators = Object.keys(model.scenario.operators);
    this.hubModels = Object.keys(model.scenario.hubModels);
  }

  /** Makes the row of an installation from its drawn attributes. */
  row(entity: number, attributes: Attributes, group: GroupPlan): Installation {
    const { suppliers, dmcs, operators, hubModels } = this;
    return {
      installationId: String(entity),
      cohort: COHORTS[group.cohort] as Cohort,
      groupId: group.population.groupId,
      mpan: String(syntheticMpan(AREA_MIN + attributes.area, entity)),
      esmeDormant: attributes.esmeDormant,
      electricityPaymentMode: modeOf(attributes.electricityCredit),
      electricitySupplier: suppliers[attributes.electricitySupplier] as string,
      dmc: dmcs[group.dmcFrom + attributes.model] as string,
      operator: operators[attributes.operator] as string,
      hubModel: hubModels[attributes.hubModel] as string,
      gas: attributes.hasGsme
        ? {
            mprn: String(syntheticMprn(entity)),
            dormant: attributes.gsmeDormant,
            paymentMode: modeOf(attributes.gasCredit),
            supplier: suppliers[attributes.gasSupplier] as string,
          }
        : null,
    };
  }
}

function modeOf(credit: boolean): Installation['electricityPaymentMode'] {
  return credit ? 'credit' : 'prepayment';
}
