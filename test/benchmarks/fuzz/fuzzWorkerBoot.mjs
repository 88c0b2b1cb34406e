// `new Worker('x.ts')` fails under tsx on Node 20; this registers it in the worker and imports the body.
import { register } from 'tsx/esm/api';

register();
await import(new URL('./fuzzWorker.ts', import.meta.url).href);
