/** Which date-times give an instant. An invalid one gives none, so that it can be no evidence of anything. */
import { describe, expect, test } from 'vitest';
import { dateTimeData, instantOf, UNSPECIFIED } from '../../../devices/cosem/dateTime.ts';
import { fromHex } from '../../../devices/dlms/encoding/bytes.ts';

const read = (hex: string): number | undefined =>
  instantOf({ type: 'octetString', value: fromHex(hex.replaceAll(' ', '')) });
const utc = (...parts: [number, number, number, number, number, number]): number =>
  Date.UTC(parts[0], parts[1] - 1, ...(parts.slice(2) as [number])) / 1000;

describe('a date-time with an instant', () => {
  test.each([
    ['in UTC', '07E6 02 0E 01 0A 00 00 00 0000 00', utc(2022, 2, 14, 10, 0, 0)],
    ['without a deviation', '07E6 02 0E FF 0A 00 00 FF 8000 00', utc(2022, 2, 14, 10, 0, 0)],
    ['in London in summer', '07E6 07 0E 04 0A 00 00 00 FFC4 80', utc(2022, 7, 14, 9, 0, 0)],
    ['with the greatest deviation', '07E6 02 0E 01 0A 00 00 00 02D0 00', utc(2022, 2, 14, 22, 0, 0)],
    ['with the least deviation', '07E6 02 0E 01 0A 00 00 00 FD30 00', utc(2022, 2, 13, 22, 0, 0)],
    ['whose status is not specified', '07E6 02 0E 01 0A 00 00 00 0000 FF', utc(2022, 2, 14, 10, 0, 0)],
    ['that is doubtful', '07E6 02 0E 01 0A 00 00 00 0000 02', utc(2022, 2, 14, 10, 0, 0)],
    ['of another clock base', '07E6 02 0E 01 0A 00 00 00 0000 04', utc(2022, 2, 14, 10, 0, 0)],
    ['on a leap day', '07E8 02 1D 04 0A 00 00 00 0000 00', utc(2024, 2, 29, 10, 0, 0)],
    ['without seconds and hundredths', '07E6 02 0E 01 0A 00 FF FF 0000 00', utc(2022, 2, 14, 10, 0, 0)],
  ])('%s', (_, hex, instant) => {
    expect(read(hex)).toBe(instant);
  });

  test('what is encoded is read back', () => {
    const instant = utc(2022, 10, 30, 1, 30, 7);
    expect(instantOf(dateTimeData(instant))).toBe(instant);
  });
});

describe('no instant: a date-time', () => {
  test.each([
    ['that its clock calls invalid', '07D0 01 01 06 00 00 00 00 0000 01'],
    ['that its clock calls invalid, in summer', '07E6 07 0E 04 0A 00 00 00 FFC4 81'],
    ['that its clock calls invalid and doubtful', '07E6 02 0E 01 0A 00 00 00 0000 0F'],
    ['on 31 February', '07E6 02 1F 04 0A 00 00 00 0000 00'],
    ['on 30 February', '07E8 02 1E 05 0A 00 00 00 0000 00'],
    ['on 29 February of a common year', '07E6 02 1D 02 0A 00 00 00 0000 00'],
    ['on 29 February 2100', '0834 02 1D 01 0A 00 00 00 0000 00'],
    ['on 31 April', '07E6 04 1F 07 0A 00 00 00 0000 00'],
    ['on the last day of a month that it does not name', '07E6 02 FE FF 0A 00 00 00 0000 00'],
    ['in month 13', '07E6 0D 01 FF 0A 00 00 00 0000 00'],
    ['in the month in which summer time begins', '07E6 FE 01 FF 0A 00 00 00 0000 00'],
    ['of any year', 'FFFF 02 0E 01 0A 00 00 00 0000 00'],
    ['at 24 hours', '07E6 02 0E 01 18 00 00 00 0000 00'],
    ['at minute 60', '07E6 02 0E 01 0A 3C 00 00 0000 00'],
    ['at second 60', '07E6 02 0E 01 0A 00 3C 00 0000 00'],
    ['with 100 hundredths', '07E6 02 0E 01 0A 00 00 64 0000 00'],
    ['with a deviation of 721', '07E6 02 0E 01 0A 00 00 00 02D1 00'],
    ['with a deviation of -721', '07E6 02 0E 01 0A 00 00 00 FD2F 00'],
    ['with a deviation of 7FFF', '07E6 02 0E 01 0A 00 00 00 7FFF 00'],
    ['with a deviation of 8001', '07E6 02 0E 01 0A 00 00 00 8001 00'],
    ['of eleven bytes', '07E6 02 0E 01 0A 00 00 00 0000'],
  ])('%s', (_, hex) => {
    expect(read(hex)).toBeUndefined();
  });

  test('that is unspecified', () => {
    expect(instantOf(UNSPECIFIED)).toBeUndefined();
  });
});
