import { AREA_MAX, AREA_MIN } from '../../src/installation/identifiers.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Picker } from '../world/dice/distributions.ts';
import { first, second, uniform, type Stream } from '../world/dice/draws.ts';
import { FirstDraw } from '../world/dice/firstDraw.ts';
import type { Group } from './groups.ts';

const AREAS = AREA_MAX - AREA_MIN + 1;
/** Draws of the attribute stream. */
const ENTRY = 0;
const PLACE = 1;
const NAMES = 2;

export interface AttributeColumns {
  readonly entry: Float64Array;
  readonly key: Float64Array;
  readonly gas: Uint8Array;
}

/**
 * What an installation is at the start, drawn for one at a time. What the walk always needs is drawn by `begin`; place,
 * model and suppliers only when asked for (a draw costs about 30 ns).
 */
export class Attributes {
  /** Uniform of the place in the entry curves: the same for instructions and attempts, so that ranks agree. */
  entry = 0;
  /** Uniform that says whether the Master Key is held, missing or wrong. */
  key = 0;
  hasGsme = false;
  esmeDormant = false;
  gsmeDormant = false;
  electricityCredit = true;
  gasCredit = true;

  /** Whether what follows has been drawn of the installation at hand. */
  placed = false;
  operator = 0;
  hubModel = 0;
  /** Distribution area, from 0. */
  area = 0;
  /** Position among the group's models; -1: the standard model. */
  model = -1;

  /** Suppliers by number from 1; 0: not known to DCC. */
  electricitySupplier = 0;
  gasSupplier = 0;

  private entity = 0;
  private group: Group | null = null;
  private readonly stream: Stream;
  readonly entryDraw: FirstDraw;
  private readonly placeDraw: FirstDraw;
  private readonly operators: Picker;
  private readonly hubModels: Picker;
  private readonly suppliers: Picker;
  private readonly unknownShare: number;
  private readonly sameShare: number;

  constructor(scenario: Scenario, stream: Stream) {
    this.stream = stream;
    this.entryDraw = new FirstDraw(stream, ENTRY);
    this.placeDraw = new FirstDraw(stream, PLACE);
    this.operators = new Picker(Object.values(scenario.operators));
    this.hubModels = new Picker(Object.values(scenario.hubModels));
    this.suppliers = new Picker(Object.values(scenario.suppliers));
    this.unknownShare = scenario.unknownSupplierShare;
    this.sameShare = scenario.sameSupplierShare;
  }

  /** Draws the first words of the installations that come next. */
  ahead(from: number, count: number, places: boolean): void {
    this.entryDraw.ahead(from, count);
    if (places) this.placeDraw.ahead(from, count);
  }

  /** What the attempt of each installation drawn ahead, [from, from + count), depends on, as columns. */
  sift(group: Group, from: number, count: number, { entry, key, gas }: AttributeColumns): void {
    const { isMixed, gasShare, prepaymentShare } = group;
    if (isMixed || gasShare < 1 || prepaymentShare > 0) {
      for (let i = 0; i < count; i += 1) {
        this.begin(from + i, group);
        entry[i] = this.entry;
        key[i] = this.key;
        gas[i] = this.hasGsme ? 1 : 0;
      }
      return;
    }
    // Nothing takes a share of the second word before the key does.
    const { first: a, second: b } = this.entryDraw;
    for (let i = 0; i < count; i += 1) {
      entry[i] = uniform(a[i] as number);
      key[i] = uniform(b[i] as number);
      gas[i] = 1;
    }
  }

  begin(entity: number, group: Group): void {
    this.placed = false;
    this.entity = entity;
    this.group = group;
    this.entryDraw.take(entity);
    this.entry = first();
    let u = second();
    const { isMixed, isDormant, gasShare, prepaymentShare } = group;
    // One uniform serves several choices: each takes its share and hands on the rest, rescaled.
    this.hasGsme = isMixed || gasShare >= 1 || u < gasShare;
    if (!isMixed && gasShare < 1) u = u < gasShare ? u / gasShare : (u - gasShare) / (1 - gasShare);
    this.electricityCredit = true;
    this.gasCredit = true;
    if (prepaymentShare > 0) {
      this.electricityCredit = u >= prepaymentShare;
      u = u < prepaymentShare ? u / prepaymentShare : (u - prepaymentShare) / (1 - prepaymentShare);
      this.gasCredit = u >= prepaymentShare;
      u = u < prepaymentShare ? u / prepaymentShare : (u - prepaymentShare) / (1 - prepaymentShare);
    }
    let esmeSide = false;
    if (isMixed) {
      esmeSide = u < 0.5;
      u = esmeSide ? u * 2 : u * 2 - 1;
    }
    this.key = u;
    this.esmeDormant = isDormant || esmeSide;
    this.gsmeDormant = this.hasGsme && (isMixed ? !this.esmeDormant : isDormant);
  }

  /** Draws operator, hub model, area and device model, once an installation. */
  place(): void {
    if (this.placed) return;
    this.placed = true;
    this.drawPlace(this.entity);
  }

  /** The same for any installation of the group. */
  drawPlace(entity: number): void {
    this.placeDraw.take(entity);
    this.operator = this.operators.pick(first());
    this.hubModel = this.hubModels.pick(this.operators.rest);
    const u = second() * AREAS;
    this.area = Math.floor(u);
    const models = this.group?.models;
    this.model = models ? models.picker.pick(u - this.area) : -1;
  }

  /** Draws the suppliers at the start. */
  drawSuppliers(): void {
    this.stream.draw(this.entity, NAMES);
    this.electricitySupplier = this.supplier(first());
    let u = second();
    if (!this.hasGsme) {
      this.gasSupplier = 0;
    } else if (u < this.sameShare) {
      this.gasSupplier = this.electricitySupplier;
    } else {
      u = (u - this.sameShare) / (1 - this.sameShare);
      this.gasSupplier = this.supplier(u);
    }
  }

  /** A supplier for a uniform: its number, or 0 for one not known to DCC. */
  supplier(u: number): number {
    if (u < this.unknownShare) return 0;
    return 1 + this.suppliers.pick((u - this.unknownShare) / (1 - this.unknownShare));
  }
}
