// An engine behind a pipe: whatever it does wrong is told in a sentence of its own, the question that did it is named, the
// other questions have their answers, and no process is left behind.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EnginePeer } from '../../../devices/peers/enginePeer.ts';
import { EngineNotReady } from '../../../devices/peers/engineSession.ts';
import type { Timers } from '../../../devices/transport/timers.ts';
import { isAlive } from '../../../devices/rig/bench/isAlive.ts';
import { documentOf } from '../../../src/rules/ruleSetSchema.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { instant } from '../../../src/time.ts';
import { readInstallation } from '../../kit/cases/caseFields.ts';

const SCRIPT = fileURLToPath(new URL('misbehavingEngine.mjs', import.meta.url));
const AS_OF = instant('2022-06-30T12:00:00Z');

/** Time that passes only when the engine says that it hangs: a busy machine makes nobody late. */
function patience(): Timers & { run(): void } {
  const actions = new Set<() => void>();
  return {
    nowMilliseconds: () => 0,
    after: (_milliseconds, action) => {
      actions.add(action);
      return () => void actions.delete(action);
    },
    run: () => [...actions].forEach((action) => action()),
  };
}

async function started(how: string, restartsMax?: number) {
  const stderr: string[] = [];
  const timers = patience();
  const peer = await EnginePeer.start({
    command: `"${process.execPath}" "${SCRIPT}" "${how}"`,
    rules: documentOf(VARIOUS1),
    asOfDefault: AS_OF,
    answerSeconds: 10,
    timers,
    onStderr: (line) => {
      stderr.push(line);
      if (line === 'hangs') timers.run();
    },
    ...(restartsMax !== undefined && { restartsMax }),
  });
  return { peer, stderr };
}

function questions(count: number) {
  const installation = readInstallation('IOC');
  return Array.from({ length: count }, (_, i) => ({
    history: { installation: { ...installation, installationId: String(i + 1) }, attempts: [], events: [] },
    asOf: AS_OF,
  }));
}

const ANSWERED = { kind: 'answered', verdicts: [] };

describe('an engine that', () => {
  test.concurrent.each([
    ['hangs', 'silence', /No answer came within 10 s.*flush/],
    ['crashes', 'crash', /ended with code 3 before it had answered/],
    ['babbles', 'garbage', /a line that is no answer: not JSON.*Traceback/],
    ['never ends a line', 'garbage', /a line of more than 1048576 octets, without an end/],
    ['answers another', 'unasked', /a question 999999, which was never asked/],
    ['answers twice', 'twice', /a second time/],
    ['has a wrong field', 'garbage', /verdicts\[0\]\.met_at: found "yesterday", expected YYYY/],
    ['names a category twice', 'garbage', /each category once/],
  ])('%s fails on that question alone', async (how, failure, sentence) => {
    const { peer } = await started(how);
    const outcomes = await peer.ask(questions(40));
    await peer.close();
    expect(outcomes[12]).toMatchObject({ kind: 'failed', failure });
    expect((outcomes[12] as { sentence: string }).sentence).toMatch(sentence);
    expect(outcomes.filter((_, i) => i !== 12)).toEqual(new Array(39).fill(ANSWERED));
    expect(peer.unexplained).toEqual([]);
  });

  test('refuses a question is told apart from one that breaks down', async () => {
    const { peer } = await started('refuses');
    const outcomes = await peer.ask(questions(20));
    await peer.close();
    expect(outcomes[12]).toEqual({ kind: 'refused', why: 'I do not like it' });
  });

  test('answers out of order is right', async () => {
    const { peer } = await started('is out of order');
    expect(await peer.ask(questions(30))).toEqual(new Array(30).fill(ANSWERED));
    await peer.close();
  });

  test('answers far more questions than are out at a time is right', async () => {
    const { peer } = await started('is right');
    expect(await peer.ask(questions(2500))).toEqual(new Array(2500).fill(ANSWERED));
    await peer.close();
    expect(peer.unexplained).toEqual([]);
  });

  test('closes its input is told so', async () => {
    const { peer } = await started('closes its input', 2);
    // More than any pipe holds, so that the broken pipe shows; with less, the engine would be found silent.
    const row = { at: AS_OF, kind: 'migration', outcome: 'UNLISTED-1', cause: 'device', table510: false } as const;
    const attempts = Array.from({ length: 300 }, (_, i) => ({ ...row, at: AS_OF - i }));
    const long = questions(300).map((one) => ({ ...one, history: { ...one.history, attempts } }));
    const outcomes = await peer.ask(long);
    await peer.close();
    const failed = outcomes.find(({ kind }) => kind === 'failed');
    expect(failed).toEqual({ kind: 'failed', failure: 'closed', sentence: 'The engine closed its standard input.' });
  });

  test.each([
    ['ends at once', /ended with code 0 before its greeting/, true],
    ['greets wrongly', /first line is no greeting: not JSON/, false],
    ['never greets', /did not greet within 10 s/, false],
  ])('%s is not asked at all', async (how, why, isUsage) => {
    const error = await started(how).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EngineNotReady);
    expect((error as Error).message).toMatch(why);
    expect((error as EngineNotReady).isUsage).toBe(isUsage);
  });

  test('fails again and again is no longer asked after its restarts', async () => {
    const { peer } = await started('crashes', 3);
    const same = questions(1).map((one) => ({
      ...one,
      history: { ...one.history, installation: { ...one.history.installation, installationId: '13' } },
    }));
    const outcomes = await peer.ask([...same, ...same, ...same, ...same, ...same]);
    await peer.close();
    expect(outcomes.filter(({ kind }) => kind === 'failed').length).toBeGreaterThan(0);
    expect(outcomes.at(-1)).toEqual({ kind: 'notAsked' });
  });

  test('stays when its input closes is ended, and so is a child that it left', async () => {
    for (const how of ['stays', 'leaves a child']) {
      const { peer, stderr } = await started(how);
      await peer.ask(questions(3));
      await expect.poll(() => stderr.length).toBeGreaterThan(0);
      const pid = Number(stderr[0]?.split(' ')[1]);
      await peer.close();
      await expect.poll(() => isAlive(pid)).toBe(false);
    }
  });
});

test('a command that does not exist is said to have ended before its greeting', async () => {
  const options = {
    command: '/no/such/engine',
    rules: documentOf(VARIOUS1),
    asOfDefault: AS_OF,
    answerSeconds: 10,
    onStderr: () => {},
  };
  await expect(EnginePeer.start(options)).rejects.toThrow(/ended with code 127 before its greeting/);
});
