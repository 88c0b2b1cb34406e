// A driver that misbehaves as its argument says, to see that the bench says clearly what went wrong.
import { createInterface } from 'node:readline';

const how = process.argv[2];
const say = (message) => process.stdout.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
const KEY = '000102030405060708090A0B0C0D0E0F';

createInterface({ input: process.stdin }).on('line', (line) => {
  const { hello, id } = JSON.parse(line);
  if (hello !== undefined) {
    if (how === 'mute') return;
    if (how === 'dies') process.exit(7);
    if (how === 'oldHello') return say({ hello: 99, driver: 'bad', capabilities: [] });
    return say({ hello: 1, driver: 'bad', capabilities: ['read', 'probe', 'observe'] });
  }
  switch (how) {
    case 'crash':
      process.stderr.write(`something broke with key ${KEY}\n`);
      return process.exit(3);
    case 'hang':
      return undefined;
    case 'babble':
      return say('hello, I am not JSON');
    case 'endless':
      return process.stdout.write('x'.repeat(3_000_000));
    case 'wrongId':
      return say({ id: id + 1000, ok: true });
    case 'wrongResult':
      return say({ id, ok: true, result: { answered: 'perhaps' } });
    case 'wrongObservation':
      return say({ id, ok: false, observation: 'tired' });
    case 'leak':
      return say({ id, ok: false, observation: 'refused', message: `key ${KEY} was refused` });
    case 'badEvent':
      return say({ event: 'contact', link: 'han', at: 'yesterday' });
    case 'stubborn':
      process.on('SIGTERM', () => undefined);
      setInterval(() => undefined, 1000);
      return undefined;
    default:
      return say({ id, ok: true });
  }
});
