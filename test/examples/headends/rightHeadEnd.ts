// A head-end behind `check head-end`: it rotates the keys of each meter that it is told of, over DLMS/COSEM.
//   smets1-bench check head-end --command "node --import tsx test/examples/headends/rightHeadEnd.ts"
import { serveHeadEnd } from './headEnd.ts';

serveHeadEnd();
