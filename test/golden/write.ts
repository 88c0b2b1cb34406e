// `npm run golden`: writes the goldens anew and says which changed. The diff is read like code, and the changelog says why.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GOLDEN, goldenNames, goldenText } from './runs.ts';

for (const name of goldenNames()) {
  const path = join(GOLDEN, `${name}.json`);
  const text = await goldenText(name);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (text === before) continue;
  writeFileSync(path, text);
  process.stdout.write(`${before === undefined ? 'new' : 'changed'}: test/golden/${name}.json\n`);
}
process.stdout.write('Goldens stand. Where one changed, say in CHANGELOG.md why it had to.\n');
