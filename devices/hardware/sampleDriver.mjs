// A driver for smets1-bench, to start from: replace the functions of `device` by what your hub's own interface needs.
// It speaks the protocol of devices/hardware/README.md: JSON lines on standard input and output, words on standard error.
// Run it by hand: node devices/hardware/sampleDriver.mjs   then type   {"hello":1}   {"id":1,"op":"probe","arg":{}}
import { createInterface } from 'node:readline';

const instant = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
const noAnswer = (message) => ({ ok: false, observation: 'noAnswer', message });
const ok = (result = {}) => ({ ok: true, result });

/** A hub that heard from its head-end two days ago and from its gas meter half an hour ago. */
const device = {
  endpoint: undefined,
  powered: true,
  registers: { '1.8.0': { value: '006613.405', unit: 'kWh' }, '7.3.0': { value: '1794.085', unit: 'm3' } },

  open({ endpoint }) {
    device.endpoint = endpoint;
    return ok();
  },
  probe() {
    if (!device.powered) return noAnswer('the hub is without power');
    return ok({ answered: true, detail: `sample at ${device.endpoint}`, model: { maker: 'SMB', model: 'SAMPLE' } });
  },
  lastContact({ link }) {
    if (!device.powered) return noAnswer('the hub is without power');
    return ok({ at: instant(Date.now() - (link === 'wan' ? 2 * 86_400_000 : 1_800_000)) });
  },
  read({ object }) {
    if (!device.powered) return noAnswer('the hub is without power');
    const register = device.registers[object];
    if (register === undefined) return { ok: false, observation: 'refused', message: `no object ${object}` };
    return ok({ ...register, at: instant(Date.now()) });
  },
  power({ action }) {
    device.powered = action !== 'off';
    return ok();
  },
  observe() {
    // A real driver would send these as they happen.
    setImmediate(() => say({ event: 'contact', link: 'han', at: instant(Date.now()) }));
    return ok();
  },
  close() {
    setImmediate(() => process.exit(0));
    return ok();
  },
};

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const OPERATIONS = ['open', 'probe', 'lastContact', 'read', 'power', 'observe', 'close'];

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  if (request.hello !== undefined) {
    const capabilities = OPERATIONS.filter((op) => op !== 'open' && op !== 'close');
    say({ hello: 1, driver: 'sample', version: '1', capabilities });
  } else if (OPERATIONS.includes(request.op)) {
    say({ id: request.id, ...device[request.op](request.arg) });
  } else {
    say({ id: request.id, ok: false, observation: 'systemFault', message: `no operation ${request.op}` });
  }
});
