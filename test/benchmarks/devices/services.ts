import { rates, type Rate, type Subject } from '../measure.ts';
import { figure, printTable } from '../print.ts';
import type { Sizes } from '../sizes.ts';
import { AUTHENTICATIONS, memoryCaller, tcpCaller } from './callers.ts';
import { memoryRotator, tcpRotator } from './rotations.ts';

/** GET round trips, and GMAC associations with rotation, in memory and over TCP. Both ends are in this process. */
export async function servicesBenchmark({ quick, rounds }: Sizes): Promise<void> {
  const [reads, rotations] = quick ? [100, 5] : [2000, 100];
  const closers: (() => Promise<void>)[] = [];
  const subjects: Subject[] = [];
  for (const authentication of AUTHENTICATIONS) {
    for (const [carrier, made] of Object.entries({ memory: memoryCaller, TCP: tcpCaller })) {
      const caller = await made(authentication);
      closers.push(() => caller.close());
      subjects.push({ name: `GET, ${authentication}, ${carrier}`, items: reads, run: () => caller.read(reads) });
    }
  }
  for (const [carrier, made] of Object.entries({ memory: memoryRotator, TCP: tcpRotator })) {
    const rotator = await made();
    closers.push(() => rotator.close());
    subjects.push({ name: `rotation, ${carrier}`, items: rotations, run: () => rotator.rotate(rotations) });
  }
  const measured = await rates(subjects, rounds);
  for (const close of closers) await close();
  printTable(
    ['round trips/s, rotations/s', 'by the clock', 'by processor time', 'of memory, by processor time'],
    measured.map((rate) => [
      rate.name,
      ...[rate.wall, rate.processor].map((perSecond) => Math.round(perSecond).toString()),
      figure(rate.processor / inMemory(measured, rate).processor),
    ]),
  );
  console.log(
    'A rotation: HLS-GMAC, a new GAK, a new GUEK, then HLS-GMAC under both and the release. Both ends are counted.',
  );
}

/** The same work without a carrier. */
function inMemory(measured: readonly Rate[], { name }: Rate): Rate {
  const work = name.slice(0, name.lastIndexOf(','));
  return measured.find((rate) => rate.name === `${work}, memory`)!;
}
