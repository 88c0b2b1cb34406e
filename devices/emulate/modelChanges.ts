/** Applies a profile's changes to a persona's model: fixed values, additional objects and removed objects. */
import { dataObject } from '../cosem/data.ts';
import type { CosemObject, DeviceModel } from '../cosem/deviceModel.ts';
import { obis, rights, stored } from '../cosem/object.ts';
import { register } from '../cosem/register.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { ProfileDocument } from './profileSchema.ts';
import { VALUE_TYPES } from './typedValue.ts';

type Section = ProfileDocument['esme'];
type Added = NonNullable<Section['objects']>[number];

/** Returns the model with a section's changes; the same model if there are none. */
export function modelWith(model: DeviceModel, section: Section): DeviceModel {
  const { values = [], objects = [], without = [] } = section;
  if (values.length + objects.length + without.length === 0) return model;
  const gone = new Set(without.map(obis));
  const fixed = new Map(values.map((one) => [`${obis(one.object)} ${one.attribute}`, dataOf(one)]));
  const kept = model.objects.filter(({ ln }) => !gone.has(ln)).map((object) => withFixed(object, fixed));
  return { ...model, objects: [...kept, ...objects.map(addedObject)] };
}

/** Returns the value as COSEM data. The loader has checked that it fits. */
function dataOf(one: { readonly type: keyof typeof VALUE_TYPES; readonly value: unknown }): Data {
  const data = VALUE_TYPES[one.type].read(one.value);
  if (data === undefined) throw new Error(`a value of type ${one.type} that was never checked`);
  return data;
}

function withFixed(object: CosemObject, fixed: ReadonlyMap<string, Data>): CosemObject {
  const attributes = object.attributes.map((attribute, i) => {
    const value = fixed.get(`${object.ln} ${i + 2}`);
    return value === undefined ? attribute : { ...attribute, read: () => value };
  });
  return { ...object, attributes };
}

function addedObject(added: Added): CosemObject {
  const { object: name, public: isPublic } = added;
  const value = dataOf(added);
  const isWritable = added.class === 'data' && added.writable;
  const letters = added.class === 'data' ? 'r' : 'rr';
  const table = rights({
    ...(isPublic && { public: letters }),
    reader: letters,
    management: isWritable ? 'b' : letters,
  });
  if (added.class === 'register') {
    return register({ name, read: () => value, scaler: added.scaler, unit: added.unit, rights: table });
  }
  return dataObject(name, stored(`added ${obis(name)}`, value), table);
}
