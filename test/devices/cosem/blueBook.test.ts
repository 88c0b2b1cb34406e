// Every object that every client is shown, held to a table of the Blue Book: which attributes and methods a class has, of which
// type each is, that what object_list calls readable can be read, and that what it does not cannot. Values are not judged here.
import { describe, expect, test } from 'vitest';
import type { Data } from '../../../devices/dlms/encoding/axdr.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { bytesOf, membersOf, numberOf } from '../../../devices/dlms/encoding/values.ts';
import { INSTALLATION_SAPS } from '../../../devices/personas/chf.ts';
import { labDevice, labInstallation } from '../../../devices/personas/emulatedInstallation.ts';
import { DEVICE_KINDS } from '../../../devices/personas/labProfile.ts';
import type { ServerConnection } from '../../../devices/dlms/server/serverConnection.ts';
import { bench, type Bench } from '../dlms/harness.ts';

const OBJECT = 'structure(uint16,octets6,int8,uint16)';
const SCALER = 'structure(int8,enum)';
const QOS = 'structure(uint8,uint8,uint8,uint8,uint8)';
const NUMBER = /^u?int(8|16|32|64)$/;
const ANY = /./;
const OCTETS = /^octets\d+$/;
const NUMBER_OR_NULL = /^(u?int(8|16|32|64)|null)$/;

/** One class: its version, its attributes from attribute 2 on, and how many methods it has. */
interface ClassRow {
  readonly version: number;
  readonly attributes: readonly (string | RegExp)[];
  readonly methods: number;
}

const LIST_ENTRY =
  /^array<structure\(uint16,uint8,octets6,structure\(array<[^()]*structure\(int8,enum,(null|array<int8>)\).*>,array<.*>\)\).*>$/;

const BLUE_BOOK: Readonly<Record<number, ClassRow>> = {
  1: { version: 0, attributes: [ANY], methods: 0 },
  3: { version: 0, attributes: [NUMBER, SCALER], methods: 1 },
  4: { version: 0, attributes: [NUMBER_OR_NULL, SCALER, ANY, 'octets12'], methods: 1 },
  7: {
    version: 1,
    attributes: [
      /^array<structure\(octets12,uint32\)>$/,
      `array<${OBJECT}>`,
      'uint32',
      'enum',
      OBJECT,
      'uint32',
      'uint32',
    ],
    methods: 2,
  },
  8: {
    version: 0,
    attributes: ['octets12', 'int16', 'uint8', 'octets12', 'octets12', 'int8', 'boolean', 'enum'],
    methods: 6,
  },
  15: {
    version: 1,
    attributes: [
      LIST_ENTRY,
      'structure(int8,uint16)',
      'octets7',
      'structure(bits24,uint16,uint16,uint8,int8,octets0)',
      'octets7',
      OCTETS,
      'enum',
      'octets6',
    ],
    methods: 4,
  },
  17: { version: 0, attributes: [/^array<(structure\(uint16,octets\d+\)\|?)+>$/], methods: 1 },
  18: {
    version: 0,
    attributes: [
      'uint32',
      /^bits\d+$/,
      'uint32',
      'boolean',
      'enum',
      /^array<(structure\(uint32,octets\d+,octets\d+\))?>$/,
    ],
    methods: 4,
  },
  40: {
    version: 0,
    attributes: [`array<${OBJECT}>`, /^structure\(enum,octets\d+,enum\)$/, /^array</, 'uint16', 'uint8', 'uint16'],
    methods: 1,
  },
  45: { version: 0, attributes: [OCTETS, 'uint16', `structure(${QOS},${QOS})`], methods: 0 },
  47: {
    version: 0,
    attributes: [/^visible\d+$/, 'enum', 'enum', 'enum', 'structure(uint16,uint16,uint8,uint8)', /^array</, 'octets12'],
    methods: 0,
  },
  64: { version: 0, attributes: ['enum', 'enum', OCTETS, 'octets8'], methods: 2 },
  70: { version: 0, attributes: ['boolean', 'enum', 'enum'], methods: 2 },
};

const NAMES: Readonly<Partial<Record<Data['type'], string>>> = {
  integer: 'int8',
  long: 'int16',
  doubleLong: 'int32',
  long64: 'int64',
  unsigned: 'uint8',
  longUnsigned: 'uint16',
  doubleLongUnsigned: 'uint32',
  long64Unsigned: 'uint64',
};

/** The type of a value in one line; an array by the shapes that its members have. */
function shapeOf(data: Data): string {
  switch (data.type) {
    case 'array':
      return `array<${[...new Set(data.value.map(shapeOf))].join('|')}>`;
    case 'structure':
      return `structure(${data.value.map(shapeOf).join(',')})`;
    case 'octetString':
      return `octets${data.value.length}`;
    case 'visibleString':
      return `visible${data.value.length}`;
    case 'bitString':
      return `bits${data.bits}`;
    default:
      return NAMES[data.type] ?? data.type;
  }
}

