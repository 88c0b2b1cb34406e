// A head-end with one fault: it gives every meter the same key.
//   smets1-bench check head-end --command "node --import tsx test/examples/headends/wrongHeadEnd.ts" --laws "no two devices"
import { serveHeadEnd } from './headEnd.ts';

serveHeadEnd(() => new Uint8Array(16).fill(0x42));
