// A head-end behind `check head-end`: it rotates the keys of each meter that it is told of, over DLMS/COSEM.
//   smets1-bench check head-end --command "node --import tsx test/examples/headends/rightHeadEnd.ts"
import { createInterface } from 'node:readline';
import { headEndOf, type Meter } from './headEnd.ts';

const headEnd = headEndOf();
createInterface({ input: process.stdin }).on('line', (line) => {
  const { rotate } = JSON.parse(line) as { rotate: Meter };
  void headEnd(rotate).then((rotated) => {
    process.stdout.write(`${JSON.stringify({ number: rotate.number, rotated })}\n`);
  });
});
