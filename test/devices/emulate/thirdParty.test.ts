/**
 * What other people's clients send, as bytes made by hand from the standards and from their documentation: addressing,
 * SNRM, AARQ and RLRQ in their shapes, selective access as they write it. The recorded sessions of test/vectors are replayed
 * in ../dlms/transcripts.test.ts; no client of another maker runs here.
 */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { crcX25 } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { bytesOf, membersOf } from '../../../devices/dlms/encoding/values.ts';
import { decodeData } from '../../../devices/dlms/encoding/axdr.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { bench, NOW } from '../dlms/harness.ts';

/** A wrapper connection to an ESME that takes and gives APDUs in hex. */
function wrapper(client: number): (apdu: string) => string {
  const connection = connectDevice(labDevice('esme', 1), { framing: 'wrapper' });
  return (apdu) => {
    const length = (apdu.length / 2).toString(16).padStart(4, '0');
    const out = connection.receive(fromHex(`0001${client.toString(16).padStart(4, '0')}0001${length}${apdu}`), NOW);
    expect(out.length).toBeLessThanOrEqual(1);
    return out[0] ? toHex(out[0].subarray(8)) : '';
  };
}

/** A frame with its checks, from the bytes between the flags and the checks. */
function frame(addresses: string, control: string, information = ''): Uint8Array {
  const header = `${addresses}${control}`;
  const length = 2 + header.length / 2 + 2 + (information === '' ? 0 : information.length / 2 + 2);
  const head = fromHex(`A0${length.toString(16).padStart(2, '0')}${header}`);
  const check = (bytes: Uint8Array): string => {
    const crc = crcX25(bytes);
    return ((crc & 0xff) * 256 + (crc >> 8)).toString(16).padStart(4, '0');
  };
  const whole = information === '' ? toHex(head) : `${toHex(head)}${check(head)}${information}`;
  return fromHex(`7E${whole}${check(fromHex(whole))}7E`);
}

const AARQ_NONE = '601DA109060760857405080101BE10040E01000000065F1F04001E1DFFFFFF';
const LLS = '8A0207808B0760857405080201AC0780054775727578';

describe('HDLC addressing', () => {
  test.each([
    ['one byte, server 1', '03'],
    ['two bytes, logical 1 physical 1', '0203'],
    ['two bytes, logical 1 physical 17', '0223'],
    ['two bytes, server 1 without a logical address', '0003'],
    ['four bytes, logical 1 physical 17', '00020023'],
    ['four bytes, server 1 without a logical address', '00000003'],
  ])('%s: SNRM, AARQ and a read are answered from that address', (_, server) => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    const say = (control: string, information?: string): string =>
      connection
        .receive(frame(`${server}21`, control, information), NOW)
        .map(toHex)
        .join(' ');
    expect(say('93')).toContain(`21${server}73`);
    expect(say('10', `E6E600${AARQ_NONE}`)).toContain('E6E7006129A109060760857405080101A203020100');
    expect(say('32', 'E6E600C001C1000100002A0000FF0200')).toContain('E6E700C401C100090C534D4245');
    expect(say('53')).toContain(`21${server}73`);
  });

  test.each([
    ['7F', 'FF'],
    ['no station', '01'],
    ['two bytes of nothing', '0001'],
    ['server 9', '13'],
  ])('%s is nobody here', (_, server) => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    expect(connection.receive(frame(`${server}21`, '93'), NOW)).toEqual([]);
  });
});

