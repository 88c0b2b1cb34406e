/**
 * What an installation is at the start. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { int, type f64, type i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';
import { Picker } from '../world/dice/durations.ts';
import { first, second, type Stream } from '../world/dice/draws.ts';
import { AREAS } from './populationCodes.ts';

/** Draws of the attribute stream. */
const ENTRY: i32 = 0;
const PLACE: i32 = 1;
const NAMES: i32 = 2;

/** What a population says of its installations, as numbers. */
export class AttributeShares {
  isMixed: boolean = false;
  isDormant: boolean = false;
  gasShare: f64 = 1;
  prepaymentShare: f64 = 0;
  /** DMCs by share; asked only where the population names some. */
  hasModels: boolean = false;
  models: Picker = new Picker(new Float64Array(0));

  exchange(numbers: NumberStream): void {
    this.isMixed = numbers.flag(this.isMixed);
    this.isDormant = numbers.flag(this.isDormant);
    this.gasShare = numbers.real(this.gasShare);
    this.prepaymentShare = numbers.real(this.prepaymentShare);
    this.hasModels = numbers.flag(this.hasModels);
    this.models.exchange(numbers);
  }
}

/** What all populations share, as numbers. */
export class SharedShares {
  operators: Picker = new Picker(new Float64Array(0));
  hubModels: Picker = new Picker(new Float64Array(0));
  suppliers: Picker = new Picker(new Float64Array(0));
  unknownSupplierShare: f64 = 0;
  sameSupplierShare: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.operators.exchange(numbers);
    this.hubModels.exchange(numbers);
    this.suppliers.exchange(numbers);
    this.unknownSupplierShare = numbers.real(this.unknownSupplierShare);
    this.sameSupplierShare = numbers.real(this.sameSupplierShare);
  }
}

/**
 * The attributes of one installation at a time. `begin` draws what a life always needs; place, model and suppliers are drawn
 * only when somebody asks for them.
 */
export class Attributes {
  /** Uniform of the place in the entry curves: the same for instructions and attempts, so that ranks agree. */
  entry: f64 = 0;
  /** Uniform that says whether the Master Key is held, missing or wrong. */
  key: f64 = 0;
  hasGsme: boolean = false;
  esmeDormant: boolean = false;
  gsmeDormant: boolean = false;
  electricityCredit: boolean = true;
  gasCredit: boolean = true;

  /** Whether operator, hub model, area and model have been drawn. */
  placed: boolean = false;
  operator: i32 = 0;
  hubModel: i32 = 0;
  /** Distribution area, from 0. */
  area: i32 = 0;
  /** Position among the population's models; -1: the standard model. */
  model: i32 = -1;

  /** Suppliers by number from 1; 0: not known to DCC. */
  electricitySupplier: i32 = 0;
  gasSupplier: i32 = 0;

  private entity: i32 = 0;
  private own: AttributeShares = new AttributeShares();
  private readonly shared: SharedShares;
  private readonly stream: Stream;

  constructor(shared: SharedShares, stream: Stream) {
    this.shared = shared;
    this.stream = stream;
  }

  begin(entity: i32, own: AttributeShares): void {
    this.placed = false;
    this.entity = entity;
    this.own = own;
    this.stream.draw(entity, ENTRY);
    this.entry = first();
    let u = second();
    const isMixed = own.isMixed;
    const gasShare = own.gasShare;
    const prepaymentShare = own.prepaymentShare;
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
    this.esmeDormant = own.isDormant || esmeSide;
    this.gsmeDormant = this.hasGsme && (isMixed ? !this.esmeDormant : own.isDormant);
  }

  /** Draws operator, hub model, area and device model, once an installation. */
  place(): void {
    if (this.placed) return;
    this.placed = true;
    this.stream.draw(this.entity, PLACE);
    const u = second() * AREAS;
    this.operator = this.shared.operators.pick(first());
    this.hubModel = this.shared.hubModels.pick(this.shared.operators.rest);
    this.area = int(u);
    this.model = this.own.hasModels ? this.own.models.pick(u - this.area) : -1;
  }

  /** Draws the suppliers at the start. */
  drawSuppliers(): void {
    this.stream.draw(this.entity, NAMES);
    const u = second();
    this.electricitySupplier = this.supplier(first());
    const same = this.shared.sameSupplierShare;
    if (!this.hasGsme) this.gasSupplier = 0;
    else if (u < same) this.gasSupplier = this.electricitySupplier;
    else this.gasSupplier = this.supplier((u - same) / (1 - same));
  }

  /** A supplier for a uniform: its number, or 0 for one not known to DCC. */
  supplier(u: f64): i32 {
    const unknown = this.shared.unknownSupplierShare;
    if (u < unknown) return 0;
    return 1 + this.shared.suppliers.pick((u - unknown) / (1 - unknown));
  }
}
