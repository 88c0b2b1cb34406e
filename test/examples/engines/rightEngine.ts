// A right engine in TypeScript, to start your own from: the protocol is all here, and the decision is one call, in the place
// of which your own stands. Try it:
//   smets1-bench check engine --command "npx tsx test/examples/engines/rightEngine.ts"
import { createInterface } from 'node:readline';
import { decideRequest, type Request } from './protocol.ts';

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Request | { hello: 1 };
  const answer =
    'hello' in message
      ? { hello: 1, engine: 'right engine in TypeScript' }
      : { id: message.id, verdicts: decideRequest(message) };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
