/** What is said on a broker, listened to for weeks: a connection that ends is made again, and what was missed meanwhile is missed. */
import { connectBroker, type Connection } from '../../mqtt/connection.ts';
import { ingestGlow } from '../../mqtt/glow.ts';
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
  /** Something was heard of it, evidence or not. */
  readonly onSign: () => void;
}

export interface Source {
  close(): Promise<void>;
}

/** From one try to reach a broker to the next. Our assumption. */
const RETRY_SECONDS = 60;

/** Reports of a CAD in Glow form. `lastDated`: what each CAD's data were last dated; `onBegin`: where the count of one begins. */
export function glowSource(
  { url, cads }: NonNullable<WatchDocument['glow']>,
  options: SourceOptions & {
    readonly lastDated: Readonly<Record<string, Instant>>;
    readonly onBegin: (cad: string, at: Instant) => void;
  },
): Source {
  const { onNote, onEvidence, onSign, onBegin } = options;
  const ours = cads.map((cad) => cad.toUpperCase());
  let watch = { gasDated: options.lastDated };
  return keptUp(url, options, async (connection) => {
    await ingestGlow(connection, {
      installationOf: (cad) => {
        if (!ours.includes(cad.toUpperCase())) return undefined;
        onSign();
        return 'ours';
      },
      now: () => nowOf(options),
      watch,
      onWatch: (next) => {
        watch = next;
        for (const [cad, at] of Object.entries(next.gasDated)) onBegin(cad, at);
      },
      onContact: ({ at, link, source }) => onEvidence({ at, link, source, bearing: 'sign' }),
      onNote,
    });
  });
}

/** Link reports of the devices of one unit on the bus of a bench. */
export function benchSource({ url, bench, unit }: NonNullable<WatchDocument['bench']>, options: SourceOptions): Source {
  const { onNote, onEvidence, onSign } = options;
  const watches = new Map<string, LinkWatch>();
  return keptUp(url, options, (connection) =>
    watchBench(connection, {
      bench,
      watches,
      now: () => nowOf(options),
      onEvent: (event) => {
        if (event.address.installation !== unit) return;
        const name = `${unit}/${event.address.device}`;
        switch (event.kind) {
          case 'link':
            onSign();
            for (const { at, link, source } of event.contacts) onEvidence({ at, link, source, bearing: 'sign' });
            return;
          case 'status':
            onNote(`${name} is ${event.status.state}`);
            return;
          case 'odd':
            onNote(`${name}: a message was not understood: ${event.reason}`);
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
  { timers, onNote }: Pick<SourceOptions, 'timers' | 'onNote'>,
  use: (connection: Connection) => Promise<void>,
): Source {
  let isClosed = false;
  let live: Connection | undefined;
  let cancel: Cancel = () => undefined;
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
      connection.onEnd((cause) => again(cause ?? new Error(`${connection.endpoint}: the broker hung up`)));
      await use(connection).catch(() => connection.close());
    }, again);
  };
  connect();
  return {
    async close() {
      isClosed = true;
      cancel();
      await live?.close();
    },
  };
}
