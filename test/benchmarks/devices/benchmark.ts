import type { Sizes } from '../sizes.ts';
import { adaptersBenchmark } from './adapters.ts';
import { decodingBenchmark } from './decoding.ts';
import { deviceMemoryBenchmark } from './deviceMemory.ts';
import { fleetBenchmark } from './fleet.ts';
import { servicesBenchmark } from './services.ts';

/** Devices on the wire: services, memory, and what the carriers cost over the libraries under them. */
export async function devicesBenchmark(sizes: Sizes): Promise<boolean> {
  await servicesBenchmark(sizes);
  console.log();
  const isLight = await deviceMemoryBenchmark(sizes);
  console.log();
  await fleetBenchmark(sizes);
  console.log();
  const isFast = await decodingBenchmark(sizes);
  console.log();
  return (await adaptersBenchmark(sizes)) && isLight && isFast;
}
