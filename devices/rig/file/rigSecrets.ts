/** Reads the keys and secrets that a rig file names, from files and the environment. No message shows any of them. */
import type { FieldFault } from '../../../src/document/fieldFault.ts';
import type { Path } from '../../../src/document/path.ts';
import { ascii, fromHex } from '../../dlms/encoding/bytes.ts';
import { LAB_KEYS } from '../../personas/labProfile.ts';
import type { SecretPlace } from './rigDeviceSchema.ts';
import type { RigDocument } from './rigFileSchema.ts';
import { devicesOf } from './places.ts';
import { DeviceSecrets } from './rigSetup.ts';
import type { DeviceName } from '../../headend/procedure.ts';

/** Returns the text at a place, or the reason why there is none, without showing a secret. */
export type ReadSecret = (place: SecretPlace, path: Path) => { readonly text: string } | { readonly why: string };

const KEY = /^\s*[0-9A-Fa-f]{32}\s*$/;

/**
 * Reads the keys and secrets of every device. `tell` is called for each one that cannot be read; the lab's key then
 * takes its place.
 */
export function readSecrets(
  document: RigDocument,
  read: ReadSecret,
  tell: (fault: FieldFault) => void,
): Readonly<Record<DeviceName, DeviceSecrets>> {
  const secrets: Record<DeviceName, DeviceSecrets> = { chf: LAB, esme: LAB, gsme: LAB };
  for (const name of devicesOf(document)) secrets[name] = secretsOf(document, name, read, tell);
  return secrets;
}

const LAB = new DeviceSecrets({ keys: LAB_KEYS, masterKey: LAB_KEYS.kek, lls: undefined });

function secretsOf(
  document: RigDocument,
  name: DeviceName,
  read: ReadSecret,
  tell: (fault: FieldFault) => void,
): DeviceSecrets {
  const { keys, secret } = document.devices[name];
  const path: Path = ['devices', name];
  const lls = secret === undefined ? undefined : llsSecret(secret, [...path, 'secret'], read, tell);
  if (keys === 'lab') return new DeviceSecrets({ ...LAB, lls });
  const keyAt = (place: SecretPlace, field: string): Uint8Array | undefined => {
    const at = [...path, 'keys', field];
    const found = read(place, at);
    if ('text' in found && KEY.test(found.text)) return fromHex(found.text.trim());
    const what = 'file' in place ? 'a file' : 'a variable';
    const why = 'why' in found ? `${what} that cannot be read (${found.why})` : `${what} with something else`;
    tell({ path: [...at, 'file' in place ? 'file' : 'env'], found: why, expected: '32 hexadecimal digits there' });
    return undefined;
  };
  const guek = keyAt(keys.guek, 'guek') ?? LAB_KEYS.guek;
  const gak = keyAt(keys.gak, 'gak') ?? LAB_KEYS.gak;
  const masterKey = keys.kek && keyAt(keys.kek, 'kek');
  return new DeviceSecrets({ keys: { guek, gak }, masterKey, lls });
}

const SECRET_MAX = 64;

function llsSecret(
  place: SecretPlace,
  path: Path,
  read: ReadSecret,
  tell: (fault: FieldFault) => void,
): Uint8Array | undefined {
  const found = read(place, path);
  const text = 'text' in found ? found.text.replace(/\r?\n$/, '') : '';
  if (text.length >= 1 && text.length <= SECRET_MAX) return ascii(text);
  const what = 'file' in place ? 'a file' : 'a variable';
  const why = 'why' in found ? `${what} that cannot be read (${found.why})` : `${what} with something else`;
  const expected = `1 to ${SECRET_MAX} characters there`;
  tell({ path: [...path, 'file' in place ? 'file' : 'env'], found: why, expected });
  return undefined;
}
