/** Checks across the fields of a profile, and into key files. */
import type { FieldFault } from '../../src/document/fieldFault.ts';
import type { Path } from '../../src/document/path.ts';
import { obis } from '../cosem/object.ts';
import { KEY_NAMES } from '../cosem/deviceKeyring.ts';
import { DEVICE_KINDS, type DeviceKind } from '../personas/labProfile.ts';
import { LAB_MODELS } from '../personas/emulatedInstallation.ts';
import type { ProfileDocument } from './profileSchema.ts';
import { VALUE_TYPES } from './typedValue.ts';

/** Returns the text of a file, or the reason why it cannot be read. */
export type TryFile = (file: string) => { readonly text: string } | { readonly why: string };

export function profileFaults(document: ProfileDocument, tryFile: TryFile): readonly FieldFault[] {
  return [
    ...DEVICE_KINDS.flatMap((kind) => sectionFaults(document, kind, tryFile)),
    ...keyFaults(document.keys, ['keys'], tryFile),
    ...clientFaults(document, tryFile),
    ...titleFaults(document),
    ...secretFaults(document.optical.password, ['optical', 'password'], tryFile),
  ];
}

function sectionFaults(document: ProfileDocument, kind: DeviceKind, tryFile: TryFile): FieldFault[] {
  const section = document[kind];
  const known = new Map(LAB_MODELS[kind].objects.map((object) => [object.ln, object]));
  const gone = new Set((section.without ?? []).map(obis));
  const faults: FieldFault[] = keyFaults(section.keys ?? {}, [kind, 'keys'], tryFile);
  const added = new Set<string>();
  for (const [i, one] of (section.values ?? []).entries()) {
    const path = [kind, 'values', i];
    const object = known.get(obis(one.object));
    if (object === undefined || gone.has(object.ln)) {
      faults.push({ path: [...path, 'object'], expected: `an object that the ${kind} has` });
    } else if (one.attribute > object.attributes.length + 1) {
      faults.push({ path: [...path, 'attribute'], expected: `an attribute from 2 to ${object.attributes.length + 1}` });
    }
    faults.push(...valueFaults(one, path));
  }
  for (const [i, one] of (section.objects ?? []).entries()) {
    const ln = obis(one.object);
    if ((known.has(ln) && !gone.has(ln)) || added.has(ln)) {
      faults.push({ path: [kind, 'objects', i, 'object'], expected: `an object that the ${kind} does not have yet` });
    }
    added.add(ln);
    faults.push(...valueFaults(one, [kind, 'objects', i]));
  }
  for (const [i, name] of (section.without ?? []).entries()) {
    if (!known.has(obis(name))) faults.push({ path: [kind, 'without', i], expected: `an object that the ${kind} has` });
  }
  return faults;
}

function valueFaults(one: { type: keyof typeof VALUE_TYPES; value: unknown }, path: Path): FieldFault[] {
  const { expected, read } = VALUE_TYPES[one.type];
  return read(one.value) === undefined ? [{ path: [...path, 'value'], expected: `${expected} (${one.type})` }] : [];
}

function keyFaults(keys: ProfileDocument['keys'], path: Path, tryFile: TryFile): FieldFault[] {
  return KEY_NAMES.flatMap((name) => {
    const field = keys[name];
    if (field === undefined || typeof field === 'string') return [];
    const read = tryFile(field.file);
    const at = [...path, name, 'file'];
    if ('why' in read) return [{ path: at, found: `a file that cannot be read (${read.why})`, expected: 'a key file' }];
    if (/^\s*[0-9A-Fa-f]{32}\s*$/.test(read.text)) return [];
    return [{ path: at, found: 'a file with something else', expected: 'a file of 32 hexadecimal digits' }];
  });
}

function secretFaults(field: string | { file: string } | undefined, path: Path, tryFile: TryFile): FieldFault[] {
  if (field === undefined || typeof field === 'string') return [];
  const read = tryFile(field.file);
  if ('why' in read) {
    return [{ path: [...path, 'file'], found: `a file that cannot be read (${read.why})`, expected: 'a secret' }];
  }
  const { length } = read.text.replace(/\r?\n$/, '');
  const fits = length >= 1 && length <= 64;
  return fits ? [] : [{ path: [...path, 'file'], found: 'a file with something else', expected: '1 to 64 characters' }];
}

function clientFaults({ clients = [] }: ProfileDocument, tryFile: TryFile): FieldFault[] {
  return clients.flatMap((client, i) => {
    const path: Path = ['clients', i];
    const faults = secretFaults(client.secret, [...path, 'secret'], tryFile);
    if (clients.findIndex(({ sap }) => sap === client.sap) < i) {
      faults.push({ path: [...path, 'sap'], expected: 'each client SAP once' });
    }
    const { authentication } = client;
    const hasSecret = authentication !== 'none' && authentication !== 'gmac';
    if (hasSecret !== (client.secret !== undefined)) {
      const expected = hasSecret ? 'a secret' : `no secret: ${authentication} has none`;
      const found = client.secret === undefined ? 'nothing' : 'a secret';
      faults.push({ path: [...path, 'secret'], found, expected });
    }
    return faults;
  });
}

/** Checks titles. Two devices of one home never have the same title, because it is half of every nonce. */
function titleFaults(document: ProfileDocument): FieldFault[] {
  const titles = DEVICE_KINDS.map((kind) => document[kind].systemTitle?.toUpperCase());
  return DEVICE_KINDS.flatMap((kind, i) =>
    titles[i] !== undefined && titles.indexOf(titles[i]) < i
      ? [{ path: [kind, 'systemTitle'], expected: 'a title of its own' }]
      : [],
  );
}
