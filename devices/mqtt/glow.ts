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
  /** MPAN or MPRN; left out, the CAD says "not available". */
  readonly meterPoint?: string;
  readonly supplier?: string;
}

export interface GlowPublication {
  readonly topic: string;
  readonly payload: string;
}

/** Seconds from one message of a CAD to its repetition. A CAD repeats itself even if nothing has changed. */
export const GLOW_INTERVAL_SECONDS = 6;

/** The messages of one round, in Glow's local form, for any consumer of Glow. Throws a RangeError for a bad MAC. */
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

/** Sends one round. As with the real thing nothing is retained and there is no will. */
export function publishGlow(connection: Connection, snapshot: GlowSnapshot): void {
  for (const { topic, payload } of glowMessages(snapshot)) connection.post(topic, payload);
}

export interface GlowIngestOptions extends Pick<GlowContext, 'installationOf' | 'pointsOf'> {
  /** Seconds since the epoch. Evidence that is dated ahead of it is refused. */
  readonly now: () => Instant;
  readonly onContact: (contact: Contact) => void;
  /** Takes text without payload. */
  readonly onNote?: (note: string) => void;
  /** Called for every message in Glow's form, with the CAD's name; also for CADs of nobody here. */
  readonly onSpeaker?: (cad: string) => void;
  /** Where an earlier run left off. */
  readonly watch?: GlowWatch;
  /** Called, whenever it changes, with what is to be kept for the next run. */
  readonly onWatch?: (watch: GlowWatch) => void;
}

/** Listens to real CADs on a broker. `watch` of the result is to be kept for the next run. */
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
      // A retained message was sent at some earlier time: somebody bridged this broker. Its dates still hold.
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
 * Looks for CADs that publish in Glow's form under another prefix than `glow/`, as bridged brokers make them. Calls `onStray` with
 * the topic. A broker that forbids the subscription is left in peace: only the hint is lost.
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
