/**
 * A population as numbers: all that a life asks of it. `planGroup` compiles it. The file belongs to the subset of TypeScript
 * that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import type { Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import type { NumberStream } from '../../../src/numberStream.ts';
import { AttributeShares } from '../../population/attributes.ts';
import { Durations } from '../../world/dice/durations.ts';
import { SeedWords } from '../../world/dice/draws.ts';
import { EntryCurve } from '../../world/entryCurve.ts';
import { CompiledHan } from '../../world/hanLink.ts';
import { CompiledWan } from '../../world/wanLink.ts';

/** One step of a population's walk: its row of the step table, and what can strike it. */
export class WalkStep {
  /** CHECK_*; -1: the step has no check. */
  check: i32 = -1;
  /** Observation of a failed check. */
  fails: i32 = 0;
  /** Passed over where no gas meter is migrated. */
  needsGsme: boolean = false;
  /** Whether anything below can strike the step at all. */
  isStruck: boolean = false;
  /** Whether anything but persistent faults can: the next three, or data errors. */
  meetsOthers: boolean = false;
  /** Fails while the system is down. */
  system: boolean = false;
  /** Silent while the WAN is down at the attempt. */
  linked: boolean = false;
  /** Fails with a wrong Master Key. */
  rotates: boolean = false;
  /** Positions of the persistent faults on the step, and the observation that each makes. */
  persistent: Int32Array = new Int32Array(0);
  observations: Int32Array = new Int32Array(0);
  dataErrors: Int32Array = new Int32Array(0);
  /** Per observation: first outcome and number of outcomes that the failure may carry. No outcomes: it cannot be observed. */
  outcomeFirst: Int32Array = new Int32Array(0);
  outcomeCount: Int32Array = new Int32Array(0);

  exchange(numbers: NumberStream): void {
    this.check = numbers.integer(this.check);
    this.fails = numbers.integer(this.fails);
    this.needsGsme = numbers.flag(this.needsGsme);
    this.isStruck = numbers.flag(this.isStruck);
    this.meetsOthers = numbers.flag(this.meetsOthers);
    this.system = numbers.flag(this.system);
    this.linked = numbers.flag(this.linked);
    this.rotates = numbers.flag(this.rotates);
    this.persistent = numbers.integers(this.persistent);
    this.observations = numbers.integers(this.observations);
    this.dataErrors = numbers.integers(this.dataErrors);
    this.outcomeFirst = numbers.integers(this.outcomeFirst);
    this.outcomeCount = numbers.integers(this.outcomeCount);
  }
}

/** A device model (DMC) that a population names. */
export class DeviceModel {
  /** When its EPCL entry stands; FOREVER: never. */
  epclFrom: Instant = 0;
  /** Its dated events, rising. */
  eventAt: Float64Array = new Float64Array(0);
  event: Int32Array = new Int32Array(0);

  exchange(numbers: NumberStream): void {
    this.epclFrom = numbers.real(this.epclFrom);
    this.eventAt = numbers.reals(this.eventAt);
    this.event = numbers.integers(this.event);
  }
}

/** How a cohort is prepared, as `process.preparation` of a scenario states it. */
class Preparation {
  triesPerInstruction: i32 = 0;
  hoursBetweenTries: f64 = 0;
  contactsNeeded: i32 = 0;
  daysBetweenInstructions: f64 = 0;
  instructionsMax: i32 = 0;
  daysToFirstAttempt: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.triesPerInstruction = numbers.integer(this.triesPerInstruction);
    this.hoursBetweenTries = numbers.real(this.hoursBetweenTries);
    this.contactsNeeded = numbers.integer(this.contactsNeeded);
    this.daysBetweenInstructions = numbers.real(this.daysBetweenInstructions);
    this.instructionsMax = numbers.integer(this.instructionsMax);
    this.daysToFirstAttempt = numbers.real(this.daysToFirstAttempt);
  }
}

/** Master Keys of a cohort, and the search for them, as `process.masterKey` of a scenario states it. */
export class KeyProcess {
  /** The uniform from which on the Master Key of an installation is held. */
  heldFrom: f64 = 0;
  /** Every key is missing, and no search finds one. */
  unobtainable: boolean = false;
  missingShare: f64 = 0;
  foundShare: f64 = 0;
  search: Durations = new Durations();

  exchange(numbers: NumberStream): void {
    this.heldFrom = numbers.real(this.heldFrom);
    this.unobtainable = numbers.flag(this.unobtainable);
    this.missingShare = numbers.real(this.missingShare);
    this.foundShare = numbers.real(this.foundShare);
    this.search.exchange(numbers);
  }
}

