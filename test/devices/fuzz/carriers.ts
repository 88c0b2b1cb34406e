import { HdlcClient, type HdlcClientEvent } from '../../../devices/dlms/framing/hdlcClient.ts';
import { serverAddress, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import type { ServerConnection } from '../../../devices/dlms/server/serverConnection.ts';
import { encodeWrapper, WrapperParser } from '../../../devices/dlms/framing/wrapper.ts';
import type { Dice } from './dice.ts';
import { mutatedHdlc, mutatedWrapper } from './frames.ts';
import { portions } from './mutate.ts';
import type { Carrier, ClientSap } from './session.ts';
import { type CaseLog, law } from './target.ts';

export interface Place {
  readonly connection: ServerConnection;
  readonly client: ClientSap;
  readonly server: number;
  /** The instant, moved on as the session goes. */
  readonly clock: { at: number };
}

/** Frames that one input may be answered with: a window of seven for each frame that could stand in it, and a few. */
const framesMax = (bytes: number): number => 16 + bytes;
const MUTATE_ONE_IN = 5;
/** Turns of two ends that answer each other; a value in segments of a byte takes the most. */
const TURNS_MAX = 20_000;

function give(place: Place, bytes: Uint8Array): Uint8Array[] {
  const out = place.connection.receive(bytes, place.clock.at);
  law(out.length <= framesMax(bytes.length), 'an input is answered with a bounded number of frames');
  return out;
}

export function wrapperCarrier(dice: Dice, log: CaseLog, place: Place): Carrier {
  const { connection, client, server, clock } = place;
  return {
    exchange(apdu) {
      const frame = encodeWrapper({ source: client, destination: server, apdu: apdu.subarray(0, 0xffff) });
      const bytes = dice.oneIn(MUTATE_ONE_IN) ? log.input(mutatedWrapper(dice, frame)) : frame;
      clock.at += dice.below(30);
      const frames = portions(dice, bytes).flatMap((part) => give(place, part));
      const due = connection.dueAt();
      if (due !== undefined) {
        log.reach('waits for a sleepy device');
        clock.at = Math.max(clock.at, due);
        frames.push(...connection.poll(clock.at));
      }
      // What a frame that claimed too much is still waiting for.
      if (frames.length === 0 && dice.oneIn(40)) frames.push(...give(place, new Uint8Array(0x10008)));
      const answers = new WrapperParser().receive(Buffer.concat(frames));
      return answers.filter((pdu) => pdu.source === server && pdu.destination === client).at(-1)?.apdu;
    },
    reset: () => connection.close(),
  };
}

export function hdlcCarrier(dice: Dice, log: CaseLog, place: Place): Carrier {
  const { connection, client, server, clock } = place;
  const bytesMax = dice.pick([5, 40, 128, 128, 1024]);
  const window = dice.pick([1, 1, 3, 7]);
  const link = new HdlcClient({
    client: shortAddress(client),
    server: dice.oneIn(4) ? serverAddress(server, 17) : serverAddress(server),
    ...(!dice.oneIn(3) && {
      propose: { transmitBytesMax: bytesMax, receiveBytesMax: bytesMax, transmitWindow: window, receiveWindow: window },
    }),
  });
  /** The mutated frames of one exchange are few, or a long value would never come through. */
  let mutations = 0;

  function pump(events: readonly HdlcClientEvent[]): Uint8Array | undefined {
    let pending = [...events];
    let answer: Uint8Array | undefined;
    for (let turns = 0; pending.length > 0; turns += 1) {
      law(turns < TURNS_MAX, 'two ends of a link fall silent');
      const back = pending.flatMap((event): Uint8Array[] => {
        if (event.kind === 'apdu') answer = event.apdu;
        if (event.kind !== 'send') return [];
        const isMutated = mutations > 0 && dice.oneIn(2);
        if (isMutated) mutations -= 1;
        return give(place, isMutated ? log.input(mutatedHdlc(dice, event.bytes)) : event.bytes);
      });
      pending = back.flatMap((bytes) => link.receive(bytes, clock.at));
    }
    return answer;
  }

  return {
    exchange(apdu) {
      mutations = dice.oneIn(2) ? dice.below(3) : 0;
      clock.at += dice.below(dice.oneIn(40) ? 300 : 20);
      if (link.state !== 'open') {
        pump(link.connect(clock.at));
        log.reach(`link ${link.state}`);
      }
      if (link.state !== 'open') return undefined;
      let answer = pump(link.send(apdu.subarray(0, 0xf000), clock.at));
      for (let polls = 0; answer === undefined && link.dueAt() !== undefined && polls < 3; polls += 1) {
        clock.at = Math.max(link.dueAt()!, connection.dueAt() ?? 0);
        answer = pump(link.poll(clock.at));
      }
      if (answer === undefined || dice.oneIn(20)) {
        if (link.state === 'open') pump(link.disconnect(clock.at));
        log.reach(`link ${link.state}`);
        link.state = 'closed';
      }
      return answer;
    },
    reset: () => {
      connection.close();
      link.state = 'closed';
    },
  };
}
