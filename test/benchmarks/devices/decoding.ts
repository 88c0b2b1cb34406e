import { decodeCapture } from '../../../devices/decode/decodeCapture.ts';
import { roleOf } from '../../../devices/dlms/apdu/apdu.ts';
import { decodeRequest, encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { decodeResponse, encodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { concat } from '../../../devices/dlms/encoding/bytes.ts';
import { encodeWrapper, WrapperParser } from '../../../devices/dlms/framing/wrapper.ts';
import { pcapConversation, pcapHeader } from '../../../devices/transport/pcap.ts';
import { obis } from '../../../devices/cosem/object.ts';
import { rates } from '../measure.ts';
import { figure, printGoal, printTable } from '../print.ts';
import type { Sizes } from '../sizes.ts';

/** The words may cost as much again as the codecs. */
const RATIO_LEAST = 0.5;
const EXCHANGES = 4000;
const ROUNDS = 8;

const attribute = { classId: 3, ln: obis('1.0.1.8.0.255'), id: 2 };
const ASK = encodeWrapper({ source: 16, destination: 1, apdu: encodeRequest({ kind: 'getNormal', invoke: 0xc1, request: { attribute } }) }); // prettier-ignore
const TELL = encodeWrapper({ source: 1, destination: 16, apdu: encodeResponse({ kind: 'getNormal', invoke: 0xc1, result: { ok: true, data: { type: 'doubleLongUnsigned', value: 25_282_784 } } }) }); // prettier-ignore

/** `devices decode` of a pcap beside the bare codecs on the same PDUs: wrapper, request or response, value. */
export async function decodingBenchmark({ quick }: Sizes): Promise<boolean> {
  const exchanges = quick ? EXCHANGES / 20 : EXCHANGES;
  const draw = pcapConversation({ serverPort: 4059, clientPort: 50_000 });
  const frames = Array.from({ length: exchanges }, (_, i) => [draw(ASK, 'c2s', i), draw(TELL, 's2c', i)]).flat();
  const capture = concat(pcapHeader(), ...frames);
  let read = 0;
  const bare = (): void => {
    for (const frame of [ASK, TELL]) {
      const parser = new WrapperParser();
      for (let i = 0; i < exchanges; i += 1) {
        for (const { apdu } of parser.receive(frame)) {
          const decoded = roleOf(apdu) === 'request' ? decodeRequest(apdu) : decodeResponse(apdu);
          read += decoded.ok ? 1 : 0;
        }
      }
    }
  };
  const items = 2 * exchanges;
  const [codecs, words] = await rates(
    [
      { name: 'bare codecs', items, run: bare },
      { name: 'devices decode', items, run: () => void (read += decodeCapture(capture).length) },
    ],
    quick ? 1 : ROUNDS,
  );
  const found = words!.processor / codecs!.processor;
  printTable(['frames per second of processor time', 'bare codecs', 'devices decode', 'ratio'], [[`a pcap of ${items} frames`, Math.round(codecs!.processor).toString(), Math.round(words!.processor).toString(), figure(found)]]); // prettier-ignore
  if (read === 0) throw new Error('nothing was decoded');
  return printGoal({ what: 'devices decode', found, atLeast: RATIO_LEAST, unit: 'x the bare codecs', quick });
}
