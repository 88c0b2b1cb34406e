/**
 * Translates a WebAssembly module to JavaScript, for a page whose policy or browser bars WebAssembly. The kernel's life then
 * stands in a page once, in its compiled form, and both ways run the same instructions. The translation is plain: each slot of
 * the machine's stack is a variable, each block a labelled statement. It knows the instructions that the life uses and refuses
 * any other.
 */
import { BINARY, LOADS, STORES, UNARY } from './wasmInstructions.ts';
import { WasmReader } from './wasmReader.ts';

interface Signature {
  readonly params: number;
  readonly results: number;
}

/** A block that is open while a function is translated. */
interface Open {
  readonly kind: 'function' | 'block' | 'loop' | 'if';
  /** Height of the stack when the block began. */
  readonly height: number;
  /** 1 if the block leaves a value. */
  readonly results: number;
}

const I32 = 0x7f;
const F64 = 0x7c;
const NO_VALUE = 0x40;
const PAGE = 65_536;

/**
 * The text of an expression: a function that takes the imports and returns the exports of a new instance, as
 * `WebAssembly.Instance` does. A trap is a thrown error.
 * @throws Error for a module with something that the life does not use
 */
export function wasmScript(bytes: Uint8Array): string {
  return new Translation(new WasmReader(bytes)).text();
}

class Translation {
  readonly #types: Signature[] = [];
  readonly #functions: Signature[] = [];
  readonly #parts: string[] = [];
  readonly #exported: string[] = [];
  #imported = 0;
  #globals = 0;
  #start = '';
  readonly #reader: WasmReader;

  constructor(reader: WasmReader) {
    this.#reader = reader;
  }

  text(): string {
    const reader = this.#reader;
    for (const { id, end } of reader.sections()) {
      this.#section(id);
      if (reader.at !== end && id !== 0) throw new Error(`section ${id} ends at ${reader.at}, not at ${end}`);
    }
    const views = ['I8=new Int8Array(B)', 'U8=new Uint8Array(B)', 'I16=new Int16Array(B)', 'U16=new Uint16Array(B)', 'I32=new Int32Array(B)', 'F64=new Float64Array(B)']; // prettier-ignore
    return [
      '(imports)=>{"use strict";let B,I8,U8,I16,U16,I32,F64;',
      `const view=(b)=>{B=b;${views.join(';')}};`,
      'const trap=()=>{throw new Error("the compiled life has stopped")};',
      `const grow=(n)=>{const o=B.byteLength,b=new ArrayBuffer(o+n*${PAGE});new Uint8Array(b).set(U8);view(b);return o/${PAGE}};`,
      ...this.#parts,
      `${this.#start}return{${this.#exported.join()}}}`,
    ].join('\n');
  }

  #section(id: number): void {
    const reader = this.#reader;
    const each = (read: (i: number) => void): void => {
      const count = reader.u32();
      for (let i = 0; i < count; i += 1) read(i);
    };
    if (id === 0) reader.skipSection();
    else if (id === 1) each(() => this.#type());
    else if (id === 2) each(() => this.#import());
    else if (id === 3) each(() => this.#functions.push(this.#types[reader.u32()] as Signature));
    else if (id === 5) each(() => this.#memory());
    else if (id === 6) each(() => this.#global());
    else if (id === 7) each(() => this.#export());
    else if (id === 8) this.#start = `f${reader.u32()}();`;
    else if (id === 10) each((i) => this.#code(this.#imported + i));
    else if (id === 11) each(() => this.#data());
    else if (id === 12) reader.u32();
    else throw new Error(`a section ${id}, which no life has`);
  }

  #type(): void {
    const reader = this.#reader;
    reader.expect(0x60);
    const params = reader.u32();
    for (let i = 0; i < params; i += 1) reader.u8();
    const results = reader.u32();
    for (let i = 0; i < results; i += 1) reader.u8();
    this.#types.push({ params, results });
  }

  #import(): void {
    const reader = this.#reader;
    const [module, name] = [reader.text(), reader.text()];
    reader.expect(0);
    this.#parts.push(`const f${this.#imported}=imports.${module}.${name};`);
    this.#functions.push(this.#types[reader.u32()] as Signature);
    this.#imported += 1;
  }

  #memory(): void {
    const hasMost = this.#reader.u8() === 1;
    this.#parts.push(`view(new ArrayBuffer(${this.#reader.u32() * PAGE}));`);
    if (hasMost) this.#reader.u32();
  }

  #global(): void {
    this.#reader.u8();
    this.#reader.u8();
    this.#parts.push(`let g${this.#globals}=${this.#constant()};`);
    this.#globals += 1;
  }

  /** An expression that is known before anything runs. */
  #constant(): string {
    const reader = this.#reader;
    const code = reader.u8();
    const text = code === 0x41 ? String(reader.s32()) : code === 0x44 ? numberText(reader.f64()) : `g${reader.u32()}`;
    if (code !== 0x41 && code !== 0x44 && code !== 0x23) throw new Error(`a constant of instruction ${code}`);
    reader.expect(0x0b);
    return text;
  }

  #export(): void {
    const reader = this.#reader;
    const name = reader.text();
    const kind = reader.u8();
    const index = reader.u32();
    this.#exported.push(kind === 2 ? `${name}:{get buffer(){return B}}` : `${name}:${kind === 0 ? 'f' : 'g'}${index}`);
  }

  #data(): void {
    const reader = this.#reader;
    reader.expect(0);
    const at = this.#constant();
    this.#parts.push(`U8.set([${reader.take(reader.u32()).join()}],${at});`);
  }

