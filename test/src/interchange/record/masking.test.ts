import { describe, expect, test } from 'vitest';
import { maskMeterPoints } from '../../../../src/interchange/record/masking.ts';
import { maskedId, show } from '../../../../src/interchange/record/refusal.ts';

const MPAN = '2000000000015';
const UTF16 = [...MPAN].join('\u0000');
const FULL_WIDTH = MPAN.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));

/** The digits that a text still shows, of any script. */
function shownDigits(text: string): string {
  return (text.normalize('NFKC').match(/\p{Nd}/gu) ?? []).join('');
}

describe('a meter point shows its last three digits at most', () => {
  test.each([
    ['plain', MPAN],
    ['in groups', '20 0000 0000 015'],
    ['with hyphens', '2000-0000-00015'],
    ['with dots', '20.0000.0000.015'],
    ['with no-break spaces', '20\u00a00000\u00a00000\u00a0015'],
    ['in full width', FULL_WIDTH],
    ['in UTF-16 read as bytes', UTF16],
    ['in Arabic digits', MPAN.replace(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit)))],
    ['an MPRN', '3938424403'],
  ])('a meter point shows at most its last three digits: %s', (_name, text) => {
    for (const type of [undefined, 'text', 'instant', 'choice'] as const) {
      expect(shownDigits(JSON.parse(show(text, type)) as string).length).toBeLessThanOrEqual(3);
    }
  });

  test.each([MPAN, '20 0000 0000 015', FULL_WIDTH, UTF16])('an id that is an MPAN is masked: %s', (id) => {
    expect(shownDigits(maskedId(id)).length).toBeLessThanOrEqual(3);
    expect(shownDigits(JSON.parse(show(id, 'subject')) as string).length).toBeLessThanOrEqual(3);
  });

  test('a meter point is masked even if the text is cut inside it', () => {
    const text = `${'x'.repeat(52)}${MPAN}`;
    expect(shownDigits(show(text)).length).toBeLessThanOrEqual(3);
    expect(shownDigits(show(text, 'id')).length).toBeLessThanOrEqual(3);
  });
});

describe('what is no meter point stays readable', () => {
  test.each([
    '2021-11-08 09:00:00',
    '2021-11-08T09:00:00.123Z',
    '2021-11-08T09:00:00+01:00',
    '08/11/2021 09:00',
    '08.11.2021',
    '20211108T090000Z',
    '2021-02-30',
  ])('the time %s stays readable', (text) => {
    for (const type of [undefined, 'instant', 'text'] as const) expect(show(text, type)).toBe(JSON.stringify(text));
  });

  test.each([
    '2022-13-01',
    '2022-00-10',
    '2022-02-45T25:61:00Z',
    '2022-3-1',
    '2022-3-1 9:30',
    '13/31/2021',
    '31.11.2021 24:00',
    '2022-13',
    '2022-13-01T10:00:00Z;2022-01-02T10:00:00Z',
  ])('the wrong date %s stays readable in a column of instants', (text) => {
    for (const type of ['instant', 'instants'] as const) expect(show(text, type)).toBe(JSON.stringify(text));
  });

  test.each(['2022-13-01 12345', '2000-13-0000015', '2022-13-01-00015', '1-2-20000000015', '2022-13-01x2000000000015'])(
    'digits that are joined to a wrong date are no date: %s',
    (text) => {
      const groups = (JSON.parse(show(text, 'instant')) as string).split('x');
      expect(shownDigits(groups.at(-1) ?? '').length).toBeLessThanOrEqual(3);
    },
  );

  test('a compact date in a column of instants stays readable, unless it is a valid MPRN', () => {
    expect(show('20211109', 'instant')).toBe('"20211109"');
    expect(show('20211109090000', 'instant')).toBe('"20211109090000"');
    expect(show('20211109', 'text')).toBe('"*****109"');
  });

  test('an id that is a number stays readable', () => {
    expect(maskedId('1580000000000000001')).toBe('1580000000000000001');
    expect(show('A-2021-000123', 'id')).toBe('"A-2021-000123"');
  });

  test('short numbers and codes stay readable', () => {
    expect(maskMeterPoints('MA112, GT01 and 72 hours', 'text')).toBe('MA112, GT01 and 72 hours');
  });
});
