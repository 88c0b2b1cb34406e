// The SMSO's daily contact and its work before a migration: firmware that goes on where it stopped, whatever cut it off.
import { describe, expect, test } from 'vitest';
import { firmwareOf, labImage } from '../../../devices/cosem/imageTransfer.ts';
import { contact, prepareOnce, type Preparation } from '../../../devices/headend/smso.ts';
import { SILENCES, scripted } from '../../../devices/link/condition.ts';
import { UNTOUCHED } from '../../../devices/link/realise.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { callOf, peerOf, SMSO_TITLE } from '../../../devices/rig/bench/parties.ts';
import { openAll } from '../../kit/headEnd/audit.ts';
import { NOW, stage } from './stage.ts';

const BLOCK = 256;
const BLOCKS = 9;
const image = { name: '2.0.0', bytes: labImage(new Uint8Array(BLOCKS * BLOCK - 40).fill(7)) };

function work(): Preparation {
  return {
    peer: peerOf('chf', { systemTitle: SMSO_TITLE, keys: LAB_KEYS }),
    firmware: image,
    contactOffsetMinutes: 30,
  };
}

describe('contact', () => {
  test('a contact needs no key: the hub says when it last looked at its network', () => {
    const made = stage({ device: 'chf' });
    expect(made.do(contact(callOf('chf')))).toEqual({ ok: true, value: NOW });
    made.rotate();
    expect(made.do(contact(callOf('chf'))).ok).toBe(true);
  });

  test.each(['drop', 'wakeUpLost', 'powerCut', 'cut', 'delay'] as const)('there is no contact after %s', (silence) => {
    const made = stage({ device: 'chf' });
    made.link(SILENCES[silence].condition());
    expect(made.do(contact(callOf('chf')))).toMatchObject({ ok: false });
  });
});

describe('preparation', () => {
  test('a preparation takes as many contacts as its blocks need, and the new firmware runs at the end', () => {
    const made = stage({ device: 'chf' });
    const works = [work()];
    const ends: string[] = [];
    for (let day = 0; day < 5; day += 1) {
      ends.push(made.do(prepareOnce(works, { at: NOW, blocksMax: 4, triesPerSession: 1 })));
    }
    expect(ends).toEqual(['more', 'more', 'done', 'done', 'done']);
    expect(firmwareOf(made.device, NOW + 3600)).toBe('2.0.0');
  });

  test('a preparation that is cut off at any frame loses no block, and sends only the last one twice', () => {
    for (let n = 1; ; n += 1) {
      const made = stage({ device: 'chf' });
      const works = [work()];
      const link = scripted([{ fault: 'cut', frame: n, direction: 'either' }]);
      made.link(link);
      let sessions = 0;
      let end = made.do(prepareOnce(works, { at: NOW, blocksMax: 100, triesPerSession: 1 }));
      for (; end !== 'done' && sessions < 5; sessions += 1) {
        end = made.do(prepareOnce(works, { at: NOW, blocksMax: 100, triesPerSession: 1 }));
      }
      expect(end, `frame ${n}`).toBe('done');
      expect(sessions).toBeLessThanOrEqual(1);
      const { opened } = openAll(made.frames, [LAB_KEYS]);
      const transfers = opened.filter(({ direction, plain }) => {
        const head = Buffer.from(plain).toString('hex');
        return (
          direction === 'c2s' && head.startsWith('c301') && head.slice(6, 22) === '001200002c0000ff' && plain[11] === 2
        );
      });
      expect(transfers.length).toBeGreaterThanOrEqual(BLOCKS);
      expect(transfers.length).toBeLessThanOrEqual(BLOCKS + 1);
      if (link.struck() === 0) break;
    }
  });

  test('no WAN gives no answer, and a refusal by the hub is no lack of WAN', () => {
    const made = stage({ device: 'chf' });
    const options = { at: NOW, blocksMax: 100, triesPerSession: 2 };
    made.link(SILENCES.drop.condition());
    expect(made.do(prepareOnce([work()], options))).toBe('noAnswer');
    made.home.realise({ ...UNTOUCHED, deviceRefuses: true });
    expect(made.do(prepareOnce([work()], options))).toBe('refused');
  });

  test('damaged firmware is not activated, and is sent again', () => {
    const made = stage({ device: 'chf' });
    const bytes = new Uint8Array(image.bytes);
    bytes[5]! ^= 1;
    const options = { at: NOW, blocksMax: 100, triesPerSession: 1 };
    expect(made.do(prepareOnce([{ ...work(), firmware: { ...image, bytes } }], options))).toBe('refused');
    expect(firmwareOf(made.device, NOW + 3600)).toBe('1.0.0');
    const again = peerOf('chf', { systemTitle: new Uint8Array(Buffer.from('SMSO0002')), keys: LAB_KEYS });
    expect(made.do(prepareOnce([{ ...work(), peer: again }], options))).toBe('done');
  });
});
