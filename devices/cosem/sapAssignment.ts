/** Class 17, SAP assignment: which logical devices are here. Blue Book 4.4.5. */
import { RESULT } from '../dlms/apdu/apdu.ts';
import { array, structure, text, uint16 } from '../dlms/encoding/values.ts';
import { derived, obis } from './object.ts';
import type { CosemObject } from './deviceModel.ts';

export function sapAssignment(rights: CosemObject['rights']): CosemObject {
  return {
    classId: 17,
    version: 0,
    ln: obis('0.0.41.0.0.255'),
    attributes: [
      derived((env) => {
        const { saps } = env.device.model;
        const list = saps.length > 0 ? saps : [{ sap: 1, name: env.device.identity.name }];
        return array(list.map(({ sap, name }) => structure(uint16(sap), text(name))));
      }),
    ],
    methods: [() => RESULT.readWriteDenied],
    rights,
  };
}
