/**
 * The values of a device that came so far, and what belongs to a value: its scaler and unit, the columns of a profile,
 * the selection of a range. No attribute is asked for twice.
 */
import { deviationOf } from '../cosem/dateTime.ts';
import { obisText } from '../cosem/object.ts';
import { objectText } from '../decode/words/dlmsNames.ts';
import { scaledText, scalingOf, type Scaling } from '../decode/words/unitNames.ts';
import type { Descriptor, Selection } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { Live } from '../headend/associate.ts';
import { CLOCK_TIME } from '../headend/objects.ts';
import { converse, type Procedure } from '../headend/procedure.ts';
import type { ReadAttribute, ReadColumn } from './deviceReading.ts';
import { capturedBy, selectionOf, type Captured } from './profileSelection.ts';
import type { AskedRange } from './readingTargets.ts';

const PROFILE = 7;
/** The attribute that holds scaler and unit, by class, and the attributes that it is about. */
const SCALINGS: Readonly<Record<number, { readonly at: number; readonly of: readonly number[] }>> = {
  3: { at: 3, of: [2] },
  4: { at: 3, of: [2] },
  5: { at: 4, of: [2, 3] },
};

export class KnownValues {
  /** Undefined stands for an attribute that the device does not give. */
  private readonly values = new Map<string, Data | undefined>();
  private deviation: { readonly minutes: number | undefined } | undefined;

  known(target: Descriptor): Data | undefined {
    return this.values.get(keyOf(target));
  }

  keep(target: Descriptor, value: Data): void {
    this.values.set(keyOf(target), value);
  }

  /** The value of a register times ten to its scaler, and its unit; empty for what has none. */
  *quantity(live: Live, target: Descriptor, value: Data): Procedure<Pick<ReadAttribute, 'scaled' | 'unit'>> {
    const scaling = yield* this.scaling(live, target);
    if (!scaling) return {};
    const scaled = scaledText(value, scaling);
    return { ...(scaled !== undefined && { scaled }), ...(scaling.unit !== undefined && { unit: scaling.unit }) };
  }

  /** The columns of a profile. */
  *columns(live: Live, profile: string): Procedure<ReadColumn[]> {
    const columns: ReadColumn[] = [];
    for (const { classId, ln, attribute } of capturedBy(yield* this.captureObjects(live, profile))) {
      const scaling = yield* this.scaling(live, { classId, ln, id: attribute });
      columns.push({
        class: classId,
        object: obisText(ln),
        attribute,
        name: objectText(classId, ln),
        ...(scaling && { scaler: scaling.scaler, ...(scaling.unit !== undefined && { unit: scaling.unit }) }),
      });
    }
    return columns;
  }

  /** What a profile captures. */
  *captured(live: Live, profile: string): Procedure<readonly Captured[]> {
    return capturedBy(yield* this.captureObjects(live, profile));
  }

  /** The selection of a range of a profile; a text if it cannot be asked for. */
  *selection(live: Live, profile: string, range: AskedRange): Procedure<Selection | string> {
    const columns = capturedBy(yield* this.captureObjects(live, profile));
    if (range.by === 'time' && this.deviation === undefined)
      this.deviation = { minutes: deviationOf(yield* this.aside(live, CLOCK_TIME)) };
    return selectionOf(range, columns, this.deviation?.minutes);
  }

  /** Reads an attribute that another one needs. Undefined if there is none. */
  private *aside(live: Live, target: Descriptor): Procedure<Data | undefined> {
    const key = keyOf(target);
    if (this.values.has(key)) return this.values.get(key);
    const read = yield* converse(live.client.get(target));
    // A lost answer says nothing of the attribute.
    if (read.ok || read.error.kind !== 'lost') this.values.set(key, read.ok ? read.value : undefined);
    return read.ok ? read.value : undefined;
  }

  /** The scaler and unit of an attribute; undefined for one that has none. */
  private *scaling(live: Live, { classId, ln, id }: Descriptor): Procedure<Scaling | undefined> {
    const row = SCALINGS[classId];
    return row?.of.includes(id) ? scalingOf(yield* this.aside(live, { classId, ln, id: row.at })) : undefined;
  }

  private *captureObjects(live: Live, profile: string): Procedure<Data | undefined> {
    return yield* this.aside(live, { classId: PROFILE, ln: profile, id: 3 });
  }
}

function keyOf({ classId, ln, id }: Descriptor): string {
  return `${classId} ${ln} ${id}`;
}
