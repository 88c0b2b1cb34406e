// A driver that opens its device well and then fails as `mode` in the settings of the rig file says.
import { createInterface } from 'node:readline';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let mode = '';

createInterface({ input: process.stdin }).on('line', (line) => {
  const { hello, id, op, arg } = JSON.parse(line);
  if (hello) return say({ hello: 1, driver: 'faulty', capabilities: ['probe', 'lastContact', 'read'] });
  if (op === 'open') mode = arg.settings.mode;
  if (op === 'open' || op === 'close') return say({ id, ok: true });
  switch (mode) {
    case 'dies':
      return process.exit(7);
    case 'babbles':
      return process.stdout.write('not JSON\n');
    case 'misdates':
      return say({ id, ok: true, result: { at: 'yesterday' } });
    // `hangs`: nothing is ever said.
    default:
      return undefined;
  }
});
