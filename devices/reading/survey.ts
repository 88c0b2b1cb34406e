/**
 * Reads objects of a device as a procedure of a head-end. It asks with GET and nothing else. An answer that is lost is
 * asked for again in a new association; what the device refuses stands in the reading, in words.
 */
import { obis, obisText } from '../cosem/object.ts';
import { attributeCount, attributeName, isSecretAttribute } from '../decode/words/attributeNames.ts';
import { likelyClasses, objectText } from '../decode/words/dlmsNames.ts';
import { RESULT, type Descriptor, type Selection } from '../dlms/apdu/apdu.ts';
import { encodeData, type Data } from '../dlms/encoding/axdr.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import { within, type Live, type Peer } from '../headend/associate.ts';
import { converse, LOST, type Outcome, type Procedure, type WireError } from '../headend/procedure.ts';
import { wireErrorText } from '../headend/wireError.ts';
import type { ReadAttribute, ReadObject } from './deviceReading.ts';
import { KnownValues } from './knownValues.ts';
import { accessWords, readObjectList, type ListedObject } from './objectList.ts';
import { plainValue } from './plainValue.ts';
import { entriesWithin } from './profileSelection.ts';
import type { AskedObject, AskedRange } from './readingTargets.ts';
import { USUAL_OBJECTS } from './usualObjects.ts';

export interface SurveyOptions {
  readonly asked: readonly AskedObject[];
  /** `values`: every object of the association list with its values. `list`: the list alone. */
  readonly list: 'values' | 'list' | 'none';
  /** With `values`: the part of each profile to read. Default: all of it. */
  readonly range?: AskedRange;
  /** With `values`: false leaves the buffers of profiles out. Default true. */
  readonly buffers?: boolean;
  /** Called before each attribute is read. */
  readonly onProgress?: (progress: { readonly done: number; readonly of: number; readonly object: string }) => void;
  readonly onNote?: (note: string) => void;
}

export interface Surveyed {
  readonly objects: readonly ReadObject[];
  /** Why not everything was read. Undefined if it was. */
  readonly problem: WireError | undefined;
}

const PROFILE = 7;
const OBJECT_LIST: Descriptor = { classId: 15, ln: obis('0.0.40.0.0.255'), id: 2 };
/** After so many exceptions in a row the association may be gone, so a new one is made. */
const EXCEPTIONS_MAX = 3;
/** Classes to try for an object whose class is not given, after those that its name makes likely. */
const CLASSES: readonly number[] = [3, 4, 1, 5, 7, 8];
const NO_PROFILE = 'a range is of a profile (class 7), and this object is none';
const NOT_THAT_CLASS: readonly number[] = [RESULT.objectUndefined, RESULT.objectClassInconsistent, RESULT.objectUnavailable]; // prettier-ignore
/** For an object of a class that is not known here, attributes are tried up to this one. */
const UNKNOWN_ATTRIBUTES = 3;

interface Item {
  readonly object: Mutable;
  readonly id: number;
  readonly range: AskedRange | undefined;
  readonly access?: string;
  losses: number;
}

interface Mutable extends Omit<ReadObject, 'attributes' | 'class' | 'name'> {
  class: number;
  name: string;
  attributes: ReadAttribute[];
  readonly ln: string;
  /** Classes that may still be tried; the first is the present one. */
  candidates: readonly number[];
  /** Number of classes tried so far. */
  tried: number;
  /** True once the device has given a value of it: its class is then known. */
  isThere: boolean;
  isGuess: boolean;
  /** True if the user named no attribute: the class decides which there are. */
  readonly isWhole: boolean;
}

/** Reads what is asked for. An association that cannot be made ends it; what was read until then is kept. */
export function* survey(peer: Peer, options: SurveyOptions): Procedure<Surveyed> {
  const work = new Survey(options);
  for (let idle = 0; ;) {
    const before = work.done;
    const outcome: Outcome<undefined> = yield* within(peer, (live) => work.goOn(live));
    if (outcome.ok) return { objects: work.objects(), problem: undefined };
    idle = work.done === before ? idle + 1 : 0;
    if (outcome.error.kind !== 'lost' || !work.isUnderWay || idle > 1)
      return { objects: work.objects(), problem: outcome.error };
  }
}

