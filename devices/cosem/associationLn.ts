/**
 * Class 15, Association LN, version 1: what a client may see. object_list differs by client. 0.0.40.0.0.255 is always
 * the current association; the protocol core serves its method 1 (HLS). Blue Book 4.4.4.
 */
import { RESULT } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { fromHex } from '../dlms/encoding/bytes.ts';
import { array, bits, enumerated, int8, nothing, octets, structure, uint16, uint8 } from '../dlms/encoding/values.ts';
import type { CosemObject, DeviceModel, Env, ModelClient, Role } from './deviceModel.ts';
import { attributeMode, derived, methodMode, obis } from './object.ts';

const CONTEXT_NAME = fromHex('608574050801');
const MECHANISM_NAME = fromHex('608574050802');
const lists = new WeakMap<DeviceModel, Map<Role, Data>>();

/** Returns object_list for a role. It is encoded once for each model and shared by all its devices. */
function objectList(model: DeviceModel, role: Role): Data {
  let byRole = lists.get(model);
  if (!byRole) lists.set(model, (byRole = new Map<Role, Data>()));
  let list = byRole.get(role);
  if (!list) byRole.set(role, (list = array(model.objects.flatMap((object) => listEntry(object, role)))));
  return list;
}

function listEntry(object: CosemObject, role: Role): Data[] {
  const rights = object.rights[role];
  if (!rights) return [];
  const attributes = [undefined, ...object.attributes].map((attribute, i) => {
    const selectors = attribute?.selectors ? array(attribute.selectors.map(int8)) : nothing;
    return structure(int8(i + 1), enumerated(attributeMode(rights, i + 1)), selectors);
  });
  const methods = object.methods.map((_, i) => structure(int8(i + 1), enumerated(methodMode(rights, i + 1))));
  return [
    structure(
      uint16(object.classId),
      uint8(object.version),
      octets(fromHex(object.ln)),
      structure(array(attributes), array(methods)),
    ),
  ];
}

/** Returns the association of one client, or of the asking client if `client` is undefined. */
export function associationLn(instance: number, rights: CosemObject['rights']): CosemObject {
  /** The client that this instance shows. */
  const clientOf = (env: Env): ModelClient => {
    const { clients } = env.device.model;
    const current = (client: ModelClient): boolean => client.sap === env.access.association.client;
    return clients.find(instance === 0 ? current : (client) => client.associationInstance === instance)!;
  };
  const isCurrent = (env: Env): boolean => clientOf(env).sap === env.access.association.client;
  const name = (prefix: Uint8Array, number: number): Data => octets(new Uint8Array([...prefix, number]));
  return {
    classId: 15,
    version: 1,
    ln: obis(`0.0.40.0.${instance}.255`),
    attributes: [
      derived((env) => objectList(env.device.model, clientOf(env).role)),
      derived((env) => structure(int8(clientOf(env).sap), uint16(env.access.association.server))),
      derived((env) =>
        name(CONTEXT_NAME, isCurrent(env) ? env.access.association.context : clientOf(env).contexts[0]!),
      ),
      derived((env) => contextInfo(env, isCurrent(env))),
      derived((env) => name(MECHANISM_NAME, clientOf(env).mechanism)),
      // The secret is never readable, whatever the rights say.
      { read: () => RESULT.readWriteDenied },
      derived((env) => enumerated(isCurrent(env) ? env.access.association.status : 0)),
      derived(() => octets(fromHex(obis('0.0.43.0.0.255')))),
    ],
    methods: [
      // This runs only if the client is already associated, so no proof is pending.
      () => RESULT.otherReason,
      () => RESULT.readWriteDenied,
      () => RESULT.readWriteDenied,
      () => RESULT.readWriteDenied,
    ],
    rights,
  };
}

function contextInfo(env: Env, isCurrent: boolean): Data {
  const { conformance, sendBytesMax, receiveBytesMax } = env.access.association;
  const granted = isCurrent ? conformance : 0;
  const block = new Uint8Array([granted >> 16, (granted >> 8) & 0xff, granted & 0xff]);
  return structure(
    bits(24, block),
    uint16(receiveBytesMax),
    uint16(isCurrent ? sendBytesMax : 0),
    uint8(6),
    int8(0),
    octets(new Uint8Array(0)),
  );
}
