/** Opens an attached device's carrier: TCP, a broker, a serial line, or an optical port that leads to HDLC. */
import { OPENING_MODE } from '../iec62056_21/frames.ts';
import { mqttTransport } from '../mqtt/mqttTransport.ts';
import { heldTransport } from '../transport/held.ts';
import { serialTransport } from '../transport/serial.ts';
import type { SerialPackage } from '../transport/serialPackage.ts';
import { tcpTransport } from '../transport/tcp.ts';
import type { Timers } from '../transport/timers.ts';
import type { Transport } from '../transport/transport.ts';
import { opticalLine, type OpticalLineOptions } from './opticalLine.ts';

/** The address of a device on a carrier. */
export type CarrierPlace =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly path: string; readonly baud: number }
  | {
      readonly kind: 'mqtt';
      readonly url: string;
      readonly bench: string;
      readonly rig: string;
      readonly announced: boolean;
    };

export interface CarrierLineOptions {
  readonly timers: Timers;
  /** `62056-21` opens an optical port by mode E; the caller then speaks HDLC. */
  readonly framing: 'wrapper' | 'hdlc' | '62056-21';
  readonly optical?: Omit<OpticalLineOptions, 'timers' | 'baud'>;
  /** Loads node-serialport. Tests supply the mock. */
  readonly loadSerial?: () => Promise<SerialPackage>;
}

/** A carrier that is opened for each call. A serial line stays open between calls until `close`. */
export type CarrierLine = Pick<Transport, 'name' | 'open'> & { hold?(): Promise<void>; close?(): Promise<void> };

/** Octets that may still be on a serial line when a call has ended. */
const LAST_OCTETS = 64;

export function carrierLine(place: CarrierPlace, options: CarrierLineOptions): CarrierLine {
  const { timers, framing, optical, loadSerial } = options;
  const load = loadSerial && { load: loadSerial };
  switch (place.kind) {
    case 'tcp': {
      const tcp = tcpTransport({ host: place.host, port: place.port });
      return framing === '62056-21' ? opticalLine(tcp, { timers, ...optical }) : tcp;
    }
    case 'mqtt': {
      const { url, bench, rig, announced } = place;
      return mqttTransport({ url, bench, rig, peer: announced ? 'announced' : 'silent', timers });
    }
    case 'serial': {
      const { path, baud } = place;
      if (framing === '62056-21') {
        return opticalLine(serialTransport({ path, mode: OPENING_MODE, ...load }), { timers, baud, ...optical });
      }
      const quietMilliseconds = 100 + Math.ceil((LAST_OCTETS * 10_000) / baud);
      return heldTransport(serialTransport({ path, mode: `${baud}/8N1`, ...load }), { timers, quietMilliseconds });
    }
  }
}