  #code(index: number): void {
    const reader = this.#reader;
    reader.u32();
    const { params, results } = this.#functions[index] as Signature;
    let locals = params;
    for (let groups = reader.u32(); groups > 0; groups -= 1) {
      locals += reader.u32();
      reader.u8();
    }
    const body = new Body(reader, results, this.#functions);
    const statements = body.statements();
    const names = (prefix: string, from: number, to: number, set = ''): string[] => Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}${set}`); // prettier-ignore
    const declared = [...names('l', params, locals, '=0'), ...names('s', 0, body.slots, '=0')];
    const head = declared.length === 0 ? '' : `let ${declared.join()};`;
    this.#parts.push(`function f${index}(${names('l', 0, params).join()}){${head}${statements}}`);
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** One function. */
class Body {
  /** The most slots that the stack has had. */
  slots = 0;
  #height = 0;
  readonly #open: Open[];
  readonly #reader: WasmReader;
  readonly #functions: readonly Signature[];
  #out = '';

  constructor(reader: WasmReader, results: number, functions: readonly Signature[]) {
    this.#reader = reader;
    this.#functions = functions;
    this.#open = [{ kind: 'function', height: 0, results }];
  }

  statements(): string {
    while (this.#open.length > 0) this.#instruction();
    return this.#out;
  }

  #push(expression: string): void {
    const slot = `s${this.#height}`;
    this.#height += 1;
    this.slots = Math.max(this.slots, this.#height);
    if (expression !== slot) this.#out += `${slot}=${expression};`;
  }

  #pop(): string {
    this.#height -= 1;
    return `s${this.#height}`;
  }

