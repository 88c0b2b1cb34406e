// The optical port: the scanner under both of its ends, each end facing the other's messages mutated, and readouts.
import {
  commandBlock,
  dataBlock,
  identificationMessage,
  optionMessage,
  parseIdentification,
  requestMessage,
} from '../../../../devices/iec62056_21/frames.ts';
import type { LineAction } from '../../../../devices/iec62056_21/lineAction.ts';
import { modeCMeter } from '../../../../devices/iec62056_21/meter.ts';
import { modeCReader, type ReaderAction } from '../../../../devices/iec62056_21/reader.ts';
import { type DataSet, parseReadout, readoutText } from '../../../../devices/iec62056_21/readout.ts';
import { scanner, withEvenParity } from '../../../../devices/iec62056_21/scanner.ts';
import type { Dice } from '../dice.ts';
import { mutated, portions } from '../mutate.ts';
import { type CaseLog, DECODER, law, SESSION, type Target } from '../target.ts';

const SETS: readonly DataSet[] = [
  { address: '0.0.0', value: '12345678' },
  { address: '1.8.0', value: '006613.405', unit: 'kWh' },
  { address: '7-0:3.0.0', value: '', unit: 'm3' },
];
const identification = { manufacturer: 'LGZ', baud: '5', hdlc: true, model: 'SMB.ESME' };
const REQUESTS = [requestMessage(), requestMessage('0012345678'), requestMessage('9')];
const OPTIONS = ['000', '050', '051', '252', '262', '999'].map((o) =>
  optionMessage({ protocol: o[0]!, baud: o[1]!, mode: o[2]! }),
);
const COMMANDS = [
  ...[
    commandBlock('P1', '(11111111)'),
    commandBlock('P2', '(1)'),
    commandBlock('R1', '1.8.0()'),
    commandBlock('R1', '9.9()'),
  ],
  ...[commandBlock('W1', '1.8.0(1)'), commandBlock('B0'), Uint8Array.of(0x06), Uint8Array.of(0x15)],
];
const ANSWERS = [
  identificationMessage(identification),
  identificationMessage({ ...identification, hdlc: false, baud: '0' }),
  Buffer.from('/LGZAmode.B\r\n'),
  dataBlock(readoutText(SETS)),
  dataBlock('1.8.0(1)', true),
  dataBlock('(ERROR)'),
  commandBlock('P0', '(12345678)'),
  commandBlock('B0'),
  Uint8Array.of(0x06),
  Uint8Array.of(0x15),
  optionMessage({ protocol: '2', baud: '5', mode: '2' }),
];
const ALL = [...REQUESTS, ...OPTIONS, ...COMMANDS, ...ANSWERS];
/** What a scanner may hold of a block here, so that its bound is met often. */
const BLOCK_BYTES_MAX = 600;

function scannerCase(dice: Dice, log: CaseLog): void {
  const isStripped = dice.oneIn(3);
  const found = scanner({ blockBytesMax: BLOCK_BYTES_MAX, ...(isStripped && { parity: 'strip' }) });
  for (let step = 1 + dice.below(5); step > 0; step -= 1) {
    const plain = mutated(dice, dice.pick(ALL), ALL);
    const bytes = log.input(isStripped && !dice.oneIn(4) ? withEvenParity(plain) : plain);
    for (const part of portions(dice, bytes)) {
      found.push(part);
      for (
        let message = found.next(dice.oneIn(2) ? 'opening' : 'programming');
        message;
        message = found.next(dice.oneIn(3) ? 'opening' : 'programming')
      ) {
        const isChecked = 'checked' in message ? (message.checked ? '' : ', bad check') : '';
        log.reach(`${message.kind}${isChecked}${'more' in message && message.more ? ', more' : ''}`);
        if (message.kind === 'line') log.reach(parseIdentification(message.text) ? 'identification' : 'another line');
      }
    }
  }
  law(found.rest().length <= 4 * BLOCK_BYTES_MAX + 80, 'a scanner holds a few blocks at most');
}

function readoutCase(dice: Dice, log: CaseLog): void {
  const valid = Buffer.from(dice.oneIn(400) ? '1.8.0(1)'.repeat(10_001) : readoutText(SETS));
  const bytes = log.input(mutated(dice, valid, ANSWERS));
  const { sets, odd } = parseReadout(Buffer.from(bytes).toString('latin1'));
  log.reach(sets.length === 0 ? 'no sets' : sets.length >= 10_000 ? 'too many sets' : 'sets');
  log.reach(odd > 0 ? 'odd lines' : 'no odd lines');
}

/** The speed is one of many; what else a mode says is not. */
const ofMeter = (action: LineAction): string =>
  action.do === 'setMode' ? `setMode ${action.mode.split('/')[1]}` : action.do;

