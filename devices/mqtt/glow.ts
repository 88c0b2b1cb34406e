import { formatInstant } from '../../src/time.ts';
import type { Instant } from '../../src/time.ts';
import type { Connection } from './connection.ts';
import type { Contact } from './contact.ts';
import { GLOW_WATCH_EMPTY, observeGlow } from './glowEvidence.ts';
import type { GlowContext, GlowWatch } from './glowEvidence.ts';
import { cadOf, decodeGlow, GLOW_FILTERS } from './glowMessage.ts';

/** One emulated CAD at an instant, as its owner's broker shows it. */
export interface GlowSnapshot {
  /** Twelve hexadecimal digits; also the CAD's name in the topics. */
  readonly mac: string;
  readonly at: Instant;
  readonly han: { readonly joined: boolean; readonly rssi: number; readonly lqi: number };
  readonly electricity?: GlowReading & { readonly powerKw: number };
  /** `at` is when the mirror was last renewed: it stands still while the gas meter sleeps. */
  readonly gas?: GlowReading;
}

export interface GlowReading {
  readonly at: Instant;
  readonly cumulativeKwh: number;
  readonly dayKwh?: number;
  readonly weekKwh?: number;
  readonly monthKwh?: number;
  /** MPAN or MPRN. If it is undefined, the CAD says "not available". */
  readonly meterPoint?: string;
  readonly supplier?: string;
}

export interface GlowPublication {
  readonly topic: string;
  readonly payload: string;
}

/** A CAD repeats its message after this many seconds, even if nothing has changed. */
export const GLOW_INTERVAL_SECONDS = 6;

/**
 * Returns the messages of one round in Glow's local form, for any consumer of Glow. Throws a RangeError for a bad MAC.
 */
export function glowMessages(snapshot: GlowSnapshot): readonly GlowPublication[] {
  const { mac, han, electricity, gas } = snapshot;
  if (!/^[0-9A-F]{12}$/.test(mac)) throw new RangeError('a CAD is named by twelve upper-case hexadecimal digits');
  const state = {
    software: 'smets1-bench',
    timestamp: formatInstant(snapshot.at),
    hardware: 'EMULATED-CAD',
    ethmac: mac,
    smetsversion: 'SMETS1',
    eui: `00:${mac.match(/../g)!.join(':')}:00`,
    zigbee: '1.2.5',
    han: { rssi: han.rssi, status: han.joined ? 'joined' : 'not joined', lqi: han.lqi },
  };
  const messages: GlowPublication[] = [{ topic: `glow/${mac}/STATE`, payload: JSON.stringify(state) }];
  const sensor = (name: string, body: unknown): void => {
    messages.push({ topic: `glow/${mac}/SENSOR/${name}`, payload: JSON.stringify({ [name]: body }) });
  };
  if (electricity !== undefined) {
    sensor('electricitymeter', meterBody(electricity, 'mpan', electricity.powerKw));
  }
  if (gas !== undefined) sensor('gasmeter', meterBody(gas, 'mprn', 0));
  return messages;
}

function meterBody(reading: GlowReading, point: 'mpan' | 'mprn', powerKw: number): unknown {
  return {
    timestamp: formatInstant(reading.at),
    energy: {
      export: { cumulative: 0, units: 'kWh' },
      import: {
        cumulative: rounded(reading.cumulativeKwh),
        day: rounded(reading.dayKwh ?? 0),
        week: rounded(reading.weekKwh ?? 0),
        month: rounded(reading.monthKwh ?? 0),
        units: 'kWh',
        [point]: reading.meterPoint ?? 'not available',
        supplier: reading.supplier ?? '---',
        price: { unitrate: 0, standingcharge: 0 },
      },
    },
    power: { value: rounded(powerKw), units: 'kW' },
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Publishes one round. As with a real CAD, nothing is retained and there is no will. */
export function publishGlow(connection: Connection, snapshot: GlowSnapshot): void {
  for (const { topic, payload } of glowMessages(snapshot)) connection.post(topic, payload);
}

export interface GlowIngestOptions extends Pick<GlowContext, 'installationOf' | 'pointsOf'> {
  /** Returns the present time in seconds since the epoch. Evidence dated ahead of it is refused. */
  readonly now: () => Instant;
  readonly onContact: (contact: Contact) => void;
  /** Called with notes for the user, without payload. */
  readonly onNote?: (note: string) => void;
  /** Called with the CAD's name for every message in Glow's form, including those of unknown CADs. */
  readonly onSpeaker?: (cad: string) => void;
  /** The state in which an earlier run ended. */
  readonly watch?: GlowWatch;
  /** Called with the state to keep for the next run, whenever it changes. */
  readonly onWatch?: (watch: GlowWatch) => void;
}

/** Listens to real CADs on a broker. Keep `watch` of the result for the next run. */
export async function ingestGlow(
  connection: Connection,
  options: GlowIngestOptions,
): Promise<{ readonly watch: GlowWatch }> {
  const { now, installationOf, pointsOf, onContact, onNote, onSpeaker, onWatch } = options;
  let watch = options.watch ?? GLOW_WATCH_EMPTY;
  for (const filter of GLOW_FILTERS) {
    await connection.subscribe(filter, ({ topic, payload }) => {
      const cad = cadOf(topic);
      if (cad === undefined) return;
      onSpeaker?.(cad);
      // A retained message was sent earlier, for example through a bridge. Its dates are still valid.
      const decoded = decodeGlow(topic, payload);
      if (decoded === undefined) return;
      if (!decoded.ok) {
        if (installationOf(cad) !== undefined) onNote?.(`glow ${cad}: a message on ${topic} was not understood: ${decoded.reason}`); // prettier-ignore
        return;
      }
      const context = { receivedAt: now(), installationOf, ...(pointsOf && { pointsOf }) };
      const seen = observeGlow(watch, decoded.value, context);
      if (seen.watch !== watch) onWatch?.(seen.watch);
      watch = seen.watch;
      for (const contact of seen.contacts) onContact(contact);
      if (seen.note !== undefined) onNote?.(seen.note);
    });
  }
  return {
    get watch() {
      return watch;
    },
  };
}

/**
 * Looks for CADs that publish in Glow's form under a prefix other than `glow/`, as bridged brokers cause it. Calls
 * `onStray` with the topic. If a broker forbids the subscription, only the hint is lost.
 */
export async function findStrayCads(
  connection: Connection,
  { cads, onStray }: { readonly cads: readonly string[]; readonly onStray: (cad: string, topic: string) => void },
): Promise<void> {
  for (const cad of cads) {
    for (const spelling of new Set([cad, cad.toUpperCase(), cad.toLowerCase()])) {
      for (const filter of [`+/${spelling}/#`, `+/+/${spelling}/#`]) {
        const heard = ({ topic }: { readonly topic: string }): void => {
          if (!topic.startsWith('glow/')) onStray(cad, topic);
        };
        await connection.subscribe(filter, heard).catch(() => undefined);
      }
    }
  }
}
