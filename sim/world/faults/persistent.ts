import type { Instant } from '../../../src/time.ts';
import { addresses } from '../dice/addresses.ts';
import type { Picker } from '../dice/distributions.ts';
import { FOREVER } from '../alternating.ts';
import { first, second, uniform, type Stream } from '../dice/draws.ts';
import { FirstDraw } from '../dice/firstDraw.ts';

/**
 * A step that goes on failing on the same installation. Of those that have the fault a share fails every time; the
 * others succeed with a weekly chance that stays with them: one of a few values, or Beta(a, b) over installations. The
 * Beta is never drawn: by exchangeability the next success after s successes and f failures has the chance
 * (a + s) / (a + b + s + f), a Polya urn, which is exact.
 */
export interface PersistentFault {
  readonly share: number;
  readonly deadShare: number;
  /** Classes of installations by success chance; null for Beta. One class: one value. */
  readonly classes: { readonly picker: Picker; readonly chances: Float64Array } | null;
  readonly betaA: number;
  readonly betaB: number;
  readonly from: Instant;
  readonly to: Instant;
  /** The fault acts at most this often on one installation. */
  readonly affectedMax: number;
}

const HAS_NOT = 0;
const LIVE = 1;
const DEAD = 2;
/** Draws of one fault of one installation: 0 the class, then one per attempt. */
const DRAWS_A_FAULT = 4096;
/** Persistent faults lie below 2^30 in the index space of the stream, data errors above. */
const BLOCKS = 2 ** 18;

/** How far from its exact place rounding may put a step, in words, by far. */
const NEAR_WORDS = 16;
/** Above every uniform. */
const NEVER_STRUCK = 2;

/** The chance that the first attempt passes, for the uniform that says what the installation has of the fault. */
export function firstChance(fault: PersistentFault, u: number): number {
  if (u >= fault.share) return NEVER_STRUCK;
  const within = u / fault.share;
  if (within < fault.deadShare) return 0;
  if (!fault.classes) return fault.betaA / (fault.betaA + fault.betaB);
  const { picker, chances } = fault.classes;
  return chances[picker.pick((within - fault.deadShare) / (1 - fault.deadShare))] as number;
}

/** `firstChance` as steps: the chance from each uniform on, up to the next; exact to the last of its 2^32 values. */
export function chanceSteps(fault: PersistentFault): readonly { from: number; chance: number }[] {
  const { share, deadShare, classes } = fault;
  const ends = [share, share * deadShare, ...(classes?.picker.ends ?? []).map((end) => share * (deadShare + (1 - deadShare) * end))]; // prettier-ignore
  const steps = [{ from: 0, chance: firstChance(fault, uniform(0)) }];
  const words = ends.flatMap((end) => Array.from({ length: 2 * NEAR_WORDS }, (_, i) => Math.round(end * 2 ** 32) - NEAR_WORDS + i)); // prettier-ignore
  for (const word of [...new Set(words)].filter((w) => w > 0 && w < 2 ** 32).sort((a, b) => a - b)) {
    const from = uniform(word);
    const chance = firstChance(fault, from);
    if (chance !== firstChance(fault, uniform(word - 1))) steps.push({ from, chance });
  }
  return steps;
}

/** The state of every persistent fault on the installation at hand. */
export class PersistentFaults {
  private readonly kind: Uint8Array;
  private readonly failures: Int32Array;
  private readonly successes: Int32Array;
  /** At which turn the row was opened: the next installation begins at once, without wiping. */
  private readonly owner: Int32Array;
  private readonly chance: Float64Array;
  /** The uniform of the first attempt, drawn together with the class. */
  private readonly firstUniform: Float64Array;
  private turn = 0;
  private entity = 0;
  private readonly faults: readonly PersistentFault[];
  private readonly stream: Stream;
  /** Where the draws of each fault begin: by its name, so that one fault more moves no dice of another. */
  private readonly index: Int32Array;
  private readonly classDraws: readonly FirstDraw[];

