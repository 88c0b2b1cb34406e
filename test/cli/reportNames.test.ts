import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pseudonymiser } from '../../src/cli/report/reportPseudonyms.ts';
import { supplierFileNames } from '../../src/cli/report/reportFileNames.ts';

const nameOf = (supplier: string): string => supplierFileNames([supplier]).get(supplier) ?? '';

describe('file names of suppliers', () => {
  test.each([
    ['supplier-1', 'supplier-1'],
    ['Acme Energy', 'Acme%20Energy'],
    ['../../etc/passwd', '%2e%2e%2f%2e%2e%2fetc%2fpasswd'],
    ['CON.aux', 'CON%2eaux'],
    ['Öl & Gas', '%c3%96l%20%26%20Gas'],
    ['a_b', 'a%5fb'],
  ])('the file name of the supplier %s is %s', (supplier, name) => {
    expect(nameOf(supplier)).toBe(name);
  });

  test('supplier names that differ only in case get different file names on any file system', () => {
    const names = supplierFileNames(['Acme', 'ACME', 'Bolt']);
    expect(names.get('Bolt')).toBe('Bolt');
    expect(names.get('Acme')).toMatch(/^Acme~[0-9a-f]{16}$/);
    expect(names.get('ACME')).toMatch(/^ACME~[0-9a-f]{16}$/);
  });

  test('no two suppliers share a name, folded to one case, and every name is safe', () => {
    const supplier = fc.oneof(
      fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme' }),
      fc.constantFrom(
        'con',
        'CON',
        'nul.',
        'a/b',
        'a\\b',
        '..',
        '.',
        ' ',
        'x'.repeat(127),
        'X'.repeat(127),
        '%2e',
        '.',
      ),
    );
    fc.assert(
      fc.property(fc.uniqueArray(supplier, { maxLength: 12 }), (suppliers) => {
        const names = [...supplierFileNames(suppliers).values()];
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(suppliers.length);
        for (const name of names) expect(name).toMatch(/^[A-Za-z0-9%~-]{1,120}$/);
        // Windows takes the part before the first dot: with the month behind it, it is never a device.
        for (const name of names) expect(`${name}_2022-01`).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/i);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe('pseudonyms', () => {
  const key = Buffer.from('0123456789abcdef');
  const of = pseudonymiser(key);

  test('a pseudonym is the HMAC-SHA256 of fuel and digits, and is the same every time', () => {
    // openssl: printf 'mpan:2000000000015' | openssl dgst -sha256 -hmac 0123456789abcdef
    expect(of('electricity', '2000000000015')).toBe('mpan-3e851f1f33ab216f0cbdf2019a5419a7');
    expect(pseudonymiser(key)('electricity', '2000000000015')).toBe(of('electricity', '2000000000015'));
  });

  test('pseudonyms differ by key, by fuel and by meter point', () => {
    const other = pseudonymiser(Buffer.from('0123456789abcdeg'));
    expect(other('electricity', '2000000000015')).not.toBe(of('electricity', '2000000000015'));
    expect(of('gas', '2000000000015').slice(5)).not.toBe(of('electricity', '2000000000015').slice(5));
    expect(of('gas', '3938424403')).not.toBe(of('gas', '3938424404'));
    expect(() => pseudonymiser(Buffer.from('short'))).toThrow();
  });
});
