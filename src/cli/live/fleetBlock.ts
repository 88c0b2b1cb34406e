/** A fleet as it says itself: counts by group, attached installations, how near clauses are. It is only read. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isHeld } from '../../../devices/rig/bench/processLock.ts';
import { RIG_LOCK } from '../rig/rigDirectory.ts';
import { nearWords } from '../fleet/fleetText.ts';
import { silence, type LiveBlock } from './liveTypes.ts';

const counts = z.looseObject({
  contactsAnswered: z.number(),
  contactsSilent: z.number(),
  contactsMissed: z.number(),
  silentNow: z.number(),
  attemptsOk: z.number(),
  attemptsFailed: z.number(),
  attemptsSystem: z.number(),
});
const attached = z.looseObject({ name: z.string(), installation: z.string(), lastWan: z.string().nullable(), lastHan: z.string().nullable(), last: z.string() }); // prettier-ignore
const status = z.looseObject({
  fleet: z.string(),
  isRunning: z.boolean(),
  /** Left out while it runs. */
  partial: z.boolean().optional(),
  from: z.string(),
  to: z.string(),
  at: z.string(),
  installations: z.number(),
  longestWaitSeconds: z.number(),
  groups: z.record(z.string(), counts),
  attached: z.array(attached),
  near: z.record(z.string(), z.record(z.string(), z.number())),
});

/** A fleet whose process was killed could not say that it has ended. Its lock does. */
function stateOf(directory: string, { isRunning, partial }: z.output<typeof status>): string {
  if (isRunning && isHeld(join(directory, RIG_LOCK))) return 'at work';
  return isRunning || partial === true ? 'stopped before its end' : 'complete';
}

/** `name` is that of the folder, and `now` is in milliseconds since the epoch. */
export function fleetBlock(
  directory: string,
  file: string,
  of: { readonly name: string; readonly now: number },
): LiveBlock {
  const path = join(directory, file);
  const found = status.parse(JSON.parse(readFileSync(path, 'utf8')));
  const { groups, near } = found;
  return {
    title: `${of.name}: a fleet, ${stateOf(directory, found)}`,
    facts: [
      ['calendar', `${found.at}, from ${found.from} to ${found.to}`],
      ['installations', String(found.installations)],
      ['longest wait for a connection', `${found.longestWaitSeconds} s`],
      ['last sign', `${silence(statSync(path).mtimeMs, of.now)} ago`],
    ],
    tables: [
      {
        caption: 'Links and attempts by group',
        head: ['group', 'silent now', 'answered', 'silent', 'missed by us', 'migrated', 'failed', 'system'],
        rows: Object.entries(groups).map(([name, one]) => [
          name,
          ...[one.silentNow, one.contactsAnswered, one.contactsSilent, one.contactsMissed].map(String),
          ...[one.attemptsOk, one.attemptsFailed, one.attemptsSystem].map(String),
        ]),
      },
      ...(found.attached.length === 0
        ? []
        : [
            {
              caption: 'Attached installations',
              head: ['name', 'installation', 'WAN heard', 'HAN heard', 'what came last'],
              rows: found.attached.map((one) => [one.name, one.installation, one.lastWan ?? '', one.lastHan ?? '', one.last]), // prettier-ignore
            },
          ]),
      {
        caption: 'How near each clause is, in installations',
        head: ['category', 'holds', 'near'],
        rows: Object.entries(near).map(([category, of]) => [category, String(of['0'] ?? 0), nearWords(of)]),
      },
    ],
  };
}
