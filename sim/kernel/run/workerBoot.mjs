// Starts a worker from sources or from the built package: `new Worker('x.ts')` fails under tsx on Node 20. The module
// is the one that the pool names, without its extension.
import { existsSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { module } = workerData;
const source = new URL(`${module}.ts`);
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  await import(`${module}.js`);
}
