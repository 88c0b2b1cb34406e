import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pcapConversation, pcapHeader } from '../../devices/transport/pcap.ts';
import type { ProbeRecording } from '../../devices/rig/watch/deviceProbe.ts';
import { frameEntries } from '../../src/cli/rig/frameEntries.ts';
import { framesOf } from '../../src/cli/rig/watchFiles.ts';
import { instant } from '../../src/time.ts';

const folder = mkdtempSync(join(tmpdir(), 'frame-entries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the frames of every attempt of a watch stand in its manifest, with their number and their hash', () => {
  expect(frameEntries(folder)).toEqual({});
  const recording = framesOf(folder)(instant('2026-01-02T03:04:05Z')) as Required<ProbeRecording>;
  recording.pcap(pcapHeader());
  const drawn = pcapConversation({ serverPort: 4059, clientPort: 50_000 });
  for (const octets of [3, 300]) {
    recording.lines('{"a":1}\n');
    recording.pcap(drawn(new Uint8Array(octets), 'c2s', octets));
  }
  recording.lines('{"a":2}\n');
  recording.close();
  writeFileSync(join(folder, 'frames/20260103T030405Z.jsonl.partial-7'), 'half');
  const entries = frameEntries(folder);
  expect(Object.entries(entries).map(([name, { rows }]) => [name, rows])).toEqual([
    ['frames/20260102T030405Z.jsonl', 3],
    ['frames/20260102T030405Z.pcap', 2],
  ]);
  for (const [name, { sha256 }] of Object.entries(entries))
    expect(sha256).toBe(
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    );
});
