import { createHash } from 'node:crypto';

/** The longest encoded name, in characters. Longer names are cut, because file systems take 255 bytes. */
const NAME_CHARACTERS_MAX = 100;

/**
 * Gives each supplier a file name that is safe on every file system. Letters a-z and A-Z, digits and `-` stay as they
 * are, and every other byte of the UTF-8 text becomes `%` and two hex digits. A name thus has no `/`, `.`, `_` or
 * space, and `CON.x` does not become CON. If the encoded names of two suppliers differ only in case, or a name is
 * longer than 100 characters, `~` and 16 hex digits of the SHA-256 of the supplier are added. No two suppliers ever
 * share a file.
 */
export function supplierFileNames(suppliers: readonly string[]): ReadonlyMap<string, string> {
  const distinct = [...new Set(suppliers)];
  const sharing = new Map<string, number>();
  for (const supplier of distinct) {
    const folded = encoded(supplier).toLowerCase();
    sharing.set(folded, (sharing.get(folded) ?? 0) + 1);
  }
  return new Map(
    distinct.map((supplier) => {
      const name = encoded(supplier);
      const alone = name.length <= NAME_CHARACTERS_MAX && sharing.get(name.toLowerCase()) === 1;
      return [supplier, alone ? name : `${cut(name)}~${digest(supplier)}`];
    }),
  );
}

function encoded(supplier: string): string {
  let name = '';
  for (const byte of Buffer.from(supplier, 'utf8')) {
    const character = String.fromCharCode(byte);
    name += /[A-Za-z0-9-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return name;
}

/** Cuts a name, but never in the middle of an encoded byte. */
function cut(name: string): string {
  return name.slice(0, NAME_CHARACTERS_MAX).replace(/%.?$/, '');
}

function digest(supplier: string): string {
  return createHash('sha256').update(supplier, 'utf8').digest('hex').slice(0, 16);
}