class Survey {
  /** Attributes asked for so far. */
  done = 0;
  private readonly options: SurveyOptions;
  private readonly found: Mutable[] = [];
  private readonly pending: Item[] = [];
  private isListed: boolean;
  private hasBegun = false;
  private exceptions = 0;
  private readonly values = new KnownValues();

  constructor(options: SurveyOptions) {
    this.options = options;
    this.isListed = options.list === 'none';
    for (const asked of options.asked) this.plan(asked);
  }

  /** True once an association has been made. */
  get isUnderWay(): boolean {
    return this.hasBegun;
  }

  objects(): readonly ReadObject[] {
    return this.found.map(({ class: classId, version, object, name, attributes, methods }) => ({
      class: classId,
      ...(version !== undefined && { version }),
      object,
      name,
      attributes: attributes.toSorted((a, b) => a.attribute - b.attribute),
      ...(methods && { methods }),
    }));
  }

  *goOn(live: Live): Procedure<Outcome<undefined>> {
    this.hasBegun = true;
    this.exceptions = 0;
    if (!this.isListed) {
      const listed = yield* converse(live.client.get(OBJECT_LIST));
      if (!listed.ok && !isRefusal(listed.error)) return listed;
      this.isListed = true;
      if (listed.ok) this.planList(listed.value);
      else this.planWithoutList(wireErrorText(listed.error));
    }
    for (let item = this.pending[0]; item !== undefined; item = this.pending[0]) {
      const error = yield* this.readItem(live, item);
      if (error) return { ok: false, error };
      if (this.pending[0] === item) this.pending.shift();
    }
    return { ok: true, value: undefined };
  }

  // ---- the plan ---------------------------------------------------------------------------------------------------

  /** `isGuess`: nobody asked for the object, so it is not mentioned if it is not there. */
  private plan({ classId, ln, attribute, range }: AskedObject, isGuess = false): void {
    const likely = likelyClasses(ln);
    const usual = range ? [PROFILE] : [...likely, ...CLASSES.filter((one) => !likely.includes(one))];
    const candidates = classId === undefined ? usual : [classId];
    const isWhole = attribute === undefined && range === undefined;
    const object = this.newObject({ ln, candidates, isWhole });
    object.isGuess = isGuess;
    if (isWhole) this.planAttributes(object);
    else this.pending.push({ object, id: attribute ?? 2, range, losses: 0 });
  }

  private planAttributes(object: Mutable): void {
    const count = attributeCount(object.class) ?? UNKNOWN_ATTRIBUTES;
    for (let id = 2; id <= count; id++) this.pending.push({ object, id, range: undefined, losses: 0 });
  }

  private newObject(of: Pick<Mutable, 'ln' | 'candidates' | 'isWhole'>): Mutable {
    const [classId] = of.candidates as [number];
    const object: Mutable = {
      ...of,
      class: classId,
      object: obisText(of.ln),
      tried: 1,
      name: objectText(classId, of.ln),
      attributes: [],
      isThere: false,
      isGuess: false,
    };
    this.found.push(object);
    return object;
  }

  private planList(list: Data): void {
    const { objects, odd } = readObjectList(list);
    if (odd > 0) this.options.onNote?.(`the association list has ${odd} entries that are no object`);
    const words = accessWords(objects);
    for (const listed of objects) this.planListed(listed, words);
  }

