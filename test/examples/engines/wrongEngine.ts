// The right engine with one mistake: a failure that the system caused counts like any other. Try it:
//   smets1-bench check engine --command "npx tsx test/examples/engines/wrongEngine.ts"
import { createInterface } from 'node:readline';
import { decideRequest, type Request } from './protocol.ts';

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Request | { hello: 1 };
  if ('hello' in message) {
    process.stdout.write(
      `${JSON.stringify({ hello: 1, engine: 'engine in TypeScript that counts system failures' })}\n`,
    );
    return;
  }
  const attempts = message.attempts.map((row) => ({ ...row, cause: 'device' }));
  process.stdout.write(`${JSON.stringify({ id: message.id, verdicts: decideRequest({ ...message, attempts }) })}\n`);
});
