/**
 * Class 64, Security setup, version 0: security policy, and global_key_transfer - the method by which keys are rotated.
 * The whole call is refused unless every item unwraps under the KEK; then all are installed through the journal. A
 * standards-based stand-in with the same dependency on the Master Key as a SMETS1 device's own scheme. Green Book 9.2.3.3.
 */
import { RESULT } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { bytesOf, enumerated, membersOf, numberOf, octets } from '../dlms/encoding/values.ts';
import { constant, derived, obis } from './object.ts';
import { KEY_NAMES, type WrappedKey } from './deviceKeyring.ts';
import type { CosemObject, Env } from './deviceModel.ts';

export function securitySetup(name: string, rights: CosemObject['rights']): CosemObject {
  return {
    classId: 64,
    version: 0,
    ln: obis(name),
    attributes: [
      derived((env) => enumerated(env.device.securityPolicy)),
      constant(enumerated(0)),
      derived((env) => octets(env.access.association.clientTitle)),
      derived((env) => octets(env.device.systemTitle)),
    ],
    methods: [securityActivate, globalKeyTransfer],
    rights,
  };
}

/** Strengthens a policy. Protection that was demanded once stays demanded. */
function securityActivate(env: Env, parameter: Data | undefined): number {
  const policy = parameter?.type === 'enum' ? parameter.value : -1;
  if (policy < 0 || policy > 3) return RESULT.typeUnmatched;
  if ((policy & env.device.securityPolicy) !== env.device.securityPolicy) return RESULT.readWriteDenied;
  env.device.securityPolicy = policy;
  return RESULT.success;
}

function globalKeyTransfer(env: Env, parameter: Data | undefined): number {
  // Only an association that proved its keys may change keys, whatever rights a profile gives.
  if (env.access.association.mechanism !== 5 || !env.access.authenticated) return RESULT.readWriteDenied;
  const items = readItems(parameter);
  if (!items) return RESULT.typeUnmatched;
  const fresh = env.device.keyring.unwrapAll(items);
  if (!fresh.ok) return RESULT.otherReason;
  if (env.device.keyring.install(fresh.value, env.device.options.powerCut) === 'cut') env.device.cutPower();
  return RESULT.success;
}

function readItems(parameter: Data | undefined): WrappedKey[] | undefined {
  if (parameter?.type !== 'array' || parameter.value.length > KEY_NAMES.length) return undefined;
  const items: WrappedKey[] = [];
  for (const item of parameter.value) {
    const [id, wrapped] = item.type === 'structure' && item.value.length === 2 ? (membersOf(item) ?? []) : [];
    const keyId = id?.type === 'enum' || id?.type === 'unsigned' ? numberOf(id) : undefined;
    const bytes = wrapped?.type === 'octetString' ? bytesOf(wrapped) : undefined;
    if (keyId === undefined || !bytes) return undefined;
    items.push({ keyId, wrapped: bytes });
  }
  return items;
}
