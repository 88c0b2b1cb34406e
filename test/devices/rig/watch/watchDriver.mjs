// A driver for tests of watches: what it can do and what it says stands in a file, which the test changes as it goes.
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const file = process.argv[2];
const told = () => JSON.parse(readFileSync(file, 'utf8'));
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, hello, op, arg } = JSON.parse(line);
  if (hello !== undefined) {
    say({ hello: 1, driver: 'test', capabilities: told().capabilities });
    return;
  }
  const answer = (result = {}) => say({ id, ok: true, result });
  if (op === 'probe') answer({ answered: true });
  else if (op === 'lastContact') {
    const { lastContact, dies } = told();
    if (dies) process.exit(7);
    const at = lastContact[arg.link];
    if (at === 'noAnswer') say({ id, ok: false, observation: 'noAnswer', message: 'silent' });
    else answer({ at });
  } else if (op === 'observe') {
    answer();
    let sent = 0;
    setInterval(() => {
      if (!existsSync(file)) return;
      const { events = [] } = told();
      for (const event of events.slice(sent)) say(event);
      sent = events.length;
    }, 20);
  } else if (op === 'close') {
    answer();
    setImmediate(() => process.exit(0));
  } else answer();
});
