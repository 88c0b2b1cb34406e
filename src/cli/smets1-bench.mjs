#!/usr/bin/env node
// In a checkout the sources stand beside this file and run through tsx; in the published package they do not, and the
// built files run on plain Node.
import { existsSync } from 'node:fs';

const source = new URL('./main.ts', import.meta.url);
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else {
  await import(new URL('../../dist/src/cli/main.js', import.meta.url).href);
}
