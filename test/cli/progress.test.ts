import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { progressOn, rowProgress } from '../../src/cli/shell/progress.ts';

/** A stream that says what it is and keeps what is written to it. */
function stream(isTTY: boolean): PassThrough & { isTTY: boolean; text: () => string } {
  const pass = new PassThrough();
  return Object.assign(pass, { isTTY, columns: 80, cursorTo: undefined, text: () => String(pass.read() ?? '') });
}

// Everything below the space but the end of a line, and what a terminal takes for a command.
const CONTROL = /[^\n\x20-\u{10ffff}]|\x1b/u; // eslint-disable-line no-control-regex

const SHARES = [0.1, 0.24, 0.3, 0.31, 0.8, 1];

describe('progress', () => {
  test.each([
    ['a pipe', false, 'xterm-256color'],
    ['a dumb terminal', true, 'dumb'],
    ['a pipe of nobody', false, undefined],
  ] as const)('progress in %s is plain lines, as many as a log can bear', (_, isTTY, term) => {
    const to = stream(isTTY);
    const progress = progressOn(to, term);
    for (const share of SHARES) progress.update(share);
    progress.stop();
    const text = to.text();
    expect(text).toBe('simulating: 25 %\nsimulating: 75 %\n');
    expect(text).not.toMatch(CONTROL);
  });

  test('progress prints nothing for a run that ends at once', () => {
    const to = stream(false);
    progressOn(to, undefined).update(1);
    expect(to.text()).toBe('');
  });

  test('progress of rows is a line per million in a log, and one rewritten line on a terminal', () => {
    const count = (isTTY: boolean): string => {
      const to = stream(isTTY);
      let now = 0;
      const progress = rowProgress(to, { term: 'xterm', now: () => (now += 150), text: (rows) => `${rows} rows` });
      for (let i = 0; i < 5; i += 1) progress.add(600_000);
      progress.end();
      return to.text();
    };
    expect(count(false)).toBe('1200000 rows\n2400000 rows\n3000000 rows\n');
    expect(count(true)).toMatch(/^(\r\d+ rows)+\r\x1b\[K$/); // eslint-disable-line no-control-regex
  });
});
