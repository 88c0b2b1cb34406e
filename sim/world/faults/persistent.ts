/**
 * A step that goes on failing on the same installation. The file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import type { Instant } from '../../../src/londonTime.ts';
import { int, type f64, type i32 } from '../../../src/numbers.ts';
import type { NumberStream } from '../../../src/numberStream.ts';
import { Picker } from '../dice/durations.ts';
import { first, second, type Stream } from '../dice/draws.ts';

/**
 * A persistent fault of a scenario, as numbers. Of the installations that have the fault, a share fails every time. The others
 * succeed with a weekly chance that stays with them: one of a few values, or Beta(a, b) over installations. The Beta is never
 * drawn: by exchangeability the next success after s successes and f failures has the chance (a + s) / (a + b + s + f), a
 * Polya urn, which is exact.
 */
export class PersistentFault {
  /** Index of the fault's first draw: the class. One draw per two attempts follows, and the last picks the code. */
  index: i32 = 0;
  share: f64 = 0;
  deadShare: f64 = 0;
  /** Classes of installations by success chance; no chances: Beta. */
  picker: Picker = new Picker(new Float64Array(0));
  chances: Float64Array = new Float64Array(0);
  betaA: f64 = 0;
  betaB: f64 = 0;
  /** It acts from `from` on and before `to`. */
  from: Instant = 0;
  to: Instant = 0;
  /** It acts at most this often on one installation. */
  affectedMax: f64 = Infinity;

  exchange(numbers: NumberStream): void {
    this.index = numbers.integer(this.index);
    this.share = numbers.real(this.share);
    this.deadShare = numbers.real(this.deadShare);
    this.picker.exchange(numbers);
    this.chances = numbers.reals(this.chances);
    this.betaA = numbers.real(this.betaA);
    this.betaB = numbers.real(this.betaB);
    this.from = numbers.real(this.from);
    this.to = numbers.real(this.to);
    this.affectedMax = numbers.real(this.affectedMax);
  }

  isBeta(): boolean {
    return this.chances.length === 0;
  }
}

const HAS_NOT: i32 = 0;
const LIVE: i32 = 1;
const DEAD: i32 = 2;
/** Draws of one fault of one installation. */
export const DRAWS_A_FAULT: i32 = 4096;

/** The chance that the first attempt passes, for the uniform by which the installation has the fault. */
function firstChance(fault: PersistentFault, u: f64): f64 {
  const within = u / fault.share;
  if (within < fault.deadShare) return 0;
  if (fault.isBeta()) return fault.betaA / (fault.betaA + fault.betaB);
  if (fault.chances.length === 1) return fault.chances[0] as f64;
  return fault.chances[fault.picker.pick((within - fault.deadShare) / (1 - fault.deadShare))] as f64;
}

/** The state of every persistent fault on the installation at hand. */
export class PersistentFaults {
  private readonly kind: Int32Array;
  private readonly failures: Int32Array;
  private readonly successes: Int32Array;
  /** The turn at which each row was opened: the next installation begins without wiping the rows. */
  private readonly opened: Int32Array;
  private readonly chance: Float64Array;
  /** The uniform of the first attempt, drawn together with the class. */
  private readonly firstUniform: Float64Array;
  private turn: i32 = 0;
  private entity: i32 = 0;
  private readonly faults: PersistentFault[];
  private readonly stream: Stream;

  constructor(faults: PersistentFault[], stream: Stream) {
    this.faults = faults;
    this.stream = stream;
    this.kind = new Int32Array(faults.length);
    this.failures = new Int32Array(faults.length);
    this.successes = new Int32Array(faults.length);
    this.opened = new Int32Array(faults.length);
    this.chance = new Float64Array(faults.length);
    this.firstUniform = new Float64Array(faults.length);
  }

  begin(entity: i32): void {
    this.entity = entity;
    this.turn += 1;
  }

  /** Whether fault `f` strikes the next time its step is taken. Call it once per step taken: the answer is part of the state. */
  strikes(f: i32, at: Instant): boolean {
    if (this.opened[f] !== this.turn) this.open(f);
    const kind = this.kind[f] as i32;
    return kind === HAS_NOT ? false : this.strikesOwner(f, kind, at);
  }

  /** Most faults are rare: who does not have one has nothing else to know of it. */
  private open(f: i32): void {
    const fault = this.faults[f] as PersistentFault;
    this.opened[f] = this.turn;
    this.stream.draw(this.entity, fault.index);
    const u = first();
    if (u >= fault.share) {
      this.kind[f] = HAS_NOT;
      return;
    }
    this.failures[f] = 0;
    this.successes[f] = 0;
    this.firstUniform[f] = second();
    const chance = firstChance(fault, u);
    this.chance[f] = chance;
    this.kind[f] = chance === 0 ? DEAD : LIVE;
  }

  /** The same for an installation that has the fault. */
  private strikesOwner(f: i32, kind: i32, at: Instant): boolean {
    const fault = this.faults[f] as PersistentFault;
    if (fault.from > at || at >= fault.to) return false;
    const failures = this.failures[f] as i32;
    if (failures >= fault.affectedMax) return false;
    if (kind === LIVE && this.succeeds(f, fault)) {
      this.successes[f] = (this.successes[f] as i32) + 1;
      return false;
    }
    this.failures[f] = failures + 1;
    return true;
  }

  private succeeds(f: i32, fault: PersistentFault): boolean {
    const failures = this.failures[f] as i32;
    const successes = this.successes[f] as i32;
    const tried = failures + successes;
    const chance = fault.isBeta()
      ? (fault.betaA + successes) / (fault.betaA + fault.betaB + tried)
      : (this.chance[f] as f64);
    if (tried === 0) return (this.firstUniform[f] as f64) < chance;
    // Two attempts share a draw: its words serve them in turn.
    this.stream.draw(this.entity, fault.index + 1 + ((tried - 1) >> 1));
    return ((tried & 1) === 1 ? first() : second()) < chance;
  }

  /** A number below `size` that stays with the fault on this installation: which code of a family its failures carry. */
  pick(f: i32, size: i32): i32 {
    const index = (this.faults[f] as PersistentFault).index + DRAWS_A_FAULT - 1;
    return int(this.stream.uniform(this.entity, index) * size);
  }

  /** Failures so far of fault `f` on this installation, for the story. */
  failuresOf(f: i32): i32 {
    return this.opened[f] === this.turn && this.kind[f] !== HAS_NOT ? (this.failures[f] as i32) : 0;
  }

  /** Success chance of fault `f` on this installation, for the story; -1: it is never drawn (Beta). */
  chanceOf(f: i32): f64 {
    if (this.kind[f] === DEAD) return 0;
    return (this.faults[f] as PersistentFault).isBeta() ? -1 : (this.chance[f] as f64);
  }
}
