// `npm run golden` writes the goldens and prints which changed. The diff is read like code, and CHANGELOG.md says why. It
// writes nothing while the same scenario and seed give other numbers under the same KERNEL.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelDigests, refusal, type KernelDigests } from './kernel/digests.ts';
import { GOLDEN, goldenNames, goldenText } from './runs.ts';

const DIGESTS = join(GOLDEN, 'kernel/digests.json');
const digests = kernelDigests();
const why = existsSync(DIGESTS)
  ? refusal(JSON.parse(readFileSync(DIGESTS, 'utf8')) as KernelDigests, digests)
  : undefined;
if (why !== undefined) {
  process.stderr.write(`golden: ${why}\n`);
  process.exit(1);
}
writeFileSync(DIGESTS, `${JSON.stringify(digests, null, 2)}\n`);

for (const name of goldenNames()) {
  const path = join(GOLDEN, `${name}.json`);
  const text = await goldenText(name);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (text === before) continue;
  writeFileSync(path, text);
  process.stdout.write(`${before === undefined ? 'new' : 'changed'}: test/golden/${name}.json\n`);
}
process.stdout.write('Goldens stand. Where one changed, say in CHANGELOG.md why it had to.\n');
