/** General ciphering in a capture: what opens it, and what keeps it shut. No published vector of it was at hand. */
import { describe, expect, test } from 'vitest';
import { decodeCapture } from '../../../devices/decode/decodeCapture.ts';
import type { DecodeKeys } from '../../../devices/decode/keyChest.ts';
import { encodeGeneral, type KeyInfo } from '../../../devices/dlms/apdu/apduGeneral.ts';
import { ascii, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { encodeWrapper } from '../../../devices/dlms/framing/wrapper.ts';
import { HEADER_FORMS, sealGeneral } from '../../../devices/dlms/security/generalSeal.ts';
import { wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';

const get = fromHex('C001C1000100002A0000FF0200');
const hexLines = (frame: Uint8Array): Uint8Array => ascii(toHex(frame));

describe('general ciphering', () => {
  const none = new Uint8Array(0);
  const header = { transaction: fromHex('01'), originator: ascii('METER001'), recipient: ascii('HEADEND1'), time: none, other: none }; // prettier-ignore
  const session = fromHex('A0A1A2A3A4A5A6A7A8A9AAABACADAEAF');
  const made = (form: (typeof HEADER_FORMS)[number], keyInfo: KeyInfo | undefined, guek: Uint8Array, control = 0x30) =>
    encodeGeneral({ kind: 'generalCiphering', ...header, ...(keyInfo && { keyInfo }), content: sealGeneral(header, { control, counter: 9, plain: get, form }, { ...LAB_KEYS, guek }) }); // prettier-ignore
  const shown = (apdu: Uint8Array, keys: readonly DecodeKeys[] = [LAB_KEYS]) => decodeCapture(hexLines(encodeWrapper({ source: 1, destination: 16, apdu })), { keys })[0]!; // prettier-ignore
  const wrapped = { is: 'wrapped', kekId: 0, wrapped: wrapKey(LAB_KEYS.kek, session) } as const;

  test.each(HEADER_FORMS)('is opened with the key that is given, its header %s', (form) => {
    for (const control of [0x30, 0x20, 0x10])
      for (const apdu of [
        made(form, undefined, LAB_KEYS.guek, control),
        made(form, { is: 'identified', keyId: 0 }, LAB_KEYS.guek, control),
        made(form, wrapped, session, control),
      ]) {
        const line = shown(apdu);
        expect(line).toMatchObject({ isShut: false, isDamage: false });
        expect(line.text).toContain('get-request: Data 0.0.42.0.0.255');
        expect(line.text).toContain(`counter 9, from ${toHex(header.originator)}`);
        const out = JSON.stringify(line).toUpperCase();
        for (const key of [...Object.values(LAB_KEYS), session, wrapped.wrapped]) expect(out).not.toContain(toHex(key));
      }
  });

  test('stays shut, with the reason, without its key, with another one, and where it was changed', () => {
    const { guek, gak } = LAB_KEYS;
    const apdu = made('onTheWire', wrapped, session);
    expect(shown(apdu, []).text).toMatch(/shut: no keys given$/);
    expect(shown(apdu, [{ guek, gak }]).text).toMatch(/shut: no KEK given unwraps its key$/);
    expect(shown(made('onTheWire', undefined, session)).text).toMatch(/shut: not under these keys$/);
    const changed = apdu.slice();
    changed[changed.length - 1]! ^= 1;
    expect(shown(changed)).toMatchObject({
      isShut: true,
      text: expect.stringMatching(/not under these keys$/) as string,
    });
    const redirected = encodeGeneral({ kind: 'generalCiphering', ...header, recipient: ascii('HEADEND2'), keyInfo: wrapped, content: sealGeneral(header, { control: 0x30, counter: 9, plain: get, form: 'onTheWire' }, { ...LAB_KEYS, guek: session }) }); // prettier-ignore
    expect(shown(redirected).isShut).toBe(true);
    const agreed = made('onTheWire', { is: 'agreed', parameters: fromHex('01'), ciphered: fromHex('02') }, session);
    expect(shown(agreed).text).toMatch(/shut: an agreed key is known to its parties alone$/);
  });
});
