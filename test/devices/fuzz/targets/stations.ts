// The two HDLC stations, each facing a partner that keeps the rules, breaks them, or never moves on.
import { concat, fromHex, NO_BYTES } from '../../../../devices/dlms/encoding/bytes.ts';
import { HdlcClient, type HdlcClientEvent } from '../../../../devices/dlms/framing/hdlcClient.ts';
import {
  controlI,
  controlRR,
  DISC,
  DM,
  encodeParameters,
  FRMR,
  type HdlcParameters,
  LLC_COMMAND,
  LLC_RESPONSE,
  POLL_FINAL,
  readControl,
  SNRM,
  UA,
  UI,
} from '../../../../devices/dlms/framing/hdlcControl.ts';
import {
  decodeFrame,
  encodeFrame,
  type HdlcAddress,
  type HdlcFrame,
  serverAddress,
  shortAddress,
} from '../../../../devices/dlms/framing/hdlcFrame.ts';
import { HdlcServer } from '../../../../devices/dlms/framing/hdlcServer.ts';
import { NOW } from '../../dlms/harness.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { mutatedHdlc } from '../frames.ts';
import { mutated, portions } from '../mutate.ts';
import { type CaseLog, law, SESSION, type Target } from '../target.ts';

const P = POLL_FINAL;
const UNNUMBERED: Readonly<Record<number, string>> = { [UA]: 'UA', [DM]: 'DM', [SNRM]: 'SNRM', [DISC]: 'DISC' };

/** A frame in a word: what a tally says of what was sent. */
function named(frame: HdlcFrame): string {
  const control = readControl(frame.control);
  if (control.kind === 'I') return frame.segmented ? 'I, segmented' : 'I';
  if (control.kind !== 'U') return control.kind;
  return control.code === FRMR ? `FRMR ${frame.information[2]}` : (UNNUMBERED[control.code] ?? 'U');
}

function whole(bytes: Uint8Array): HdlcFrame {
  const frame = decodeFrame(bytes);
  law(frame.ok, 'a frame of ours decodes');
  return frame.value;
}

function parametersOf(dice: Dice): HdlcParameters {
  const bytes = (): number => dice.pick([1, 5, 128, 1024, 2030, 2033, 0xffff]);
  const window = (): number => dice.pick([1, 3, 7, 200]);
  return { transmitBytesMax: bytes(), receiveBytesMax: bytes(), transmitWindow: window(), receiveWindow: window() };
}

/** One side's sequence numbers, as a partner that keeps the rules has them. */
class Numbers {
  sent = 0;
  received = 0;
  information(dice: Dice): number {
    const isRight = !dice.oneIn(6);
    const [ns, nr] = isRight ? [this.sent & 7, this.received & 7] : [dice.below(8), dice.below(8)];
    if (isRight) this.sent += 1;
    return controlI(ns, nr, !dice.oneIn(4));
  }
  supervisory(dice: Dice): number {
    const nr = dice.oneIn(6) ? dice.below(8) : this.received & 7;
    return controlRR(nr, !dice.oneIn(6)) | dice.pick([0, 0, 0x04, 0x08, 0x0c]);
  }
}

function information(dice: Dice, llc: Uint8Array): { information: Uint8Array; segmented: boolean } {
  const apdu = dice.pick(corpus.REQUEST_APDUS);
  const whole = dice.oneIn(8) ? dice.bytes(dice.below(8)) : concat(llc, apdu);
  const isPart = dice.oneIn(4);
  return {
    information: (isPart ? whole.subarray(0, dice.below(20)) : whole).subarray(0, 2000),
    segmented: dice.oneIn(5),
  };
}

function serverCase(dice: Dice, log: CaseLog): void {
  const limits = dice.oneIn(2) ? parametersOf(dice) : undefined;
  const server = new HdlcServer({
    serves: ({ upper }) => upper === 1,
    ...(limits && { limits }),
    ...(dice.oneIn(6) && { segmentBytesMax: 1 + dice.below(40) }),
  });
  let at = NOW;
  const clients = dice.oneIn(10) ? 40 : 2;
  const pairs = new Map<string, Numbers>();
  for (let step = clients + dice.below(20); step > 0; step -= 1) {
    at += dice.oneIn(30) ? 200 : dice.below(4);
    const source = shortAddress(16 + dice.below(clients));
    const destination: HdlcAddress = dice.oneIn(8) ? serverAddress(1, 17) : serverAddress(1);
    const key = `${source.upper}>${destination.lower}`;
    const numbers = pairs.get(key) ?? new Numbers();
    pairs.set(key, numbers);
    const frame = serverInput(dice, numbers, { source, destination });
    const valid = encodeFrame(frame);
    const bytes = dice.oneIn(3) ? log.given(valid) : log.input(dice.oneIn(2) ? valid : mutatedHdlc(dice, valid));
    for (const event of portions(dice, bytes).flatMap((part) => server.receive(part, at))) {
      log.reach(event.kind === 'send' ? `sends ${named(whole(event.bytes))}` : event.kind);
      if (event.kind === 'send' && (whole(event.bytes).control & 1) === 0) numbers.received += 1;
      if (event.kind === 'connected') pairs.set(key, new Numbers());
      if (event.kind !== 'apdu') continue;
      const answer = dice.bytes(dice.pick([1, 30, 300]));
      const frames = dice.oneIn(4)
        ? event.link.hold(answer)
        : dice.oneIn(8)
          ? event.link.idle()
          : event.link.send(answer);
      law(frames.length <= 7, 'a window is seven frames at most');
      for (const out of frames) log.reach(`sends ${named(whole(out))}`);
      numbers.received += frames.length;
    }
  }
}