interface Entry {
  readonly classId: number;
  readonly version: number;
  readonly ln: string;
  readonly attributes: readonly { readonly id: number; readonly mode: number; readonly selectors: string }[];
  readonly methods: readonly { readonly id: number; readonly mode: number }[];
}

function read(made: Bench, classId: number, ln: string, id: number): ReturnType<Bench['run']> {
  return made.run(made.client.get({ classId, ln, id }));
}

function objectList(made: Bench): readonly Entry[] {
  const list = read(made, 15, '0000280000FF', 2) as { ok: true; value: Data };
  return membersOf(list.value)!.map((entry) => {
    const [classId, version, ln, access] = membersOf(entry)!;
    const [attributes, methods] = membersOf(access)!.map((rows) => membersOf(rows)!.map((row) => membersOf(row)!));
    return {
      classId: numberOf(classId)!,
      version: numberOf(version)!,
      ln: toHex(bytesOf(ln)!),
      attributes: attributes!.map(([id, mode, selectors]) => ({
        id: numberOf(id)!,
        mode: numberOf(mode)!,
        selectors: (membersOf(selectors) ?? []).map(numberOf).join(),
      })),
      methods: methods!.map(([id, mode]) => ({ id: numberOf(id)!, mode: numberOf(mode)! })),
    };
  });
}

/** What nobody reads: the secret of an association and the PIN of a modem. */
const SECRETS: readonly string[] = ['15 7', '45 3'];

const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

function checkEntry(made: Bench, entry: Entry): number {
  const { classId, version, ln, attributes, methods } = entry;
  const where = `class ${classId} ${ln}`;
  const row = BLUE_BOOK[classId];
  expect(row, where).toBeDefined();
  expect(version, where).toBe(row!.version);
  expect(
    attributes.map(({ id }) => id),
    where,
  ).toEqual(numbersTo(row!.attributes.length + 1));
  expect(
    methods.map(({ id }) => id),
    where,
  ).toEqual(numbersTo(row!.methods));
  // Association LN version 1: attribute access 0 to 6, method access 0 to 2.
  for (const { mode } of attributes) expect(mode, where).toBeLessThanOrEqual(6);
  for (const { mode } of methods) expect(mode, where).toBeLessThanOrEqual(2);
  let readable = 0;
  for (const { id, mode, selectors } of attributes) {
    const of = `${where} attribute ${id}`;
    expect(selectors, of).toBe(classId === 7 && id === 2 ? '1,2' : '');
    const got = read(made, classId, ln, id) as { ok: boolean; value: Data };
    expect(got.ok, of).toBe((mode & 1) !== 0 || mode > 3);
    expect(got.ok, of).toBe(!SECRETS.includes(`${classId} ${id}`));
    if (!got.ok) continue;
    readable++;
    if (id === 1) expect(toHex(bytesOf(got.value)!), of).toBe(ln);
    else expect(shapeOf(got.value), of).toMatch(expected(row!.attributes[id - 2]!));
  }
  return readable;
}

function expected(shape: string | RegExp): RegExp {
  return typeof shape === 'string' ? new RegExp(`^${shape.replace(/[()]/g, '\\$&')}$`) : shape;
}

const AUTHENTICATIONS = ['none', 'lls', 'gmac'] as const;

describe.each(AUTHENTICATIONS)('client %s', (authentication) => {
  function open(made: Bench): Bench {
    expect(made.run(made.client.associate())).toMatchObject({ ok: true });
    return made;
  }

  function checkAll(made: Bench): void {
    const entries = objectList(made);
    let readable = 0;
    for (const entry of entries) readable += checkEntry(made, entry);
    expect(readable).toBeGreaterThan(authentication === 'none' ? 30 : 70);
    expect(new Set(entries.map(({ ln }) => ln)).size).toBe(entries.length);
  }

  test.each(DEVICE_KINDS)('a %s of its own', (kind) => {
    checkAll(open(bench(labDevice(kind, 1), { authentication })));
  });

  test.each(DEVICE_KINDS)('the %s of an installation', (kind) => {
    const installation = labInstallation(1, { sleep: { wakeSeconds: 60, awakeSeconds: 60 } });
    const connection: ServerConnection = installation.connect({ framing: 'wrapper' });
    const server = INSTALLATION_SAPS[kind];
    checkAll(open(bench(installation.chf, { authentication, connection, server })));
  });
});

test('the table is used whole: no row stands for a class that no device has', () => {
  const classes = new Set(
    DEVICE_KINDS.flatMap((kind) => labDevice(kind, 1).model.objects.map(({ classId }) => classId)),
  );
  expect([...classes].sort((a, b) => a - b)).toEqual(Object.keys(BLUE_BOOK).map(Number));
});
