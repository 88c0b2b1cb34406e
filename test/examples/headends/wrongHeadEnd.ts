// A head-end with one fault: it gives every meter the same key.
//   smets1-bench check head-end --command "node --import tsx test/examples/headends/wrongHeadEnd.ts" --laws "no two devices"
import { createInterface } from 'node:readline';
import { headEndOf, type Meter } from './headEnd.ts';

const headEnd = headEndOf(() => new Uint8Array(16).fill(0x42));
createInterface({ input: process.stdin }).on('line', (line) => {
  const { rotate } = JSON.parse(line) as { rotate: Meter };
  void headEnd(rotate).then((rotated) => {
    process.stdout.write(`${JSON.stringify({ number: rotate.number, rotated })}\n`);
  });
});