function serverInput(dice: Dice, numbers: Numbers, addresses: Pick<HdlcFrame, 'source' | 'destination'>): HdlcFrame {
  const plain = { ...addresses, segmented: false, information: NO_BYTES };
  const snrm = (): HdlcFrame => {
    const parameters = encodeParameters(parametersOf(dice));
    const information = dice.oneIn(3)
      ? NO_BYTES
      : dice.oneIn(4)
        ? mutated(dice, parameters, corpus.PARAMETERS)
        : parameters;
    return { ...plain, control: SNRM | P, information: information.subarray(0, 200) };
  };
  switch (dice.below(12)) {
    case 0:
    case 1:
      return snrm();
    case 2:
      return { ...plain, control: dice.pick([DISC | P, UI, FRMR | P, UA | P, dice.below(256)]) };
    case 3:
    case 4:
      return { ...plain, control: numbers.supervisory(dice), ...(dice.oneIn(10) && { information: fromHex('00') }) };
    default:
      return numbers.sent === 0 && dice.oneIn(3)
        ? snrm()
        : { ...plain, control: numbers.information(dice), ...information(dice, LLC_COMMAND) };
  }
}

/** Rounds after which a client whose partner never moves on is held to be caught for ever. */
const ROUNDS_MAX = 3000;

function clientCase(dice: Dice, log: CaseLog): void {
  const client = new HdlcClient({
    client: shortAddress(16),
    server: serverAddress(1),
    ...(dice.oneIn(2) && { propose: parametersOf(dice) }),
  });
  let at = NOW;
  const numbers = new Numbers();
  const plain = { destination: shortAddress(16), source: serverAddress(1), segmented: false, information: NO_BYTES };

  function took(events: readonly HdlcClientEvent[]): number {
    for (const event of events) {
      if (event.kind === 'send') {
        const frame = whole(event.bytes);
        log.reach(`sends ${named(frame)}`);
        if ((frame.control & 1) === 0) numbers.received += 1;
      } else log.reach(event.kind === 'disconnected' ? `disconnected, ${event.reason}` : event.kind);
    }
    return events.length;
  }

  function fromServer(): HdlcFrame {
    switch (dice.below(10)) {
      case 0:
        return { ...plain, control: dice.pick([DM | P, FRMR | P, UA | P, dice.below(256)]) };
      case 1:
      case 2:
      case 3:
        return { ...plain, control: numbers.supervisory(dice) };
      default:
        return { ...plain, control: numbers.information(dice), ...information(dice, LLC_RESPONSE) };
    }
  }

  const ua = {
    ...plain,
    control: UA | P,
    information: dice.oneIn(3) ? NO_BYTES : encodeParameters(parametersOf(dice)),
  };
  for (let step = 4 + dice.below(16); step > 0; step -= 1) {
    at += dice.below(3);
    if (client.state === 'closed') {
      numbers.sent = numbers.received = 0;
      took(client.connect(at));
    } else if (client.state === 'open' && dice.oneIn(3))
      took(client.send(dice.bytes(dice.pick([3, 40, 400, 3000])), at));
    else if (client.state === 'open' && dice.oneIn(12)) took(client.disconnect(at));
    else if (dice.oneIn(6)) {
      at = Math.max(at, client.dueAt() ?? at);
      took(client.poll(at));
    }
    const valid = encodeFrame(client.state === 'connecting' || client.state === 'closing' ? ua : fromServer());
    const bytes = dice.oneIn(3) ? log.given(valid) : log.input(dice.oneIn(2) ? valid : mutatedHdlc(dice, valid));
    took(portions(dice, bytes).flatMap((part) => client.receive(part, at)));
  }
  if (!dice.oneIn(8) || client.state !== 'open') return;
  // A partner that says the same thing for ever: the exchange must end, at the latest when the repeats are used up.
  const same = log.input(encodeFrame(fromServer()));
  took(client.send(dice.bytes(20), at));
  for (let rounds = 0; client.dueAt() !== undefined; rounds += 1) {
    law(rounds < ROUNDS_MAX, 'a client gives up a partner that never moves on');
    if (took(client.receive(same, at)) > 0) continue;
    at = client.dueAt() ?? at;
    took(client.poll(at));
  }
  log.reach('a stuck exchange ended');
}

const FRMRS = [1, 3, 4, 8].map((reason) => `sends FRMR ${reason}`);

export const STATION_TARGETS: readonly Target[] = [
  {
    ...{ name: 'hdlcServer', share: 7, allowance: SESSION, run: serverCase },
    known: [
      'connected',
      'disconnected',
      'apdu',
      ...['I', 'I, segmented', 'RR', 'UA', 'DM'].map((n) => `sends ${n}`),
      ...FRMRS,
    ],
  },
  {
    ...{ name: 'hdlcClient', share: 7, allowance: SESSION, run: clientCase },
    known: [
      ...['SNRM', 'DISC', 'I', 'I, segmented', 'RR'].map((n) => `sends ${n}`),
      ...['connected', 'apdu', 'a stuck exchange ended'],
      ...['asked', 'refused', 'frameReject', 'timeout'].map((reason) => `disconnected, ${reason}`),
    ],
  },
];
