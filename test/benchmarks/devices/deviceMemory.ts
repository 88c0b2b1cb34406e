import { runProgram } from '../child.ts';
import { figure, printGoal, printTable } from '../print.ts';
import type { Sizes } from '../sizes.ts';

/** What deviceMemoryWorker.ts answers, in bytes a device. */
export interface DeviceMemory {
  readonly devices: number;
  readonly states: readonly { readonly state: string; readonly heap: number; readonly resident: number }[];
  /** Values, clocks and keys of one that were seen in another. */
  readonly leaks: readonly string[];
}

const DEVICES = 10_000;
const QUICK_DEVICES = 500;
/** What devices/README.md says of an idle device. */
const IDLE_HEAP_MOST = 1024;

/** Ten thousand emulated devices in one process of their own, idle and used, and that none sees what another was told. */
export async function deviceMemoryBenchmark({ quick }: Sizes): Promise<boolean> {
  const run = await runProgram('devices/deviceMemoryWorker.ts', [String(quick ? QUICK_DEVICES : DEVICES)]);
  if (run.status !== 0) {
    console.log(`failed: the process of the devices ended with ${run.status}: ${run.stderr}`);
    return false;
  }
  const { devices, states, leaks } = JSON.parse(run.stdout) as DeviceMemory;
  printTable(
    [`bytes a device, of ${devices} in one process`, 'heap', 'resident'],
    states.map(({ state, heap, resident }) => [state, Math.round(heap).toString(), Math.round(resident).toString()]),
  );
  console.log(`The process peaked at ${figure(run.peakBytes / 2 ** 20)} MB.`);
  for (const leak of leaks) console.log(`failed: ${leak}`);
  console.log(leaks.length === 0 ? 'No device sees what was written in another.' : 'Devices are not isolated.');
  const found = states[0]?.heap ?? Infinity;
  const what = 'heap of an idle device';
  return printGoal({ what, found, atMost: IDLE_HEAP_MOST, unit: 'bytes', quick }) && leaks.length === 0;
}