  #instruction(): void {
    const reader = this.#reader;
    const code = reader.u8();
    const unary = UNARY[code];
    const binary = BINARY[code];
    const load = LOADS[code];
    const store = STORES[code];
    if (unary !== undefined) this.#push(unary.replaceAll('X', this.#pop()));
    else if (binary !== undefined) {
      const b = this.#pop();
      this.#push(binary.replaceAll('Y', b).replaceAll('X', this.#pop()));
    } else if (load !== undefined) this.#push(this.#place(load));
    else if (store !== undefined) {
      const value = this.#pop();
      this.#out += `${this.#place(store)}=${value};`;
    } else this.#other(code);
  }

  /** A place of memory. Its address is the value on top of the stack and an offset. */
  #place(view: string): string {
    this.#reader.u32();
    const offset = this.#reader.u32();
    const base = this.#pop();
    return view.replace('X', offset === 0 ? base : `${base}+${offset}`);
  }

  #other(code: number): void {
    const reader = this.#reader;
    if (code === 0x20) this.#push(`l${reader.u32()}`);
    else if (code === 0x21) this.#out += `l${reader.u32()}=${this.#pop()};`;
    else if (code === 0x22) this.#out += `l${reader.u32()}=s${this.#height - 1};`;
    else if (code === 0x23) this.#push(`g${reader.u32()}`);
    else if (code === 0x24) this.#out += `g${reader.u32()}=${this.#pop()};`;
    else if (code === 0x41) this.#push(String(reader.s32()));
    else if (code === 0x44) this.#push(numberText(reader.f64()));
    else if (code === 0x1a) this.#pop();
    else if (code === 0x1b) {
      const [chosen, b] = [this.#pop(), this.#pop()];
      this.#out += `if(!${chosen})s${this.#height - 1}=${b};`;
    } else if (code === 0x10) this.#call(reader.u32());
    else if (code === 0x3f) {
      reader.u8();
      this.#push(`B.byteLength/${PAGE}`);
    } else if (code === 0x40) {
      reader.u8();
      this.#push(`grow(${this.#pop()})`);
    } else if (code === 0xfc) this.#miscellaneous(reader.u32());
    else this.#structure(code);
  }

  #call(index: number): void {
    const { params, results } = this.#functions[index] as Signature;
    this.#height -= params;
    const call = `f${index}(${Array.from({ length: params }, (_, i) => `s${this.#height + i}`).join()})`;
    if (results > 0) this.#push(call);
    else this.#out += `${call};`;
  }

  #miscellaneous(code: number): void {
    const reader = this.#reader;
    if (code === 2) {
      const a = this.#pop();
      this.#push(`Math.max(-2147483648,Math.min(2147483647,${a}))|0`);
    } else if (code === 3) {
      const a = this.#pop();
      this.#push(`Math.max(0,Math.min(4294967295,${a}))>>>0|0`);
    } else if (code === 10) {
      reader.u32();
      reader.u32();
      const [length, from, to] = [this.#pop(), this.#pop(), this.#pop()];
      this.#out += `U8.copyWithin(${to},${from},${from}+${length});`;
    } else if (code === 11) {
      reader.u32();
      const [length, value, to] = [this.#pop(), this.#pop(), this.#pop()];
      this.#out += `U8.fill(${value},${to},${to}+${length});`;
    } else throw new Error(`an instruction 0xfc ${code}, which no life has`);
  }

  #structure(code: number): void {
    const reader = this.#reader;
    if (code === 0x01) return;
    if (code === 0x02 || code === 0x03 || code === 0x04) this.#begin(code);
    else if (code === 0x05) this.#otherwise();
    else if (code === 0x0b) this.#end();
    else if (code === 0x0c) this.#leaving(this.#branch(reader.u32()));
    else if (code === 0x0d) {
      const condition = this.#pop();
      this.#out += `if(${condition}){${this.#branch(reader.u32())}}`;
    } else if (code === 0x0e) {
      const targets = Array.from({ length: reader.u32() }, () => reader.u32());
      const last = reader.u32();
      const chosen = this.#pop();
      const cases = targets.map((target, i) => `case ${i}:${this.#branch(target)}`);
      this.#leaving(`switch(${chosen}){${cases.join('')}default:${this.#branch(last)}}`);
    } else if (code === 0x0f) this.#leaving(this.#branch(this.#open.length - 1));
    else if (code === 0x00) this.#leaving('trap();');
    else throw new Error(`an instruction 0x${code.toString(16)}, which no life has`);
  }

  #begin(code: number): void {
    const type = this.#reader.u8();
    if (type !== NO_VALUE && type !== I32 && type !== F64) throw new Error(`a block of type ${type}`);
    const condition = code === 0x04 ? this.#pop() : '';
    const kind = code === 0x02 ? 'block' : code === 0x03 ? 'loop' : 'if';
    const label = `L${this.#open.length}:`;
    this.#out += label + (kind === 'block' ? '{' : kind === 'loop' ? 'for(;;){' : `if(${condition}){`);
    this.#open.push({ kind, height: this.#height, results: type === NO_VALUE ? 0 : 1 });
  }

  #otherwise(): void {
    this.#height = (this.#open.at(-1) as Open).height;
    this.#out += '}else{';
  }

  #end(): void {
    const { kind, height, results } = this.#open.pop() as Open;
    if (kind === 'function') {
      if (results > 0 && this.#height > 0) this.#out += `return s${this.#height - 1};`;
      return;
    }
    this.#out += kind === 'loop' ? 'break}' : '}';
    this.#height = height + results;
    // A block that is left only by branches has had no value on the stack.
    this.slots = Math.max(this.slots, this.#height);
  }

  /** Statements that go to the block so many levels further out. The value that it leaves is on top of the stack. */
  #branch(depth: number): string {
    const at = this.#open.length - 1 - depth;
    const { kind, height, results } = this.#open[at] as Open;
    if (kind === 'function') return results > 0 ? `return s${this.#height - 1};` : 'return;';
    if (kind === 'loop') return `continue L${at};`;
    const moved = results > 0 && this.#height - 1 !== height ? `s${height}=s${this.#height - 1};` : '';
    return `${moved}break L${at};`;
  }

  /** Adds statements after which nothing of the block runs, and passes over what still stands there. */
  #leaving(statements: string): void {
    this.#out += statements;
    const [out, slots, height] = [this.#out, this.slots, this.#height];
    const depth = this.#open.length;
    for (;;) {
      const code = this.#reader.peek();
      if (this.#open.length === depth && (code === 0x0b || code === 0x05)) break;
      // What is passed over may take values that nothing has left: three at most.
      this.#height += 3;
      this.#instruction();
    }
    [this.#out, this.slots, this.#height] = [out, slots, height];
  }
}