  /** A device that refuses its list is asked for the usual objects instead. */
  private planWithoutList(why: string): void {
    const object = this.newObject({ ln: OBJECT_LIST.ln, candidates: [OBJECT_LIST.classId], isWhole: false });
    object.attributes.push(this.row(object, { id: OBJECT_LIST.id }, why));
    if (this.options.list === 'list') return;
    this.options.onNote?.(`the device gives no association list (${why}): the usual objects are tried instead`);
    for (const usual of USUAL_OBJECTS) {
      if (!this.found.some(({ ln }) => ln === usual.ln)) this.plan(usual, true);
    }
  }

  private planListed(listed: ListedObject, words: ReturnType<typeof accessWords>): void {
    const { list, range, buffers = true } = this.options;
    const { classId, version, ln } = listed;
    // What was asked for by name is read as asked.
    if (this.found.some((one) => one.ln === ln && one.candidates.includes(classId))) return;
    const object = this.newObject({ ln, candidates: [classId], isWhole: false });
    const methods = listed.methods.map(({ id, mode }) => ({ method: id, access: words.method(mode) }));
    Object.assign(object, { version, ...(methods.length > 0 && { methods }) });
    const rights = listed.attributes.length > 0 ? listed.attributes : byStandard(classId);
    for (const { id, mode } of rights) {
      const access = mode === undefined ? undefined : words.attribute(mode);
      const isBuffer = classId === PROFILE && id === 2;
      const mayRead = mode === undefined || words.mayRead(mode);
      const why = id === 1 || !mayRead ? 'not read' : isBuffer && !buffers ? 'buffers are left out' : undefined;
      if (list === 'list' || why !== undefined) {
        if (id !== 1) object.attributes.push(this.row(object, { id, access }, list === 'list' ? undefined : mayRead ? why : 'no right to read')); // prettier-ignore
      } else {
        this.pending.push({ object, id, range: isBuffer ? range : undefined, losses: 0, ...(access !== undefined && { access }) }); // prettier-ignore
      }
    }
  }

  private row(object: Mutable, of: { id: number; access?: string | undefined }, problem?: string): ReadAttribute {
    const name = attributeName(object.class, of.id);
    return {
      attribute: of.id,
      ...(name !== undefined && { name }),
      ...(of.access !== undefined && { access: of.access }),
      ...(problem !== undefined && { problem }),
    };
  }

  // ---- one attribute ----------------------------------------------------------------------------------------------

  /** Reads one attribute. An error ends the association. */
  private *readItem(live: Live, item: Item): Procedure<WireError | undefined> {
    const { object, id, range } = item;
    this.options.onProgress?.({
      done: this.done,
      of: this.done + this.pending.length,
      object: `${object.object}.${id}`,
    });
    if (isSecretAttribute(object.class, id)) return this.settle(item, { problem: 'not read: it holds a secret' });
    let selection: Selection | undefined;
    if (range) {
      const made = object.class === PROFILE ? yield* this.values.selection(live, object.ln, range) : NO_PROFILE;
      if (typeof made === 'string') return this.settle(item, { problem: made });
      selection = made;
    }
    const target = { classId: object.class, ln: object.ln, id };
    const known = selection ? undefined : this.values.known(target);
    if (known) return yield* this.took(live, item, known);
    const read = yield* converse(live.client.get(target, selection));
    if (read.ok) return yield* this.took(live, item, read.value);
    const { error } = read;
    if (error.kind === 'lost') {
      item.losses += 1;
      if (item.losses > 1) this.settle(item, { problem: wireErrorText(error) });
      return error;
    }
    if (error.kind === 'countersUsedUp' || error.kind === 'notAllowed') return error;
    if (error.kind === 'result' && NOT_THAT_CLASS.includes(error.result) && !object.isThere) {
      if (this.tryNextClass(item)) return undefined;
      if (object.isGuess) return this.dropped(object);
      if (object.tried > 1) return this.notFound(item, wireErrorText(error));
    }
    if (range && selection && isRefusal(error) && (yield* this.readWhole(live, item, wireErrorText(error))))
      return undefined;
    this.settle(item, { problem: wireErrorText(error) });
    this.exceptions = error.kind === 'exception' ? this.exceptions + 1 : 0;
    return this.exceptions >= EXCEPTIONS_MAX ? LOST.error : undefined;
  }

