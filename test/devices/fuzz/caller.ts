// A head-end's client that is run over a wire of the fuzz's making, and what its operations may come to.
import { ascii } from '../../../devices/dlms/encoding/bytes.ts';
import { type Conversation, DlmsClient } from '../../../devices/dlms/client/client.ts';
import type { ClientResult } from '../../../devices/dlms/client/clientResult.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import type { Dice } from './dice.ts';
import { CLIENT_TITLE, FIXED_CHALLENGE } from './hand.ts';
import { REQUESTS } from './requests.ts';
import { type CaseLog, law, words } from './target.ts';

export const SAPS = { none: 16, lls: 17, gmac: 1 } as const;
type Authentication = keyof typeof SAPS;
export const SERVER = 1;
/** What one operation may take: more than any honest one does, and far less than for ever. */
const TURNS_MAX = 20_000;
const VALUE_BYTES_MAX = 2048;

export interface Caller {
  readonly client: DlmsClient;
  readonly session: ClientSession;
  readonly authentication: Authentication;
}

export function caller(dice: Dice, framing: 'wrapper' | 'hdlc'): Caller {
  const authentication = dice.pick(['none', 'lls', 'gmac', 'gmac'] as const);
  let counter = 0;
  const countersMax = dice.oneIn(20) ? dice.below(8) : 0xffffffff;
  const nextCounter = (): number | undefined => (counter < countersMax ? (counter += 1) : undefined);
  const security = {
    ...{ systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter },
    family: dice.oneIn(2) ? ('glo' as const) : ('generalGlo' as const),
    ...(dice.oneIn(4) && { dedicatedKey: LAB_KEYS.gbek }),
  };
  const client = new DlmsClient({
    ...{ authentication, secret: ascii('Gurux'), challenge: () => FIXED_CHALLENGE, valueBytesMax: VALUE_BYTES_MAX },
    ...(authentication === 'gmac' && { security }),
    ...(dice.oneIn(3) && { pduBytesMax: 100 }),
  });
  const bytesMax = dice.pick([20, 128, 1024]);
  const propose = { transmitBytesMax: bytesMax, receiveBytesMax: bytesMax, transmitWindow: 3, receiveWindow: 3 };
  const session = new ClientSession({
    ...{ framing, client: SAPS[authentication], server: SERVER },
    ...(dice.oneIn(2) && { hdlc: { propose } }),
  });
  return { client, session, authentication };
}

/** An operation of any kind, with arguments that mean something. */
export function operation(dice: Dice, client: DlmsClient): Conversation<ClientResult<unknown>> {
  const request = dice.pick(REQUESTS);
  switch (request.kind) {
    case 'setNormal':
      return client.set(request.request.attribute, dice.oneIn(3) ? LONG : request.value);
    case 'actionNormal':
      return client.action(request.method, dice.oneIn(4) ? LONG : request.parameter);
    case 'getList':
      return client.getList(request.requests);
    case 'setList':
      return client.setList(request.requests, request.values.concat(request.values).slice(0, request.requests.length));
    case 'getNormal':
      return client.get(request.request.attribute, request.request.selection);
    default:
      return dice.oneIn(6) ? client.release() : client.associate();
  }
}
const LONG = { type: 'octetString', value: new Uint8Array(2500) } as const;

export type Wire = (bytes: Uint8Array, at: number) => Uint8Array[];

/** Runs an operation over a wire until it has ended, by an answer or by the clock. */
export function run(
  caller: Caller,
  wire: Wire,
  log: CaseLog,
  work: Conversation<ClientResult<unknown>>,
  clock: { at: number },
): void {
  const { session } = caller;
  let turns = 0;
  const carry = (frames: readonly Uint8Array[]): void => {
    let outgoing = frames;
    while (outgoing.length > 0) {
      law((turns += 1) < TURNS_MAX, 'an operation ends');
      const back = outgoing.flatMap((bytes) => wire(bytes, clock.at));
      outgoing = back.flatMap((bytes) => session.receive(bytes, clock.at));
    }
  };
  const wait = (isOver: () => boolean): void => {
    for (let due = session.dueAt(); !isOver() && due !== undefined; due = session.dueAt()) {
      law((turns += 1) < TURNS_MAX, 'an operation ends');
      clock.at = Math.max(clock.at, due);
      carry(session.poll(clock.at));
    }
  };
  if (!session.ready) {
    carry(session.open(clock.at));
    wait(() => session.ready);
    log.reach(session.ready ? 'connected' : 'not connected');
  }
  if (!session.ready) return;
  const { exchange, send } = session.start(work, clock.at);
  carry(send);
  wait(() => exchange.result !== undefined || exchange.lost !== undefined);
  // What no deadline covers, an answer that was none, is the owner's to end.
  if (session.busy) session.drop();
  log.reach(exchange.result ? ended(exchange.result) : `lost, ${exchange.lost}`);
}

/** What the client itself finds wrong; all else it says is what a decoder under it says, which has a target of its own. */
const PROTOCOL = [
  ...['the responding-AP-title is no system title', 'the server did not ask for HLS'],
  ...['StoC is not a challenge', 'SET answered with another', 'block N of a SET answered with another'],
  ...['SET with list answered with another', 'ACTION answered with another', 'the answer has another invoke-id'],
  ...['a block expected, got another', 'block N expected, got another', 'the value is longer than allowed'],
  ...['an empty block that is not the last', 'unexpected another'],
];
const SECURITY = [
  ...['the answer is not ciphered', 'the answer has another system title', 'the server did not prove its keys'],
  ...['the answer is less protected than the request', 'the answer is under a dedicated key that was never agreed'],
  ...['the answer is not what its tag announced', 'the answer repeats an invocation counter'],
  ...['deciphering: the tag does not verify', 'deciphering: shorter than its tag'],
];
const ENDS = [
  'ok',
  'rejected',
  'exception',
  'serviceError',
  'result',
  'countersUsedUp',
  'lost, timeout',
  'lost, linkDown',
  'lost, linkRefused',
];

function ended(result: ClientResult<unknown>): string {
  if (result.ok) return 'ok';
  const { error } = result;
  if (error.kind !== 'security' && error.kind !== 'protocol') return error.kind;
  const said = words(error.error).replace(/(answered with|got|^unexpected) \w+$/, '$1 another');
  const own = error.kind === 'security' ? SECURITY : PROTOCOL;
  return `${error.kind}: ${own.includes(said) ? said : 'what does not decode'}`;
}

/** What an operation may come to. */
export const CLIENT_ENDS = [
  ...ENDS,
  ...[...PROTOCOL, 'what does not decode'].map((error) => `protocol: ${error}`),
  ...[...SECURITY, 'what does not decode'].map((error) => `security: ${error}`),
];
