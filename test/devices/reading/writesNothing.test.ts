/** `devices read` changes nothing: no SET and no ACTION leaves but the proof of HLS, and the client core refuses the rest. */
import { expect, test } from 'vitest';
import { decodeCapture } from '../../../devices/decode/decodeCapture.ts';
import { ascii } from '../../../devices/dlms/encoding/bytes.ts';
import { labProfile } from '../../../devices/emulate/profile.ts';
import { serveChannel } from '../../../devices/emulate/serveChannel.ts';
import { makeUnit } from '../../../devices/emulate/unit.ts';
import { associate, type Peer } from '../../../devices/headend/associate.ts';
import { KeyLedger } from '../../../devices/headend/keyLedger.ts';
import { SECURITY_SETUP_REFERENCE } from '../../../devices/headend/objects.ts';
import { converse, type Procedure } from '../../../devices/headend/procedure.ts';
import { runAsync } from '../../../devices/headend/runner.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { parseTarget, type AskedObject } from '../../../devices/reading/readingTargets.ts';
import { memoryTransport } from '../../../devices/transport/memory.ts';
import { frameLog } from '../../../devices/transport/tap.ts';
import { readAll, standingTimers } from './served.ts';

const timers = standingTimers();
const FRAMES = /^(?:SNRM|UA|DISC|AARQ|RLRQ|get-request|initiate-request|action-request: Association LN 0\.0\.40\.0\.0\.255 \(association\) method 1,)/; // prettier-ignore
const LINK_ONLY = /^(?:RR |SNRM|DISC)/;

async function served(framing: 'wrapper' | 'hdlc') {
  const unit = makeUnit({ profile: labProfile(), device: 'esme', number: 1, timers, onPowerCut: () => undefined });
  const memory = memoryTransport({ timers });
  await memory.listen((channel) => serveChannel(channel, unit, { timers, framing, onDefect: () => undefined }));
  return memory;
}

test.each(['wrapper', 'hdlc'] as const)(
  'a whole reading over %s sends GET, associations and link frames alone',
  async (framing) => {
    for (const authentication of ['none', 'lls', 'gmac'] as const) {
      const lines: string[] = [];
      const log = frameLog({ timers, lines: (line) => void lines.push(line) });
      const objects = [
        '1.0.99.1.0.255@2022-01-09..2022-01-10',
        '0.0.96.3.10.255',
        '9.9.9',
        '0.0.43.0.0.255',
        '0.0.44.0.0.255',
      ];
      const asked = objects.map((text) => parseTarget(text) as AskedObject);
      await readAll({ line: await served(framing), framing, timers, log, asked }, authentication);
      const sent = decodeCapture(ascii(lines.join('')), { keys: [LAB_KEYS] }).filter(({ dir }) => dir === 'c2s');
      const odd = sent.filter(({ text, link }) => !FRAMES.test(text) && !(text === '' && LINK_ONLY.test(link)));
      // Lines without octets say what became of the connection.
      const octets = odd.filter(({ link, text }) => link !== '' || !/^connection (opened|closed)$/.test(text));
      expect(octets.map(({ link, text }) => `${link} ${text}`)).toEqual([]);
      // The search can fail: what was sent is understood.
      expect(sent.filter(({ text }) => text.startsWith('get-request')).length).toBeGreaterThan(20);
      expect(sent.some(({ text }) => text.startsWith('action-request'))).toBe(authentication === 'gmac');
    }
  },
);

test('a client that may not write makes no byte of a SET or an ACTION', async () => {
  const memory = await served('wrapper');
  let sent = 0;
  const peer: Peer = {
    call: { device: 'chf', client: 1, server: 1, timeoutSeconds: 5 },
    systemTitle: ascii('READER01'),
    ledger: new KeyLedger(LAB_KEYS),
    mayWrite: () => false,
  };
  function* write(): Procedure<readonly unknown[]> {
    const live = yield* associate(peer);
    if (!live.ok) return [live];
    const before = sent;
    const { client } = live.value;
    const set = yield* converse(client.set(SECURITY_SETUP_REFERENCE, { type: 'null' }));
    const action = yield* converse(client.action({ ...SECURITY_SETUP_REFERENCE, id: 2 }));
    const list = yield* converse(client.setList([{ attribute: SECURITY_SETUP_REFERENCE }], [{ type: 'null' }]));
    return [set, action, list, sent - before];
  }
  const results = await runAsync(write(), {
    timers,
    framing: 'wrapper',
    dial: (_, done) =>
      void memory.open().then((channel) => {
        const counted = Object.create(channel, {
          write: {
            value: (bytes: Uint8Array) => {
              sent += bytes.length;
              channel.write(bytes);
            },
          },
        }) as typeof channel;
        done(counted);
      }),
  });
  const refused = { ok: false, error: { kind: 'notAllowed' } };
  expect(results).toMatchObject([refused, refused, refused, 0]);
  expect(sent).toBeGreaterThan(100);
});