function meterCase(dice: Dice, log: CaseLog): void {
  const meter = modeCMeter({
    ...{ identification, address: '12345678', readout: () => SETS, blockBytesMax: BLOCK_BYTES_MAX },
    ...(!dice.oneIn(6) && {
      programming: {
        operand: '12345678',
        opens: (level: 1 | 2, secret: string) => level === 1 && secret === '11111111',
      },
    }),
  });
  let at = 0;
  for (let step = 3 + dice.below(14); step > 0; step -= 1) {
    at += dice.below(900);
    if (meter.deadline !== undefined && dice.oneIn(8)) {
      at = Math.max(at, meter.deadline);
      log.reach(`expired ${meter.state}`);
      meter.expire(at);
    }
    if (meter.state === 'hdlc' && dice.oneIn(2)) meter.release();
    const likely = {
      idle: REQUESTS,
      selecting: OPTIONS,
      sent: COMMANDS.slice(-2),
      programming: COMMANDS,
      hdlc: REQUESTS,
    };
    const valid = dice.pick(dice.oneIn(10) ? ALL : likely[meter.state]);
    const bytes = dice.oneIn(2) ? log.given(valid) : log.input(mutated(dice, valid, ALL));
    const actions = portions(dice, bytes).flatMap((part) => meter.receive(part, at));
    law(actions.length <= 8 + 2 * bytes.length, 'an input is answered with a bounded number of actions');
    for (const action of actions) log.reach(ofMeter(action));
    log.reach(`state ${meter.state}`);
  }
}

function ofReader(action: ReaderAction): string {
  if (action.do !== 'tell') return ofMeter(action);
  const { event } = action;
  return event.kind === 'failed' ? `failed, ${event.reason}` : event.kind;
}

function readerCase(dice: Dice, log: CaseLog): void {
  const goal = dice.pick(['identify', 'readout', 'programming', 'programming', 'hdlc'] as const);
  const reader = modeCReader({ goal, blockBytesMax: BLOCK_BYTES_MAX, ...(dice.oneIn(4) && { baudMax: '3' }) });
  let at = 0;
  const took = (actions: readonly ReaderAction[]): void => {
    for (const action of actions) log.reach(ofReader(action));
    log.reach(`state ${reader.state}`);
  };
  took(reader.start(at));
  for (let step = 3 + dice.below(14); step > 0; step -= 1) {
    at += dice.below(900);
    if (reader.deadline !== undefined && dice.oneIn(12)) took(reader.expire((at = Math.max(at, reader.deadline))));
    if (reader.state === 'programming')
      took(dice.oneIn(2) ? reader.read('1.8.0', at) : reader.password(1, '11111111', at));
    if (reader.state === 'closed') took(dice.oneIn(4) ? reader.stop() : reader.start(at));
    const opening =
      reader.state === 'asking' ? ANSWERS.slice(0, 3) : reader.state === 'switching' ? ANSWERS.slice(-1) : ANSWERS;
    const valid = dice.pick(dice.oneIn(10) ? ALL : opening);
    const bytes = dice.oneIn(2) ? log.given(valid) : log.input(mutated(dice, valid, ALL));
    took(portions(dice, bytes).flatMap((part) => reader.receive(part, at)));
  }
}

const MODES = ['setMode 7E1', 'setMode 8N1'];
const states = (...names: readonly string[]): string[] => names.map((name) => `state ${name}`);

export const OPTICAL_TARGETS: readonly Target[] = [
  {
    ...{ name: 'scanner', share: 8, allowance: { ...DECODER, bytes: 1 << 18 }, run: scannerCase },
    known: [
      ...['line', 'identification', 'another line', 'option', 'ack', 'nak', 'tooLong', 'command', 'command, bad check'],
      ...['data', 'data, more', 'data, bad check', 'data, bad check, more'],
    ],
  },
  {
    ...{ name: 'readout', share: 4, allowance: { ...DECODER, bytes: 1 << 18 }, run: readoutCase },
    known: ['sets', 'no sets', 'too many sets', 'odd lines', 'no odd lines'],
  },
  {
    ...{ name: 'modeCMeter', share: 6, allowance: SESSION, run: meterCase },
    known: [
      ...['send', 'hdlc', ...MODES, ...states('idle', 'selecting', 'sent', 'programming', 'hdlc')],
      ...['expired selecting', 'expired sent', 'expired programming'],
    ],
  },
  {
    ...{ name: 'modeCReader', share: 6, allowance: SESSION, run: readerCase },
    known: [
      ...['send', 'hdlc', ...MODES, 'identified', 'readout', 'programming', 'granted', 'values', 'refused'],
      ...states('closed', 'asking', 'reading', 'entering', 'programming', 'waiting', 'switching', 'hdlc'),
      ...['noAnswer', 'badCheck', 'tooLong', 'noModeC', 'noHdlc', 'optionRefused'].map((reason) => `failed, ${reason}`),
    ],
    rare: ['failed, tooLong', 'failed, optionRefused'],
  },
];
