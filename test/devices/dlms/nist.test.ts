// NIST's key-wrap and GCM cases, from Debian's python3-cryptography-vectors where installed (CI installs it); and node
// against @noble/ciphers, an implementation that shares no code with it. They test primitives as we call them.
import { gcm } from '@noble/ciphers/aes.js';
import { aeskw } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { concat, fromHex, toHex, Writer } from '../../../devices/dlms/encoding/bytes.ts';
import { open, seal } from '../../../devices/dlms/security/ciphering.ts';
import { unwrapKey, wrapKey } from '../../../devices/dlms/security/keyWrap.ts';

const ROOTS = ['/usr/lib/python3/dist-packages/cryptography_vectors', process.env['CRYPTOGRAPHY_VECTORS'] ?? ''];
const root = ROOTS.find((path) => path !== '' && existsSync(path));
if (!root) {
  console.log('nist: skipped; apt-get install python3-cryptography-vectors, or set CRYPTOGRAPHY_VECTORS to its folder');
}

/** `key = value` blocks of NIST's response files; FAIL stands alone. */
function cases(path: string): Record<string, string>[] {
  const out: Record<string, string>[] = [];
  let header: Record<string, string> = {};
  let current: Record<string, string> | undefined;
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    const section = /^\[(\w+)\s*=\s*(\d+)\]/.exec(line);
    const pair = /^(\w+)\s*=\s*(.*)$/.exec(line);
    if (section) header = { ...header, [section[1]!]: section[2]! };
    else if (pair?.[1]!.toUpperCase() === 'COUNT') out.push((current = { ...header }));
    else if (pair && current) current[pair[1]!] = pair[2]!.trim();
    else if (line.trim() === 'FAIL' && current) current['FAIL'] = 'yes';
  }
  return out;
}

test.skipIf(!root)('NIST key wrap: KW_AE_128 and KW_AD_128, with the cases that must fail', () => {
  const folder = `${root}/keywrap/kwtestvectors`;
  let failures = 0;
  let count = 0;
  for (const name of readdirSync(folder).filter((file) => /^KW_A[ED]_(128|192|256)\.txt$/.test(file))) {
    for (const { K, P, C, FAIL } of cases(`${folder}/${name}`)) {
      count++;
      if (FAIL) {
        failures++;
        expect(unwrapKey(fromHex(K!), fromHex(C!)).ok).toBe(false);
        continue;
      }
      expect(unwrapKey(fromHex(K!), fromHex(C!))).toEqual({ ok: true, value: fromHex(P!) });
      if (name.startsWith('KW_AE')) expect(toHex(wrapKey(fromHex(K!), fromHex(P!)))).toBe(C!.toUpperCase());
    }
  }
  console.log(`nist: ${count} key-wrap cases, ${failures} of which must fail`);
  expect(failures).toBeGreaterThan(0);
});

test.skipIf(!root)('NIST GCM in the shape of DLMS: 128-bit keys, 96-bit IVs and tags, AAD beginning with a key', () => {
  const all = cases(`${root}/ciphers/AES/GCM/gcmEncryptExtIV128.rsp`);
  // DLMS's additional data is 17 bytes at least; NIST's AAD of 160 bits and more serves as control byte and key.
  const usable = all.filter(
    (item) => item['IVlen'] === '96' && item['Taglen'] === '96' && Number(item['AADlen']) >= 160,
  );
  let count = 0;
  for (const { Key, IV, PT, AAD, CT, Tag } of usable) {
    const iv = fromHex(IV!);
    const aad = fromHex(AAD!);
    // seal() puts the control byte before the key; a case fits when that byte says "authenticated and encrypted".
    const control = aad[0]!;
    if ((control & 0x30) !== 0x30 || PT === '') continue;
    const protection = {
      control,
      encryptionKey: fromHex(Key!),
      authenticationKey: aad.subarray(1),
      systemTitle: iv.subarray(0, 8),
      counter: new DataView(iv.buffer).getUint32(8),
    };
    expect(toHex(seal(protection, fromHex(PT!)))).toBe(`${CT}${Tag}`.toUpperCase());
    count++;
  }
  console.log(`nist: ${count} of ${all.length} GCM cases fit suite 0's shape`);
  expect(count).toBeGreaterThan(0);
});

const key16 = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('node and @noble/ciphers seal and open alike', () => {
  fc.assert(
    fc.property(
      fc.record({
        encryptionKey: key16,
        authenticationKey: key16,
        systemTitle: fc.uint8Array({ minLength: 8, maxLength: 8 }),
        counter: fc.nat(0xffffffff),
      }),
      fc.uint8Array({ maxLength: 300 }),
      (keys, plain) => {
        const iv = concat(keys.systemTitle, new Writer().u32(keys.counter).bytes());
        const aad = concat(new Uint8Array([0x30]), keys.authenticationKey);
        // noble gives a tag of 16 bytes; GCM's shorter tags are its beginning.
        const sealed = gcm(keys.encryptionKey, iv, aad).encrypt(plain);
        const ours = seal({ ...keys, control: 0x30 }, plain);
        expect(toHex(ours)).toBe(toHex(sealed.subarray(0, plain.length + 12)));
        expect(open({ ...keys, control: 0x30 }, ours)).toEqual({ ok: true, value: plain });
        const only = concat(aad.fill(0x10, 0, 1), plain);
        const tag = gcm(keys.encryptionKey, iv, only).encrypt(new Uint8Array(0)).subarray(0, 12);
        expect(toHex(seal({ ...keys, control: 0x10 }, plain))).toBe(toHex(concat(plain, tag)));
      },
    ),
    { numRuns: 300 },
  );
});

test('node and @noble/ciphers wrap and unwrap alike', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(16, 24, 32),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      key16,
      (length, seed, key) => {
        const kek = seed.slice(0, length);
        const wrapped = aeskw(kek).encrypt(key);
        expect(toHex(wrapKey(kek, key))).toBe(toHex(wrapped));
        expect(unwrapKey(kek, wrapped)).toEqual({ ok: true, value: key });
      },
    ),
    { numRuns: 200 },
  );
});
