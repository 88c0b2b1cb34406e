import { describe, expect, test } from 'vitest';
import { readForeignInstant } from '../../../../src/interchange/record/instantText.ts';
import { formatInstant } from '../../../../src/time.ts';

function read(text: string, zoneless: 'refuse' | 'utc' | 'london' = 'refuse'): string {
  const answer = readForeignInstant(text, zoneless);
  return 'at' in answer ? formatInstant(answer.at) : answer.expected;
}

describe('an instant with its zone is read exactly', () => {
  test.each([
    ['2021-11-08T09:00:00+00:00', '2021-11-08T09:00:00Z'],
    ['2021-11-08 09:00:00+00:00', '2021-11-08T09:00:00Z'],
    ['2021-11-08 09:00:00+00', '2021-11-08T09:00:00Z'],
    ['2021-11-08 09:00:00 UTC', '2021-11-08T09:00:00Z'],
    ['2021-11-08t09:00:00z', '2021-11-08T09:00:00Z'],
    ['2021-11-08T09:00:00.000Z', '2021-11-08T09:00:00Z'],
    ['2021-11-08T09:00:00.000000000+0000', '2021-11-08T09:00:00Z'],
    ['2021-07-01T00:30:00+01:00', '2021-06-30T23:30:00Z'],
    ['2021-11-07T23:30:00-00:45', '2021-11-08T00:15:00Z'],
    ['2021-11-08T09:00:00-00:00', '2021-11-08T09:00:00Z'],
  ])('an instant with its zone is read exactly: %s is %s', (text, wanted) => {
    expect(read(text)).toBe(wanted);
  });
});

describe('a text that names no single second is refused', () => {
  test.each([
    ['2021-11-08T09:00:00.5Z', /^a whole second/],
    ['2021-11-08T24:00:00Z', /^YYYY-MM-DD/],
    ['2021-02-30T09:00:00+00:00', /^YYYY-MM-DD/],
    ['2021-11-08T09:00:60Z', /^YYYY-MM-DD/],
    ['2021-11-08T09:00:00+24:00', /^YYYY-MM-DD/],
    ['2021-11-08T09:00:00+01:60', /^YYYY-MM-DD/],
    ['08/11/2021 09:00:00Z', /^YYYY-MM-DD/],
    ['2011-12-31T23:59:59+00:00', /^YYYY-MM-DD/],
    ['2012-01-01T00:30:00+01:00', /^YYYY-MM-DD/],
  ])('a text that names no single second is refused: %s', (text, expected) => {
    expect(read(text)).toMatch(expected);
  });
});

describe('a time without a zone', () => {
  test('a time without a zone is refused, and the refusal names the option', () => {
    expect(read('2021-11-08 09:00:00')).toBe(
      'a time with its zone (Z or an offset), or --times-without-zone utc|london',
    );
  });

  test('a time without a zone is read in the zone that the user names', () => {
    expect(read('2021-07-05 00:30:00', 'utc')).toBe('2021-07-05T00:30:00Z');
    expect(read('2021-07-05 00:30:00', 'london')).toBe('2021-07-04T23:30:00Z');
    expect(read('2021-12-06T00:30:00', 'london')).toBe('2021-12-06T00:30:00Z');
  });

  test("a time without a zone is refused if London's clocks showed it twice or not at all", () => {
    expect(read('2021-10-31 01:30:00', 'london')).toMatch(/showed this one twice/);
    expect(read('2021-10-31 00:59:59', 'london')).toBe('2021-10-30T23:59:59Z');
    expect(read('2021-10-31 02:00:00', 'london')).toBe('2021-10-31T02:00:00Z');
    expect(read('2021-03-28 01:30:00', 'london')).toMatch(/left this one out/);
    expect(read('2021-03-28 02:00:00', 'london')).toBe('2021-03-28T01:00:00Z');
  });

  test('a time with its own zone keeps it, whatever the user says', () => {
    expect(read('2021-07-05 00:30:00Z', 'london')).toBe('2021-07-05T00:30:00Z');
  });
});