  /**
   * Reads the whole buffer of a profile that refuses the range, and keeps the entries within it. True if that gave a value.
   */
  private *readWhole(live: Live, item: Item, why: string): Procedure<boolean> {
    const { object, id, range } = item;
    const whole = yield* converse(live.client.get({ classId: object.class, ln: object.ln, id }));
    if (!whole.ok || !range) return false;
    const part = entriesWithin(whole.value, range, yield* this.values.captured(live, object.ln));
    const kept = part === undefined ? 'its entries bear no time, so all are shown' : 'the entries within it are shown';
    this.options.onNote?.(`${object.object}: the device refuses the range (${why}); the whole was read, and ${kept}`);
    yield* this.took(live, item, part ?? whole.value);
    return true;
  }

  private dropped(object: Mutable): undefined {
    this.forget(object);
    this.done += 1;
    this.found.splice(this.found.indexOf(object), 1);
    return undefined;
  }

  /** Takes the next class that an object without a given class may have. */
  private tryNextClass({ object, id, range }: Item): boolean {
    const [, ...others] = object.candidates;
    const [next] = others;
    if (next === undefined) return false;
    this.forget(object);
    object.tried += 1;
    Object.assign(object, { candidates: others, class: next, name: objectText(next, object.ln), attributes: [] });
    const later = this.pending.splice(0);
    if (object.isWhole) this.planAttributes(object);
    else this.pending.push({ object, id, range, losses: 0 });
    this.pending.push(...later);
    return true;
  }

  /** Takes what is still planned for an object off the plan. */
  private forget(object: Mutable): void {
    for (let i = this.pending.length - 1; i >= 0; i--)
      if (this.pending[i]!.object === object) this.pending.splice(i, 1);
  }

  /** The object is there under none of the usual classes. It is said once, of class 0, which is nobody's. */
  private notFound({ object, id }: Item, why: string): undefined {
    this.forget(object);
    this.done += 1;
    Object.assign(object, { class: 0, name: object.object });
    object.attributes = [{ attribute: id, problem: `${why}, under every class that was tried: name its class, as in 1/${object.object}` }]; // prettier-ignore
    return undefined;
  }

  private settle(item: Item, what: Partial<ReadAttribute>): undefined {
    const { object, id, access, range } = item;
    object.attributes.push({ ...this.row(object, { id, access }), ...(range && { range: range.text }), ...what });
    this.done += 1;
    const at = this.pending.indexOf(item);
    if (at >= 0) this.pending.splice(at, 1);
    return undefined;
  }

  private *took(live: Live, item: Item, value: Data): Procedure<WireError | undefined> {
    const { object, id } = item;
    this.exceptions = 0;
    object.isThere = true;
    const target = { classId: object.class, ln: object.ln, id };
    if (!item.range) this.values.keep(target, value);
    const shown: Partial<ReadAttribute> = {
      type: value.type,
      value: plainValue(value),
      axdr: toHex(encodeData(value)),
    };
    if (object.class === PROFILE && id === 2) {
      const columns = yield* this.values.columns(live, object.ln);
      return this.settle(item, { ...shown, ...(columns.length > 0 && { columns }) });
    }
    return this.settle(item, { ...shown, ...(yield* this.values.quantity(live, target, value)) });
  }
}

/** True if the device answered, and said no. */
function isRefusal({ kind }: WireError): boolean {
  return kind === 'result' || kind === 'exception' || kind === 'serviceError';
}

/** The attributes of a class by the standard, for a device whose list gives no rights. */
function byStandard(classId: number): readonly { readonly id: number; readonly mode?: number }[] {
  return Array.from({ length: (attributeCount(classId) ?? UNKNOWN_ATTRIBUTES) - 1 }, (_, i) => ({ id: i + 2 }));
}
