import { aedesBroker, mosquittoBroker, mosquittoMissing } from '../../devices/transport/brokers.ts';
import { ptyPair, socatMissing } from '../../devices/transport/serialPair.ts';
import { rates, type Subject } from '../measure.ts';
import { absent, figure, printGoal, printTable } from '../print.ts';
import type { Sizes } from '../sizes.ts';
import { bareMqtt, bareSerial, bareTcp, carriedMqtt, carriedSerial, carriedTcp } from './carriers.ts';
import { type Ends, Exerciser } from './pipes.ts';

/** An adapter may cost so much of the bare library's speed. */
const RATIO_LEAST = 0.7;
/** Lengths of a GET and its answer with their framing, and of the longest APDU that a lab device takes. */
const OCTETS = [64, 1024];
const UNDER_WAY = 50;
/** Slow spells of a shared machine are longer than a round: many short ones, in turns, leave a clean one for each. */
const ROUNDS = 12;

/** Where the two are put side by side. */
interface Place {
  readonly name: string;
  /** Without it the ratio is printed and not judged. */
  readonly isJudged: boolean;
  readonly missing?: string | undefined;
  /** Round trips in a round; messages one way are four times as many. */
  readonly times: number;
  start(): Promise<{ bare(): Promise<Ends>; adapter(): Promise<Ends>; stop(): Promise<void> }>;
}

function onBroker(broker: () => Promise<{ readonly url: string; stop(): Promise<void> }>): Place['start'] {
  return async () => {
    const { url, stop } = await broker();
    return { bare: () => bareMqtt(url), adapter: () => carriedMqtt(url), stop };
  };
}

const PLACES: readonly Place[] = [
  { name: 'MQTT on aedes', isJudged: true, times: 400, start: onBroker(() => aedesBroker()) },
  {
    name: 'MQTT on Mosquitto',
    isJudged: true,
    missing: mosquittoMissing,
    times: 400,
    start: onBroker(mosquittoBroker),
  },
  {
    ...{ name: 'serial on a pty', isJudged: true, missing: socatMissing, times: 400 },
    async start() {
      // A port is opened once, so each of the two has a pair of its own; both are of the same make.
      const pairs = [await ptyPair(), await ptyPair()];
      return {
        bare: () => bareSerial(pairs[0]!.paths),
        adapter: () => carriedSerial(pairs[1]!.paths),
        stop: async () => void (await Promise.all(pairs.map((pair) => pair.stop()))),
      };
    },
  },
  {
    ...{ name: 'TCP', isJudged: false, times: 2000 },
    start: () => Promise.resolve({ bare: bareTcp, adapter: carriedTcp, stop: () => Promise.resolve() }),
  },
];

/** Each carrier of devices/transport beside the library under it: the same broker or line, in turns, the best round of each. */
export async function adaptersBenchmark(sizes: Sizes): Promise<boolean> {
  const rows: string[][] = [];
  const goals: { what: string; found: number; isJudged: boolean }[] = [];
  for (const place of PLACES) {
    if (place.missing !== undefined) {
      absent(place.name, place.missing);
      continue;
    }
    const { bare, adapter, stop } = await place.start();
    const both = { bare: new Exerciser(await bare()), adapter: new Exerciser(await adapter()) };
    for (const octets of OCTETS) {
      for (const job of ['round trips', 'messages one way'] as const) {
        const times = Math.ceil(place.times / (sizes.quick ? 20 : 1));
        const subject = (name: 'bare' | 'adapter'): Subject => ({
          ...{ name, items: job === 'round trips' ? times : 4 * times },
          run: () =>
            job === 'round trips'
              ? both[name].pingPong(octets, times)
              : both[name].stream(octets, 4 * times, UNDER_WAY),
        });
        const [library, ours] = await rates([subject('bare'), subject('adapter')], sizes.quick ? 1 : ROUNDS);
        const [found, processor] = [ours!.wall / library!.wall, ours!.processor / library!.processor];
        const what = `${place.name}, ${job} of ${octets} octets`;
        rows.push([
          what,
          ...[library!, ours!].map(({ wall }) => Math.round(wall).toString()),
          figure(found),
          figure(processor),
        ]);
        goals.push({ what, found, isJudged: place.isJudged });
      }
    }
    await both.bare.close();
    await both.adapter.close();
    await stop();
  }
  printTable(['per second', 'bare', 'adapter', 'ratio by the clock', 'ratio by processor time'], rows);
  return goals
    .filter(({ isJudged }) => isJudged)
    .map(({ what, found }) =>
      printGoal({ what, found, atLeast: RATIO_LEAST, unit: 'x the bare library', quick: sizes.quick }),
    )
    .every(Boolean);
}