describe('SNRM', () => {
  test.each([
    ['none', undefined, '80', '80'],
    ['one-byte lengths', '81801205018006018007040000000108 0400000001'.replace(' ', ''), '80', '80'],
    ['two-byte lengths', '8180140502040006020400070400000001080400000001', '0400', '0400'],
    ['beyond what is offered', '818014050207EE060207EE070400000007080400000007', '0400', '0400'],
    ['an empty list', '818000', '80', '80'],
    // One client proposes to send 16 bytes at a time, and refuses a UA with less than the standard's 32.
    ['less than the shortest', '8180140502001006020080070400000001080400000001', '80', '20'],
  ])('parameters: %s', (_, information, transmit, receive) => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    const [answer] = connection.receive(frame('0321', '93', information), NOW).map(toHex);
    expect(answer).toContain(
      `05${transmit.length === 2 ? '01' : '02'}${transmit}06${receive.length === 2 ? '01' : '02'}${receive}`,
    );
  });

  test('the UA that answers DISC has an information field: clients exist that wait for ever without one', () => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    connection.receive(frame('0321', '93'), NOW);
    expect(connection.receive(frame('0321', '53'), NOW).map(toHex)).toEqual([
      toHex(frame('2103', '73', '818012050180060180070400000001080400000001')),
    ]);
  });

  test('a second SNRM, as some send after a failure, begins anew', () => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    for (let i = 0; i < 2; i++) {
      expect(connection.receive(frame('0321', '93'), NOW)).toHaveLength(1);
      expect(connection.receive(frame('0321', '10', `E6E600${AARQ_NONE}`), NOW)).toHaveLength(1);
    }
    expect(connection.receive(frame('0321', '53'), NOW)).toHaveLength(1);
    expect(toHex(connection.receive(frame('0321', '53'), NOW)[0]!)).toContain('1F');
  });
});

describe('AARQ and release', () => {
  test.each([
    ['the shortest', AARQ_NONE],
    ['with a protocol version', '6021 80020780 A109060760857405080101BE10040E01000000065F1F04001E1DFFFFFF'],
    [
      'with a calling title and a PDU size of 0',
      '6029A109060760857405080101A60A04087574697E2593CA7FBE10040E01000000065F1F040020525F0000',
    ],
    ['with a user id', '6022A109060760857405080101A903020105BE10040E01000000065F1F04001E1DFFFFFF'],
    ['with implementation information', '6023A109060760857405080101BD0404020102BE10040E01000000065F1F04001E1DFFFFFF'],
    [
      'with a mechanism name of none',
      '6026A1090607608574050801018B0760857405080200BE10040E01000000065F1F04001E1DFFFFFF',
    ],
    [
      'with requirements and a mechanism name of none',
      '602AA1090607608574050801018A0207808B0760857405080200BE10040E01000000065F1F04001E1DFFFFFF',
    ],
    ['with a quality of service', '601EA109060760857405080101BE11040F010000010006 5F1F04001E1DFFFFFF'],
    ['with the old conformance tag', '601CA109060760857405080101BE0F040D01000000065F04001E1DFFFFFF'],
  ])('none: %s', (_, aarq) => {
    const bytes = aarq.replaceAll(' ', '').slice(4);
    const ask = wrapper(16);
    expect(ask(`60${(bytes.length / 2).toString(16).padStart(2, '0')}${bytes}`)).toContain('A203020100A305A103020100');
    expect(ask('C001C1000100002A0000FF0200')).toMatch(/^C401C100090C/);
  });

  test('LLS with the conformance of every service is granted what the meter has', () => {
    const ask = wrapper(17);
    const aarq = `A109060760857405080101${LLS}BE10040E01000000065F1F0400FFFFFFFFFF`;
    expect(ask(`60${(aarq.length / 2).toString(16)}${aarq}`)).toContain(
      'A203020100A305A103020100BE10040E0800065F1F0400401E9D0400',
    );
  });

  test.each([
    ['with a reason', '6203800100'],
    ['with nothing', '6200'],
    ['with an initiate', '62158001 00BE10040E01000000065F1F04001E1DFFFF'.replace(' ', '')],
  ])('RLRQ %s ends the association', (_, release) => {
    const ask = wrapper(16);
    ask(`601D${AARQ_NONE.slice(4)}`.slice(0, 62));
    expect(ask(release)).toMatch(/^63/);
    expect(ask('C001C1000100002A0000FF0200')).toBe('D80102');
  });

  test('whoever releases in clear after HLS-GMAC is let go', () => {
    const made = bench(labDevice('esme', 1));
    expect(made.run(made.client.associate())?.ok).toBe(true);
    const out = made.connection.receive(fromHex('00010001000100056203800100'), NOW);
    expect(toHex(out[0]!)).toMatch(/63..800100$/);
  });
});

