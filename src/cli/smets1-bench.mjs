#!/usr/bin/env node
// In a checkout the sources stand beside this file and run through tsx; in the published package they do not, and a bundle
// runs on plain Node. Node 22 keeps what it has compiled for the next start, in its own cache folder.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';

const source = new URL('./main.ts', import.meta.url);
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  nodeModule.enableCompileCache?.();
  await import(new URL('../../dist/bin/main.js', import.meta.url).href);
}
