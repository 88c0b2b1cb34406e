// The reasons that a device gives, or that the link gives in its place: their words, and which of them are answers.
import { describe, expect, test } from 'vitest';
import { hasAnswered, isBusy, wireErrorText, type WireError } from '../../../devices/headend/wireError.ts';

const SAID: readonly (readonly [WireError, string])[] = [
  [{ kind: 'rejected', result: 1, diagnostic: 13 }, 'result 1 (rejected permanently), diagnostic 13 (authentication failure)'], // prettier-ignore
  [{ kind: 'rejected', result: 2, diagnostic: 1 }, 'result 2 (rejected transiently), diagnostic 1 (no reason given)'],
  [{ kind: 'rejected', result: 1, diagnostic: 99, initiateError: 3 }, 'diagnostic 99, initiate error 3 (PDU size too short)'], // prettier-ignore
  [{ kind: 'exception', stateError: 1, serviceError: 1 }, 'state 1 (service not allowed), service 1 (operation not possible)'], // prettier-ignore
  [{ kind: 'exception', stateError: 1, serviceError: 6, expectedCounter: 70 }, 'service 6 (invocation counter error), expects counter 70'], // prettier-ignore
  [{ kind: 'serviceError', service: 1, category: 6, code: 3 }, 'service 1, category 6 (initiate), code 3'],
  [{ kind: 'result', result: 3 }, 'result 3 (read write denied)'],
  [{ kind: 'protocol', error: 'tag 99 at byte 2' }, 'its answer cannot be read: tag 99 at byte 2'],
  [{ kind: 'security', error: 'tag' }, 'does not verify under the keys held: tag'],
  [{ kind: 'lost', how: 'timeout' }, 'no answer came in the time allowed'],
  [{ kind: 'lost', how: 'linkRefused' }, 'it refuses the data link'],
  [{ kind: 'lost' }, 'no answer came'],
];

test.each(SAID)('the words of %j contain what the device said, by name and number', (error, words) => {
  expect(wireErrorText(error)).toContain(words);
});

describe('what is an answer', () => {
  test.each([
    [{ kind: 'rejected', result: 1, diagnostic: 1 }, true],
    [{ kind: 'protocol', error: 'x' }, true],
    [{ kind: 'sealedComplaint' }, true],
    [{ kind: 'lost', how: 'linkRefused' }, true],
    [{ kind: 'lost', how: 'timeout' }, false],
    [{ kind: 'lost', how: 'linkDown' }, false],
    [{ kind: 'lost', how: 'noLink' }, false],
    [{ kind: 'lost' }, false],
    [{ kind: 'countersUsedUp' }, false],
    [{ kind: 'notAllowed' }, false],
  ] as const)('for %j, the statement that the device has answered is %s', (error, is) => {
    expect(hasAnswered(error)).toBe(is);
  });

  test('a busy device may be asked again after each of its three temporary refusals', () => {
    expect(isBusy({ kind: 'rejected', result: 2, diagnostic: 1 })).toBe(true);
    expect(isBusy({ kind: 'exception', stateError: 1, serviceError: 1 })).toBe(true);
    expect(isBusy({ kind: 'result', result: 2 })).toBe(true);
    expect(isBusy({ kind: 'rejected', result: 1, diagnostic: 1 })).toBe(false);
    expect(isBusy({ kind: 'lost', how: 'timeout' })).toBe(false);
  });
});
