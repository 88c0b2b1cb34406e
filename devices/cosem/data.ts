/** Class 1, Data: a value. Blue Book 4.3.1. */
import type { Data } from '../dlms/encoding/axdr.ts';
import { derived, obis } from './object.ts';
import type { Attribute, CosemObject, Env } from './deviceModel.ts';

/** Returns a Data object with the given attribute as its value. */
export function dataObject(name: string, value: Attribute, rights: CosemObject['rights']): CosemObject {
  return { classId: 1, version: 0, ln: obis(name), attributes: [value], methods: [], rights };
}

/** Returns a Data object whose value is read from the device. */
export function derivedData(name: string, read: (env: Env) => Data, rights: CosemObject['rights']): CosemObject {
  return dataObject(name, derived(read), rights);
}