  constructor(faults: readonly PersistentFault[], names: readonly string[], stream: Stream) {
    this.faults = faults;
    this.stream = stream;
    this.index = addresses(names, BLOCKS).map((block) => block * DRAWS_A_FAULT);
    this.classDraws = Array.from(this.index, (index) => new FirstDraw(stream, index));
    this.kind = new Uint8Array(faults.length);
    this.failures = new Int32Array(faults.length);
    this.successes = new Int32Array(faults.length);
    this.owner = new Int32Array(faults.length).fill(-1);
    this.chance = new Float64Array(faults.length);
    this.firstUniform = new Float64Array(faults.length);
  }

  /** The words that say what each installation drawn ahead has of fault `f`, and that of its first attempt. */
  wordsOf(f: number): FirstDraw {
    return this.classDraws[f] as FirstDraw;
  }

  /** Draws the class of fault `f` for the installations that come next. */
  ahead(f: number, from: number, count: number): void {
    (this.classDraws[f] as FirstDraw).ahead(from, count);
  }

  begin(entity: number): void {
    this.entity = entity;
    this.turn += 1;
  }

  /** Whether fault `f` strikes the next time its step is taken. One call a step taken: the answer is part of the state. */
  strikes(f: number, at: Instant): boolean {
    const fault = this.faults[f] as PersistentFault;
    if (this.owner[f] !== this.turn) this.open(f, fault);
    const kind = this.kind[f] as number;
    if (kind === HAS_NOT || at < fault.from || at >= fault.to) return false;
    const failures = this.failures[f] as number;
    if (failures >= fault.affectedMax) return false;
    if (kind === LIVE && this.succeeds(f, fault)) {
      this.successes[f] = (this.successes[f] as number) + 1;
      return false;
    }
    this.failures[f] = failures + 1;
    return true;
  }

  private open(f: number, fault: PersistentFault): void {
    this.owner[f] = this.turn;
    this.failures[f] = 0;
    this.successes[f] = 0;
    (this.classDraws[f] as FirstDraw).take(this.entity);
    const u = first();
    this.firstUniform[f] = second();
    const chance = firstChance(fault, u);
    this.chance[f] = chance;
    this.kind[f] = chance === NEVER_STRUCK ? HAS_NOT : chance === 0 ? DEAD : LIVE;
  }

  /** Strikes out those of the installations drawn ahead whose first attempt, at `at`, is struck. Nothing is opened. */
  sift(f: number, count: number, at: Float64Array): void {
    const fault = this.faults[f] as PersistentFault;
    const { first: a, second: b } = this.classDraws[f] as FirstDraw;
    const { from, to } = fault;
    for (let i = 0; i < count; i += 1) {
      if (uniform(b[i] as number) < firstChance(fault, uniform(a[i] as number))) continue;
      const instant = at[i] as number;
      if (instant >= from && instant < to) at[i] = FOREVER;
    }
  }

  private succeeds(f: number, fault: PersistentFault): boolean {
    const failures = this.failures[f] as number;
    const successes = this.successes[f] as number;
    const tried = failures + successes;
    const chance = fault.classes
      ? (this.chance[f] as number)
      : (fault.betaA + successes) / (fault.betaA + fault.betaB + tried);
    if (tried === 0) return (this.firstUniform[f] as number) < chance;
    // Two attempts share a draw: its words serve them in turn.
    this.stream.draw(this.entity, (this.index[f] as number) + 1 + ((tried - 1) >> 1));
    return ((tried & 1) === 1 ? first() : second()) < chance;
  }

  /** A number that stays with the fault on this installation: which code of a family its failures carry. */
  pick(f: number, size: number): number {
    return Math.floor(this.stream.uniform(this.entity, (this.index[f] as number) + DRAWS_A_FAULT - 1) * size);
  }

  /** Failures so far of fault `f` on this installation, for the story. */
  failuresOf(f: number): number {
    return this.owner[f] === this.turn ? (this.failures[f] as number) : 0;
  }

  /** Success chance of fault `f` on this installation, for the story; null: it is never drawn (Beta). */
  chanceOf(f: number): number | null {
    if (this.kind[f] === DEAD) return 0;
    return (this.faults[f] as PersistentFault).classes ? (this.chance[f] as number) : null;
  }
}
