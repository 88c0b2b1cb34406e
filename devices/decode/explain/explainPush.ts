/** Explains what a device sends unasked: data-notifications and event-notifications. */
import { formatInstant } from '../../../src/time.ts';
import { instantOf } from '../../cosem/dateTime.ts';
import { readData } from '../../dlms/encoding/axdr.ts';
import { Reader, toHex } from '../../dlms/encoding/bytes.ts';
import { objectText } from '../words/dlmsNames.ts';
import { dataText } from '../words/valueWords.ts';
import { broken, type Explained, trailing, whole } from './explained.ts';

/** The time stands in bare octets, or with the tag of an octet string or of a date-time, as meters send it. */
function readTime(reader: Reader): Uint8Array {
  if (reader.peek() === 0x19) {
    reader.u8();
    return reader.take(12);
  }
  if (reader.peek() === 0x09) reader.u8();
  return reader.octets();
}

export function timeText(time: Uint8Array): string {
  const instant = instantOf({ type: 'octetString', value: time });
  return time.length === 0 ? '' : `at ${instant === undefined ? toHex(time) : formatInstant(instant)} `;
}

export function explainDataNotification(apdu: Uint8Array): Explained {
  const reader = new Reader(apdu, 1);
  const longInvoke = reader.u32();
  const time = readTime(reader);
  const body = readData(reader);
  if (reader.error !== undefined) return broken(apdu, reader.error);
  return whole(apdu, `${timeText(time)}${dataText(body)}`, () => ({
    longInvoke,
    time,
    body,
    ...trailing(reader.left),
  }));
}

export function explainEvent(apdu: Uint8Array): Explained {
  const reader = new Reader(apdu, 1);
  const time = reader.u8() === 0 ? new Uint8Array(0) : readTime(reader);
  const [classId, ln, attribute] = [reader.u16(), toHex(reader.take(6)), reader.u8()];
  const value = readData(reader);
  if (reader.error !== undefined) return broken(apdu, reader.error);
  const what = `${objectText(classId, ln)} attribute ${attribute}`;
  return whole(apdu, `${timeText(time)}${what} = ${dataText(value)}`, () => ({
    time,
    object: what,
    classId,
    ln,
    attribute,
    value,
    ...trailing(reader.left),
  }));
}
