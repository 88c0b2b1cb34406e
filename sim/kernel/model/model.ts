import { compileRules, type CompiledRules } from '../../../src/exclusion/engine/compile.ts';
import { EVENT_RANK } from '../../../src/exclusion/engine/eventNumbers.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { endOfLondonDate, londonDay, monthOf, startOfLondonDate } from '../../../src/time.ts';
import { layOut } from '../../population/groups.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { compileHan, compileWan } from '../../world/compileLinks.ts';
import { pickerOf } from '../../world/dice/distributions.ts';
import { compileFaults, type CompiledFaults } from '../../world/faults/compileFaults.ts';
import { compileLimits } from './compileLimits.ts';
import { LifePlan } from './lifePlan.ts';
import { outcomeMasks, OUTCOMES, outcomeTable510, rangeOfFamily } from './outcomes.ts';
import { planGroup, type GroupPlan } from './planGroup.ts';

export { GroupPlan, modelEvents } from './planGroup.ts';

/** A scenario and a rule set, compiled once: as numbers for lives, beside what the scenario calls things. */
export class Model extends LifePlan {
  /** For stories and reports; no life asks it anything. */
  readonly scenario: Scenario;
  override readonly rules: CompiledRules;
  override readonly groups: GroupPlan[];
  /** Installations of all populations. */
  readonly size: number;
  readonly faultNames: CompiledFaults['names'];
  /** Names by number; number 0 is a supplier not known to DCC. */
  readonly suppliers: readonly string[];

  constructor(scenario: Scenario, rules: CompiledRules, groups: GroupPlan[], faults: CompiledFaults) {
    super();
    this.scenario = scenario;
    this.rules = rules;
    this.groups = groups;
    this.size = groups.reduce((sum, group) => sum + group.size, 0);
    this.persistent = faults.persistent;
    this.dataErrors = faults.dataErrors;
    this.faultNames = faults.names;
    this.suppliers = ['', ...Object.keys(scenario.suppliers)];
  }
}

/** Compiles a checked scenario and the rule set that it comes to. The same for every replication. */
export function compileModel(scenario: Scenario, rules: RuleSet): Model {
  const faults = compileFaults(scenario);
  const wan = new Map(Object.entries(scenario.links.wan).map(([name, profile]) => [name, compileWan(profile)]));
  const han = new Map(Object.entries(scenario.links.han).map(([name, profile]) => [name, compileHan(profile)]));
  const groups = layOut(scenario).map((group) => planGroup(group, scenario, { wan, han, faults }));
  const model = new Model(scenario, compileRules(rules), groups, faults);
  model.limits = compileLimits(rules);
  model.start = startOfLondonDate(scenario.from);
  model.horizon = endOfLondonDate(scenario.horizon);
  const asOfs = new Set([...scenario.asOf.map(endOfLondonDate), model.horizon]);
  model.asOfs = Float64Array.from([...asOfs].toSorted((a, b) => a - b));
  model.firstMonth = monthOf(londonDay(model.start));
  model.months = monthOf(londonDay(model.horizon)) - model.firstMonth + 1;
  fillTables(model);
  fillShares(model, scenario);
  return model;
}

function fillTables(model: Model): void {
  const { first, size } = rangeOfFamily('preparation');
  model.masks = outcomeMasks(model.rules);
  model.table510 = Int32Array.from(OUTCOMES, (_, outcome) => Number(outcomeTable510(outcome)));
  model.eventRank = Int32Array.from(EVENT_RANK);
  model.preparationFirst = first;
  model.preparationCount = size;
}

function fillShares(model: Model, scenario: Scenario): void {
  const { changes } = scenario;
  model.shares.operators = pickerOf(Object.values(scenario.operators));
  model.shares.hubModels = pickerOf(Object.values(scenario.hubModels));
  model.shares.suppliers = pickerOf(Object.values(scenario.suppliers));
  model.shares.unknownSupplierShare = scenario.unknownSupplierShare;
  model.shares.sameSupplierShare = scenario.sameSupplierShare;
  model.changes.supplier = changes.supplierPerYear;
  model.changes.dormantToActive = changes.dormantToActivePerYear;
  model.changes.activeToDormant = changes.activeToDormantPerYear;
  model.changes.paymentMode = changes.paymentModePerYear;
  model.changes.replacement = changes.replacementPerYear;
  model.suppliersMatter = changes.supplierPerYear > 0 || model.groups.some((group) => group.supplierInstructs > 0);
}