export class GroupNumbers {
  /** Position among the populations of the scenario. */
  index: i32 = 0;
  /** Installations [first, first + size) belong to it. */
  first: i32 = 0;
  size: i32 = 0;
  /** The two words of its name, by which its dice are addressed. */
  address: SeedWords = new SeedWords(0, 0);
  /** Number of the standard model among the DMC names, plus 1: `dmcFrom + model` numbers an installation's DMC. */
  dmcFrom: i32 = 0;
  /** Position in COHORTS. */
  cohort: i32 = 0;
  /** Nothing changes in mid-history, and nothing is replaced. */
  isSteady: boolean = false;
  attributes: AttributeShares = new AttributeShares();
  attemptedShare: f64 = 1;
  instructedShare: f64 = 1;
  /** Share whose gas supplier instructs to exclude the GSME, and how long that takes. */
  supplierInstructs: f64 = 0;
  instructDelay: Durations = new Durations();
  wan: CompiledWan = new CompiledWan();
  han: CompiledHan = new CompiledHan();
  /** Installations with a Dormant meter are prepared before their first attempt. */
  prepares: boolean = false;
  preparation: Preparation = new Preparation();
  firstInstruction: EntryCurve = new EntryCurve(new Float64Array(0), new Float64Array(0));
  firstAttempt: EntryCurve = new EntryCurve(new Float64Array(0), new Float64Array(0));
  isGated: boolean = false;
  esmeOnly: boolean = false;
  stopsNever: boolean = false;
  stopsInEffect: boolean = false;
  daysBetweenAttempts: f64 = 7;
  attemptsMax: i32 = 0;
  key: KeyProcess = new KeyProcess();
  /** Until when an in-home display of the group is outside the definition; 0: never, FOREVER: always. */
  displayBlockedUntil: Instant = 0;
  models: DeviceModel[] = [];
  walk: WalkStep[] = [];
  /** A step of the walk is silent while the WAN is down at the attempt. */
  linked: boolean = false;
  /** Position in the walk of the first step that asks the hub about its links; above all positions if there is none. */
  hubAsked: i32 = 0;
  /** On a HAN that is lost for good no attempt changes anything but counts: see `Hopeless`. */
  hopelessWithoutHan: boolean = false;
  /** The outcome of such an attempt. */
  lostHanOutcome: i32 = 0;
  /** Data errors of all steps of the walk. */
  dataErrors: Int32Array = new Int32Array(0);

  exchange(numbers: NumberStream): void {
    this.index = numbers.integer(this.index);
    this.first = numbers.integer(this.first);
    this.size = numbers.integer(this.size);
    const k0 = numbers.integer(this.address.k0);
    const k1 = numbers.integer(this.address.k1);
    this.address = new SeedWords(k0, k1);
    this.dmcFrom = numbers.integer(this.dmcFrom);
    this.cohort = numbers.integer(this.cohort);
    this.isSteady = numbers.flag(this.isSteady);
    this.attributes.exchange(numbers);
    this.attemptedShare = numbers.real(this.attemptedShare);
    this.instructedShare = numbers.real(this.instructedShare);
    this.supplierInstructs = numbers.real(this.supplierInstructs);
    this.instructDelay.exchange(numbers);
    this.wan.exchange(numbers);
    this.han.exchange(numbers);
    this.prepares = numbers.flag(this.prepares);
    this.preparation.exchange(numbers);
    this.firstInstruction.exchange(numbers);
    this.firstAttempt.exchange(numbers);
    this.isGated = numbers.flag(this.isGated);
    this.esmeOnly = numbers.flag(this.esmeOnly);
    this.stopsNever = numbers.flag(this.stopsNever);
    this.stopsInEffect = numbers.flag(this.stopsInEffect);
    this.daysBetweenAttempts = numbers.real(this.daysBetweenAttempts);
    this.attemptsMax = numbers.integer(this.attemptsMax);
    this.key.exchange(numbers);
    this.displayBlockedUntil = numbers.real(this.displayBlockedUntil);
    const models = numbers.integer(this.models.length);
    for (let i: i32 = 0; i < models; i += 1) {
      if (numbers.isReading) this.models.push(new DeviceModel());
      (this.models[i] as DeviceModel).exchange(numbers);
    }
    const steps = numbers.integer(this.walk.length);
    for (let i: i32 = 0; i < steps; i += 1) {
      if (numbers.isReading) this.walk.push(new WalkStep());
      (this.walk[i] as WalkStep).exchange(numbers);
    }
    this.linked = numbers.flag(this.linked);
    this.hubAsked = numbers.integer(this.hubAsked);
    this.hopelessWithoutHan = numbers.flag(this.hopelessWithoutHan);
    this.lostHanOutcome = numbers.integer(this.lostHanOutcome);
    this.dataErrors = numbers.integers(this.dataErrors);
  }
}
