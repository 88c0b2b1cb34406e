// What comes over MQTT: Glow, the bench's own births, statuses and link reports, and the topics they come on.
import { ingestGlow } from '../../../../devices/mqtt/glow.ts';
import { type BenchEvent, watchBench } from '../../../../devices/mqtt/bench.ts';
import type { Connection, Received } from '../../../../devices/mqtt/connection.ts';
import { topicMatches } from '../../../../devices/mqtt/connection.ts';
import { decodeStatus } from '../../../../devices/mqtt/messages.ts';
import { instant } from '../../../../src/time.ts';
import type { Dice } from '../dice.ts';
import { mutatedJson } from '../json.ts';
import { mutated } from '../mutate.ts';
import { type CaseLog, law, SESSION, type Target } from '../target.ts';

const CAD = '1234567890AB';
const MESSAGES: readonly (readonly [topic: string, payload: string])[] = [
  [
    `glow/${CAD}/STATE`,
    '{"software":"v1.8.12","timestamp":"2022-06-11T20:54:53Z","hardware":"GLOW-IHD-01-1v4-SMETS2","ethmac":"1234567890AB","han":{"rssi":-75,"status":"joined","lqi":100}}',
  ],
  [
    `glow/${CAD}/SENSOR/gasmeter`,
    '{"gasmeter":{"timestamp":"2022-06-11T20:53:52Z","energy":{"import":{"cumulative":17940.852,"units":"kWh","mprn":"1234567"}}}}',
  ],
  [
    `glow/${CAD}/SENSOR/electricitymeter`,
    '{"electricitymeter":{"timestamp":"2022-06-11T20:38:00Z","energy":{"import":{"cumulative":6613.405,"units":"kWh","mpan":"1234567890123"}},"power":{"value":0.951,"units":"kW"}}}',
  ],
  [
    `SMART/HILD/${CAD}`,
    '{"gasMtr":{"0702":{"00":{"00":"00000051F2"},"03":{"01":"000001","02":"0003E8"}}},"pan":{"rssi":"d3","status":"joined"}}',
  ],
  [
    'smb/v1/lab/80113/chf/birth',
    '{"v":1,"boot":7,"t":"2022-06-11T20:00:00Z","kind":"CHF","source":"emulated","model":{"maker":"m","model":"x","fw":"1"},"sysTitle":"534D424300000001","cap":["dlms"]}',
  ],
  ['smb/v1/lab/80113/chf/status', '{"state":"online","boot":7}'],
  ['smb/v1/lab/rig/r1/status', '{"state":"online","boot":7,"session":"a-b-c"}'],
  [
    'smb/v1/lab/80113/chf/link',
    '{"boot":7,"seq":41,"t":"2022-06-11T20:00:00Z","wan":{"up":true,"lastContact":"2022-06-11T19:00:00Z","csq":14},"han":{"up":false,"lastContact":"2022-06-11T18:00:00Z","rssi":-93,"lqi":22}}',
  ],
];
const PAYLOADS = MESSAGES.map(([, payload]) => Buffer.from(payload));
const TOPICS = MESSAGES.map(([topic]) => Buffer.from(topic));
const NOW = instant('2022-06-11T21:00:00Z');

type Listener = (message: Received) => void;

/** A connection to nowhere, that whoever subscribes is told through. */
function nowhere(): { connection: Connection; tell: Listener } {
  const listeners: { filter: string; listener: Listener }[] = [];
  const connection = {
    subscribe: (filter: string, listener: Listener) => {
      listeners.push({ filter, listener });
      return Promise.resolve();
    },
  } as unknown as Connection;
  const tell: Listener = (message) => {
    for (const { filter, listener } of listeners) if (topicMatches(filter, message.topic)) listener(message);
  };
  return { connection, tell };
}

async function busCase(dice: Dice, log: CaseLog): Promise<void> {
  const { connection, tell } = nowhere();
  let told = 0;
  const reach = (outcome: string): void => {
    told += 1;
    log.reach(outcome);
  };
  await ingestGlow(connection, {
    installationOf: (cad) => (cad === CAD ? '80113' : undefined),
    now: () => NOW,
    onContact({ at, link }) {
      law(at <= NOW + 300 && link === 'han', 'evidence is of the gas meter, and not of the future');
      reach('a contact by Glow');
    },
    onNote: (note) => reach(`glow: ${why(note.replace(/^glow( \w+)?: /, ''))}`),
  });
  await watchBench(connection, { now: () => NOW, onEvent: (event) => reach(benchWords(event)) });
  for (let step = 1 + dice.below(12); step > 0; step -= 1) {
    const [topic, text] = dice.pick(MESSAGES);
    const payload = dice.oneIn(3) ? log.given(advanced(dice, text)) : log.input(mutatedJson(dice, text, PAYLOADS));
    const heard = dice.oneIn(8)
      ? Buffer.from(log.input(mutated(dice, Buffer.from(topic), TOPICS))).toString('latin1')
      : topic;
    const before = told;
    tell({ topic: heard, payload, retained: dice.oneIn(4) });
    if (heard !== topic) log.reach(told > before ? 'another topic, heard' : 'another topic, not heard');
    if (topic.endsWith('status')) log.reach(decodeStatus(payload) ? 'a status' : 'no status');
  }
}

/** The same message of a little later: evidence is what advances. */
function advanced(dice: Dice, text: string): Uint8Array {
  const minute = String(dice.below(60)).padStart(2, '0');
  const later = `20${dice.oneIn(8) ? '31' : '22'}-06-11T20:${minute}:00Z`;
  return Buffer.from(text.replace(/2022-06-11T20:\d\d:\d\dZ/, later).replace('"seq":41', `"seq":${dice.below(90)}`));
}

/** Why a message was not taken: a field's own words are too many to count. */
function why(reason: string): string {
  const found = ['not JSON in UTF-8', 'not dated', 'dated in the future', 'went back in time'].find((w) =>
    reason.includes(w),
  );
  return found ?? 'a field is wrong';
}

function benchWords(event: BenchEvent): string {
  if (event.kind === 'odd') return `odd: ${why(event.reason)}`;
  if (event.kind !== 'link') return event.kind;
  return event.contacts.length > 0 ? 'link, with contacts' : 'link';
}

export const BUS_TARGETS: readonly Target[] = [
  {
    ...{ name: 'bus', share: 5, allowance: SESSION, run: busCase },
    known: [
      ...['birth', 'status', 'link', 'link, with contacts', 'odd: not JSON in UTF-8', 'odd: a field is wrong'],
      ...['a contact by Glow', 'glow: not JSON in UTF-8', 'glow: a field is wrong', 'glow: not dated'],
      ...['glow: dated in the future', 'glow: went back in time', 'a status', 'no status'],
      ...['another topic, heard', 'another topic, not heard'],
    ],
  },
];
