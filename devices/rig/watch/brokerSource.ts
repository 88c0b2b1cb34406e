/**
 * Listens to a broker for weeks. It reconnects when a connection ends; messages sent meanwhile are lost. It notes a
 * source that never speaks.
 */
import { connectBroker, type Connection } from '../../mqtt/connection.ts';
import { findStrayCads, ingestGlow } from '../../mqtt/glow.ts';
import type { GlowWatch, MeterPoints } from '../../mqtt/glowEvidence.ts';
import { watchBench } from '../../mqtt/bench.ts';
import type { LinkWatch } from '../../mqtt/linkEvidence.ts';
import type { Instant } from '../../../src/time.ts';
import type { Cancel, Timers } from '../../transport/timers.ts';
import type { Evidence } from './watchState.ts';
import type { WatchDocument } from '../file/watchSchema.ts';

export interface SourceOptions {
  readonly timers: Timers;
  readonly onNote: (note: string) => void;
  readonly onEvidence: (evidence: Evidence) => void;
  /** Called for every message of the source, evidence or not. */
  readonly onSign: () => void;
}

export interface Source {
  /** Notes the sources that have not been heard so far. */
  look(): void;
  close(): Promise<void>;
}

/** Wait between two tries to reach a broker, in seconds. Our assumption. */
const RETRY_SECONDS = 60;

/** A source that has said nothing for this many seconds is noted. A CAD speaks every six seconds. Our assumption. */
const SILENT_SECONDS = 120;
/** A note lists at most this many other speakers. */
const OTHERS_MAX = 5;

/**
 * Notes once each expected source that was not heard although the broker was reached, and which other sources speak. A
 * caller that listens only for a short time may call `look` earlier.
 */
class Silence {
  private readonly heard = new Set<string>();
  private readonly others = new Set<string>();
  private readonly strays = new Map<string, string>();
  private readonly options: Pick<SourceOptions, 'timers' | 'onNote'> & {
    readonly names: readonly string[];
    /** Returns the start of the note for a name, such as `glow: CAD 12AB`. */
    readonly what: (name: string) => string;
  };

  constructor(options: Silence['options']) {
    this.options = options;
  }

  /** Records that a name was heard. Returns true if it is an expected one. */
  hear(name: string): boolean {
    const isOurs = this.options.names.includes(name);
    if (isOurs) this.heard.add(name);
    else if (this.others.size < OTHERS_MAX) this.others.add(name);
    return isOurs;
  }

  /** Notes that an expected name speaks on a topic to which nobody here listens. */
  stray(name: string, topic: string): void {
    this.strays.set(name, topic);
  }

  watch(): Cancel {
    return this.options.timers.after(SILENT_SECONDS * 1000, () => this.look());
  }

  readonly look = (): void => {
    const { names, what, onNote } = this.options;
    for (const name of names) {
      if (this.heard.has(name)) continue;
      const stray = this.strays.get(name);
      const others =
        this.others.size === 0
          ? 'nobody speaks in this form on the broker'
          : `others do: ${[...this.others].join(', ')}`;
      const why = stray === undefined ? others : `it publishes on ${stray}, and only glow/ is listened to`;
      onNote(`${what(name)} has not been heard, so it is no evidence of anything; ${why}`);
    }
  };
}

/**
 * Evidence from CADs in Glow form. `lastDated` gives the last date of each CAD's data; `onBegin` is called with the
 * first date of a CAD, from which its dates count.
 */
export function glowSource(
  { url, cads }: NonNullable<WatchDocument['glow']>,
  options: SourceOptions & {
    readonly lastDated: Readonly<Record<string, Instant>>;
    readonly onBegin: (cad: string, at: Instant) => void;
    /** The meter points that the rig file names. */
    readonly points: MeterPoints;
  },
): Source {
  const { onNote, onEvidence, onSign, onBegin, points } = options;
  const ours = cads.map((cad) => cad.toUpperCase());
  const silence = new Silence({ ...options, names: ours, what: (cad) => `glow: CAD ${cad}` });
  let watch: GlowWatch = { gasDated: options.lastDated };
  return keptUp(url, { ...options, silence }, async (connection) => {
    await ingestGlow(connection, {
      installationOf: (cad) => (ours.includes(cad.toUpperCase()) ? 'ours' : undefined),
      pointsOf: () => points,
      onSpeaker: (cad) => silence.hear(cad.toUpperCase()) && onSign(),
      now: () => nowOf(options),
      watch,
      onWatch: (next) => {
        watch = next;
        for (const [cad, at] of Object.entries(next.gasDated)) onBegin(cad, at);
      },
      onContact: ({ at, link, source }) => onEvidence({ at, link, source, bearing: 'sign' }),
      onNote,
    });
    await findStrayCads(connection, { cads, onStray: (cad, topic) => silence.stray(cad.toUpperCase(), topic) });
  });
}

/** Evidence from the link reports of one unit's devices on the bus of a bench. */
export function benchSource({ url, bench, unit }: NonNullable<WatchDocument['bench']>, options: SourceOptions): Source {
  const { onNote, onEvidence, onSign } = options;
  const watches = new Map<string, LinkWatch>();
  const silence = new Silence({ ...options, names: [unit], what: () => `bench ${bench}: unit ${unit}` });
  return keptUp(url, { ...options, silence }, (connection) =>
    watchBench(connection, {
      bench,
      watches,
      now: () => nowOf(options),
      onEvent: (event) => {
        if (event.kind === 'link') silence.hear(event.address.installation);
        if (event.address.installation !== unit) return;
        const name = `${unit}/${event.address.device}`;
        switch (event.kind) {
          case 'link':
            onSign();
            for (const { at, link, source } of event.contacts) onEvidence({ at, link, source, bearing: 'sign' });
            if (event.note !== undefined) onNote(event.note);
            return;
          case 'status':
            onNote(`${name} is ${event.status.state}`);
            return;
          case 'odd':
            onNote(`bench ${bench}, ${name}: a message was not understood: ${event.reason}`);
            return;
          case 'birth':
        }
      },
    }),
  );
}

function nowOf({ timers }: Pick<SourceOptions, 'timers'>): Instant {
  return Math.floor(timers.nowMilliseconds() / 1000);
}

function keptUp(
  url: string,
  { timers, onNote, silence }: Pick<SourceOptions, 'timers' | 'onNote'> & { readonly silence: Silence },
  use: (connection: Connection) => Promise<void>,
): Source {
  let isClosed = false;
  let live: Connection | undefined;
  let cancel: Cancel = () => undefined;
  let cancelLook: Cancel = () => undefined;
  const again = (why: unknown): void => {
    live = undefined;
    if (isClosed) return;
    onNote(`${why instanceof Error ? why.message : String(why)}; tried again every ${RETRY_SECONDS} s`);
    cancel = timers.after(RETRY_SECONDS * 1000, connect);
  };
  const connect = (): void => {
    connectBroker({ url }).then(async (connection) => {
      if (isClosed) return connection.close();
      live = connection;
      let failed: unknown;
      connection.onEnd((cause) => again(failed ?? cause ?? new Error(`${connection.endpoint}: the broker hung up`)));
      await use(connection).catch((error: unknown) => {
        failed = error;
        return connection.close();
      });
      cancelLook();
      cancelLook = silence.watch();
    }, again);
  };
  connect();
  return {
    look: silence.look,
    async close() {
      isClosed = true;
      cancel();
      cancelLook();
      await live?.close();
    },
  };
}
