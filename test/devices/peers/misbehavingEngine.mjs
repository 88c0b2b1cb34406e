// An engine that finds that nothing holds, and misbehaves in one way (its argument) on questions about one installation.
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';

const [how, victim = '13'] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const held = [];

const MISBEHAVE = {
  'hangs': () => process.stderr.write('hangs\n'),
  'crashes': () => process.exit(3),
  'babbles': () => process.stdout.write('Traceback: something\n'),
  'never ends a line': () => setInterval(() => process.stdout.write('x'.repeat(1 << 16)), 1),
  'answers another': () => say({ id: 999_999, verdicts: [] }),
  'answers twice': ({ id }) => [0, 1].forEach(() => say({ id, verdicts: [] })),
  'has a wrong field': ({ id }) => say({ id, verdicts: [{ category: 'gt01', met_at: 'yesterday' }] }),
  'names a category twice': ({ id }) => say({ id, verdicts: [{ category: 'gt01' }, { category: 'gt01' }] }),
  'refuses': ({ id }) => say({ id, error: 'I do not like it' }),
};

if (how === 'ends at once') process.exit(0);
if (how === 'never greets') {
  process.stderr.write('hangs\n');
  setInterval(() => {}, 1 << 30);
} else if (how === 'greets wrongly') {
  process.stdout.write('Welcome to my engine!\n');
} else {
  say({ hello: 1, engine: 'misbehaving' });
}

if (how === 'leaves a child') {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1 << 30)'], {
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  process.stderr.write(`child ${child.pid}\n`);
}
if (how === 'stays') {
  setInterval(() => {}, 1 << 30);
  process.stderr.write(`pid ${process.pid}\n`);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const question = JSON.parse(line);
  if (question.hello) return;
  if (how === 'closes its input') {
    if (process.stdin.destroyed) return;
    process.stdin.destroy();
    closeSync(0); // libuv leaves the standard descriptors open
    setInterval(() => {}, 1 << 30);
    return;
  }
  if (question.installation.installation_id === victim && MISBEHAVE[how]) return MISBEHAVE[how](question);
  if (how === 'is out of order') {
    held.push(question.id);
    if (held.length === 3) for (const id of held.splice(0).reverse()) say({ id, verdicts: [] });
    return;
  }
  say({ id: question.id, verdicts: [] });
});
