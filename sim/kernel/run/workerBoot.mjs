// Starts a worker from sources or from the built package: `new Worker('x.ts')` fails under tsx on Node 20.
const source = new URL('./worker.ts', import.meta.url);
const { existsSync } = await import('node:fs');
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  await import(new URL('./worker.js', import.meta.url).href);
}