describe('reading as tools do', () => {
  const associated = (): ((apdu: string) => string) => {
    const ask = wrapper(17);
    const aarq = `A109060760857405080101${LLS}BE10040E01000000065F1F0400FFFFFFFFFF`;
    ask(`60${(aarq.length / 2).toString(16)}${aarq}`);
    return ask;
  };

  test.each(['01', '41', '81', 'C1', 'CF'])('invoke-id-and-priority %s comes back as it was', (invoke) => {
    expect(associated()(`C001${invoke}000100002A0000FF0200`).slice(0, 6)).toBe(`C401${invoke}`);
  });

  test.each(['00002B0100FF', '00002B0101FF'])('the invocation counter %s is public, and 32 bits', (ln) => {
    const ask = wrapper(16);
    ask(AARQ_NONE.slice(0, 62));
    expect(ask(`C001C10001${ln}0200`)).toBe('C401C1000600000000');
  });

  test('ten scalers in one request have ten answers', () => {
    const one = '00030100010800FF0300';
    const answer = associated()(`C003C10A${one.repeat(10)}`);
    expect(answer.slice(0, 8)).toBe('C403C10A');
    expect(answer.slice(8)).toBe('0002020F00161E'.repeat(10));
  });

  const RANGE_HEAD = 'C001C100070100630100FF0201010204020412000809060000010000FF0F02120000';
  const day = (hour: string, tail: string): string => `07E6010A${tail.slice(0, 2)}${hour}0000${tail.slice(2)}`;
  test.each([
    ['octet-strings, everything else left open', `090C${day('06', 'FFFF8000FF')}`, `090C${day('08', 'FFFF8000FF')}`],
    ['octet-strings in UTC', `090C${day('06', '0100000000')}`, `090C${day('08', '0100000000')}`],
    ['date-time', `19${day('06', 'FFFF8000FF')}`, `19${day('08', 'FFFF8000FF')}`],
    ['another time zone, one hour east', `090C${day('07', 'FF00FFC400')}`, `090C${day('09', 'FF00FFC400')}`],
  ])('a profile by range: %s', (_, from, to) => {
    const answer = associated()(`${RANGE_HEAD}${from}${to}0100`);
    expect(answer.slice(0, 8)).toBe('C401C100');
    const rows = decodeData(fromHex(answer.slice(8)));
    if (!rows.ok) throw new Error(rows.error);
    const times = membersOf(rows.value)!.map((row) => toHex(bytesOf(membersOf(row)![0])!.subarray(5, 7)));
    expect(times).toEqual(['0600', '061E', '0700', '071E', '0800']);
  });

  test.each([
    ['the first two', '060000000106000000021200011200 00'.replace(' ', ''), 2],
    ['one column', '0600000001060000000312000112 0001'.replace(' ', ''), 3],
  ])('a profile by entry: %s', (_, parameters, count) => {
    const answer = associated()(`C001C100070100630100FF0201020204${parameters}`);
    const rows = decodeData(fromHex(answer.slice(8)));
    expect(rows.ok && membersOf(rows.value)!.length).toBe(count);
  });

  test('capture objects name class, object, attribute and index', () => {
    expect(associated()('C001C100070100630100FF0300')).toBe(
      'C401C100010202041200080906 0000010000FF0F02120000020412000309060100010800FF0F02120000'.replace(' ', ''),
    );
  });

  test('a method without a parameter, with null and with an integer of 0', () => {
    const made = bench(labDevice('esme', 1));
    expect(made.run(made.client.associate())?.ok).toBe(true);
    const reconnect = { classId: 70, ln: '000060030AFF', id: 2 };
    expect(made.run(made.client.action(reconnect))?.ok).toBe(true);
    expect(made.run(made.client.action(reconnect, { type: 'null' }))?.ok).toBe(true);
    expect(made.run(made.client.action(reconnect, { type: 'integer', value: 0 }))?.ok).toBe(true);
  });
});
