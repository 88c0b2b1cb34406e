/** Reads the data read-out of an optical port, or of a serial converter behind TCP: IEC 62056-21, modes A to D. */
import { baudCharacter, OPENING_BAUD, OPENING_MODE, REACTION_MILLISECONDS } from '../iec62056_21/frames.ts';
import { FAILURE_WORDS, type ReaderEvent } from '../iec62056_21/reader.ts';
import { readModeC } from '../iec62056_21/session.ts';
import type { CarrierPlace } from '../hardware/carrierLine.ts';
import { serialTransport } from '../transport/serial.ts';
import type { SerialPackage } from '../transport/serialPackage.ts';
import { tapped, type FrameLog } from '../transport/tap.ts';
import { tcpTransport } from '../transport/tcp.ts';
import type { Timers } from '../transport/timers.ts';
import { READING_FORMAT, type DeviceReading } from './deviceReading.ts';
import { wordsOf } from './readDevice.ts';

export interface ReadOpticalOptions {
  readonly place: Extract<CarrierPlace, { kind: 'tcp' | 'serial' }>;
  readonly timers: Timers;
  /** `software`: the parity of 7E1 is handled here, over a line set to 8N1. */
  readonly parity: 'port' | 'software';
  readonly wakeUp: boolean;
  /** Address of the meter, if several are on the line. */
  readonly address?: string;
  /** How long to wait for an answer, in seconds. */
  readonly answerSeconds: number;
  readonly loadSerial?: () => Promise<SerialPackage>;
  readonly log?: FrameLog;
}

/** Rejects with a TransportError if the port cannot be opened. */
export async function readOptical(options: ReadOpticalOptions): Promise<DeviceReading> {
  const { place, timers, parity, wakeUp, address, answerSeconds, loadSerial, log } = options;
  const transport =
    place.kind === 'tcp'
      ? tcpTransport({ host: place.host, port: place.port })
      : serialTransport({ path: place.path, mode: OPENING_MODE, ...(loadSerial && { load: loadSerial }) });
  const opened = await transport.open();
  const channel = log ? tapped(opened, { log, side: 'client', layer: '62056-21' }) : opened;
  let identification: string | undefined;
  let portError: string | undefined;
  opened.onError((error) => (portError = wordsOf(error)));
  const event = await new Promise<ReaderEvent>((resolve) => {
    channel.onClose(() => resolve({ kind: 'failed', reason: 'noAnswer' }));
    readModeC(channel, {
      timers,
      goal: 'readout',
      parity: parity === 'software' ? 'strip' : place.kind === 'tcp' ? 'either' : 'port',
      wakeUp,
      reactionMilliseconds: REACTION_MILLISECONDS,
      answerMilliseconds: answerSeconds * 1000,
      // A converter on TCP cannot change its speed.
      baudMax: place.kind === 'tcp' ? OPENING_BAUD : baudCharacter(place.baud),
      ...(address !== undefined && { address }),
      onEvent(told) {
        if (told.kind === 'identified')
          identification = `${told.identification.manufacturer} ${told.identification.model}`;
        else resolve(told);
      },
    });
  });
  await channel.close();
  const sets = event.kind === 'readout' ? event.readout.sets : [];
  const problem = event.kind === 'readout' ? oddText(event.readout.odd) : (portError ?? whyNot(event));
  return {
    format: READING_FORMAT,
    source: transport.name,
    readAt: new Date(timers.nowMilliseconds()).toISOString(),
    by: '62056-21',
    ...(identification !== undefined && { identification }),
    complete: event.kind === 'readout',
    ...(problem !== undefined && { problem }),
    objects: [],
    sets: sets.map(({ address: name, value, unit }) => ({ address: name, value, ...(unit !== undefined && { unit }) })),
  };
}

function oddText(odd: number): string | undefined {
  return odd === 0 ? undefined : `${odd} lines of the read-out are no data set`;
}

function whyNot(event: ReaderEvent): string {
  return event.kind === 'failed' ? FAILURE_WORDS[event.reason] : 'the meter refuses its read-out';
}
