// The live view: who is served, what is read, and that nothing is disturbed.
import { request, type IncomingMessage } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveBlock } from '../../src/cli/live/liveBlocks.ts';
import type { LiveBlock } from '../../src/cli/live/liveTypes.ts';
import { LISTENERS_MAX, serveLive, type LiveServer } from '../../src/cli/live/liveServer.ts';
import { emulate } from '../../devices/emulate/emulate.ts';
import { labProfile } from '../../devices/emulate/profile.ts';
import { isWhole } from '../sampleSize.ts';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'live-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What an answer in JSON says of a clause. */
interface Counted {
  readonly clause: string;
  readonly category: string;
  readonly counted: number | null;
  readonly needed: number | null;
}

function cellsOf({ clause, category, counted, needed }: Counted): readonly string[] {
  return [`${clause} ${category}`, String(counted ?? ''), String(needed ?? '')];
}

/** How near each clause is by the live view. */
function nearRows(block: LiveBlock): readonly (readonly string[])[] | undefined {
  const table = block.tables.find(({ caption }) => caption.startsWith('How near each clause is'));
  return table?.rows.map((row) => row.slice(0, 3));
}

function asked(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, agent: false }, resolve).on('error', reject).end();
  });
}

describe('the server', () => {
  let server: LiveServer;
  let root = '';
  let cookie = '';
  let state = 1;
  beforeAll(async () => {
    server = await serveLive({ host: '127.0.0.1', port: 0, page: '<p>page</p>', state: () => String(state), everyMilliseconds: 20 }); // prettier-ignore
    root = server.url.replace(/\?.*/, '');
    const redirect = await asked(server.url);
    expect(redirect.statusCode).toBe(303);
    expect(redirect.headers.location).toBe('/');
    const [set = ''] = redirect.headers['set-cookie'] ?? [];
    expect(set).toMatch(/; HttpOnly; SameSite=Strict/);
    cookie = set.split(';')[0] ?? '';
  });
  afterAll(() => server.close());

  test('it serves the page to whoever holds the token', async () => {
    expect((await asked(root, { cookie })).statusCode).toBe(200);
    expect((await asked(`${root}other`, { cookie })).statusCode).toBe(404);
  });

  test.each([
    ['no token', {}, 'GET', 403],
    ['a wrong token', { cookie: 'smets1-bench-live=00000000000000000000000000000000' }, 'GET', 403],
    ['another name of the server', { host: 'evil.example:80' }, 'GET', 421],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 'GET', 403],
    ['another method', {}, 'POST', 405],
  ])('%s is refused', async (_, headers: Record<string, string>, method, status) => {
    const own = 'cookie' in headers || Object.keys(headers).length === 0 ? headers : { cookie, ...headers };
    expect((await asked(root, own, method)).statusCode).toBe(status);
    expect((await asked(`${root}?token=wrong`)).statusCode).toBe(403);
  });

  test(`${LISTENERS_MAX} pages may listen, one more may not, and each hears what changes`, async () => {
    const listening = await Promise.all(
      Array.from({ length: LISTENERS_MAX }, () => asked(`${root}events`, { cookie })),
    );
    expect((await asked(`${root}events`, { cookie })).statusCode).toBe(503);
    const heard = listening.map(
      (response) =>
        new Promise<void>((resolve) => {
          response.on('data', (chunk: Buffer) => {
            if (chunk.toString().includes('data: 2\n')) resolve();
          });
        }),
    );
    state = 2;
    await Promise.all(heard);
    for (const response of listening) response.destroy();
  });
});

test('a page that reads slowly gets the newest state, and none of those between are kept for it', async () => {
  let state = 0;
  const filler = 'x'.repeat(200_000);
  const server = await serveLive({ host: '127.0.0.1', port: 0, page: '', state: () => `${state} ${filler}`, everyMilliseconds: 5 }); // prettier-ignore
  try {
    const redirect = await asked(server.url);
    const cookie = (redirect.headers['set-cookie'] ?? [''])[0]?.split(';')[0] ?? '';
    const response = await asked(`${server.url.replace(/\?.*/, '')}events`, { cookie });
    response.pause();
    // The socket takes a few MB; the other states would be 60 MB.
    for (state = 1; state < 300; state += 1) await new Promise((resolve) => setTimeout(resolve, 6));
    const heard: number[] = [];
    let text = '';
    for await (const chunk of response) {
      text += String(chunk);
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) heard.push(Number(/^data: (\d+) /.exec(part)?.[1]));
      if (heard.at(-1) === 300) break;
    }
    expect(heard.length).toBeLessThan(150);
    expect(heard.at(-1)).toBe(300);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  } finally {
    await server.close();
  }
});

describe('what a folder says', () => {
  const now = Date.UTC(2026, 0, 2, 12);

  test('a sweep folder shows its cells, failed ones too, and its effects once they exist, also of a factor with a comma', () => {
    const sweep = join(folder, 'sweep');
    mkdirSync(join(sweep, 'cells/ab'), { recursive: true });
    for (const name of ['ab01.json', 'ab02.json', 'ab03.failed.json', '.partial-ab04.json-7']) writeFileSync(join(sweep, 'cells/ab', name), '{}'); // prettier-ignore
    expect(liveBlock(sweep, Date.now()).facts).toEqual([
      ['cells finished', '2'],
      ['cells that failed', '1'],
      ['finished in the last minute', '2'],
      ['tables', 'not yet written'],
    ]);
    writeFileSync(
      join(sweep, 'effects.csv'),
      'outcome,factor,rank,level,effect,low,high\nx/all,"weeks, all",1,4,206,-36,447\n',
    );
    expect(liveBlock(sweep, now).tables[0]?.rows).toEqual([['x/all', 'weeks, all', '4', '206', '-36', '447']]);
  });

  test('a sweep at work shows its cells in all, its cost, and what its cells count, and its file goes with it', async () => {
    const sweep = join(folder, 'tiny');
    const seen: LiveBlock[] = [];
    const { code } = await commandLine(['sweep', 'test/cli/sweep/tiny.yaml', '--out', sweep, '--workers', '1'], {
      onText: () => {
        if (existsSync(join(sweep, 'cells'))) seen.push(liveBlock(sweep, Date.now()));
      },
    });
    expect(code).toBe(0);
    const atWork = seen.flatMap(({ tables }) =>
      tables.filter(({ caption }) => caption.startsWith('Processes at work')),
    );
    expect(atWork.length).toBeGreaterThan(0);
    const done = liveBlock(sweep, Date.now());
    const finished = done.facts[0]?.[1] ?? '';
    expect(atWork[0]?.rows[0]?.[1]).toBe(finished);
    expect(done.tables.map(({ caption }) => caption.split(' ')[0])).toEqual(['What', 'Effects', 'Qualifying']);
    // The effects of single points are those of the tables that the sweep has written in the end.
    const soFar = done.tables[1]?.rows ?? [];
    const differences = readFileSync(join(sweep, 'differences.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
    const fiveRetries = (done.tables[1]?.head ?? []).indexOf('five-retries');
    const wanted = differences.filter(([, outcome]) => outcome === 'five-retries/all').map(([point = '', , , , , value = '']) => [point, Number(value)]); // prettier-ignore
    expect(wanted.length).toBeGreaterThan(3);
    for (const [point, value] of wanted)
      expect([point, Number(soFar.find(([number]) => number === point)?.[fiveRetries])]).toEqual([point, expect.closeTo(value as number, 1)]); // prettier-ignore
    expect(soFar.find(([number]) => number === '1')?.[1]).toContain('instead of');
    const rows = done.tables[2]?.rows ?? [];
    expect(rows.reduce((sum, [, cells]) => sum + Number(cells), 0)).toBe(Number(finished));
    expect(rows.some(([, , , ...shares]) => shares.some((share) => Number(share) > 0))).toBe(true);
    expect(readdirSync(join(sweep, 'cells')).filter((name) => name.startsWith('progress'))).toEqual([]);
  });

  test('a rig that is complete shows how near each clause is, as its own answer counts', async () => {
    const rig = join(folder, 'lab');
    const { code, out } = await commandLine(['rig', 'scenarios/rigs/lab.yaml', '--out', rig, '--format', 'json'], {
      env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') },
    });
    expect(code).toBe(0);
    const { clauses } = JSON.parse(out) as { readonly clauses: readonly Counted[] };
    expect(clauses.length).toBeGreaterThan(4);
    expect(nearRows(liveBlock(rig, now))).toEqual(clauses.map(cellsOf));
  });

  test('a watch shows how near each clause is, as `rig status` counts', async () => {
    const file = join(folder, 'watched.yaml');
    writeFileSync(file, 'name: live\ninstallation: { number: 7 }\nwatch: { contact: { everySeconds: 1, tries: 1 } }\n');
    const watch = join(folder, 'watched');
    const place = { env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') } };
    expect(await commandLine(['rig', file, '--watch', '--once', '--out', watch], place)).toMatchObject({ code: 0 });
    const { out } = await commandLine(['rig', 'status', file, '--out', watch, '--format', 'json'], place);
    const { clauses } = JSON.parse(out) as { readonly clauses: readonly Counted[] };
    expect(nearRows(liveBlock(watch, now))).toEqual(clauses.map(cellsOf));
  });

  const isWired = isWhole('LIVE_WIRE', 'a rig at work, read by the live view while it waits for the wire');
  test.skipIf(!isWired)(
    'a rig at work shows how near each clause is so far, and at its end as its own answer counts',
    async () => {
      const emulator = await emulate({
        profile: { ...labProfile(), device: 'installation' },
        tcp: { host: '127.0.0.1', port: 0, framing: 'wrapper' },
      });
      const rig = join(folder, 'working');
      const file = join(folder, 'working.yaml');
      writeFileSync(
        file,
        `name: working
devices: { chf: { tcp: '${emulator.servedAt[0]?.address}', answerSeconds: 1 } }
installation: { gas: false }
schedule: { clock: nominal, start: '2022-01-10T00:00:00Z', preparation: false, attempts: { max: 2 } }
faults: [{ attempt: 1, step: deviceState, effect: silence }]
`,
      );
      const seen = new Set<string>();
      let titles = '';
      const onText = (): void => {
        if (!existsSync(join(rig, 'rig-status.json'))) return;
        const block = liveBlock(rig, now);
        titles = block.title;
        seen.add(JSON.stringify(nearRows(block)));
      };
      const { code, out, err } = await commandLine(['rig', file, '--out', rig, '--format', 'json'], {
        env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') },
        onText,
      });
      await emulator.close();
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
      expect(titles).toBe('working: a rig, at work');
      expect(seen.size).toBeGreaterThan(1);
      expect(existsSync(join(rig, 'rig-status.json'))).toBe(false);
      const { clauses } = JSON.parse(out) as { readonly clauses: readonly Counted[] };
      expect(nearRows(liveBlock(rig, now))).toEqual(clauses.map(cellsOf));
    },
  );

  test('every source of the rig file has a row, also one that has never spoken', async () => {
    const file = join(folder, 'sources.yaml');
    writeFileSync(file, "name: sources\ninstallation: { number: 7 }\nwatch: { contact: { everySeconds: 1, tries: 1 }, glow: { url: 'mqtt://127.0.0.1:1', cads: ['02534d0000ab'] }, bench: { url: 'mqtt://127.0.0.1:1', unit: rack1 } }\n"); // prettier-ignore
    const watch = join(folder, 'sources');
    const onText = (text: string, interrupt: () => void): void => (text.includes('contact') ? interrupt() : undefined);
    const place = { env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') }, onText };
    expect(await commandLine(['rig', file, '--watch', '--out', watch], place)).toMatchObject({ code: 0 });
    const later = Date.now() + 600_000;
    const { rows = [] } = liveBlock(watch, later).tables.find(({ caption }) => caption.startsWith('Links and sources')) ?? {}; // prettier-ignore
    const silent = new Map(rows.map(([source = '', ...rest]) => [source, rest]));
    expect(silent.get('glow:02534D0000AB')?.[0]).toBe('never');
    expect(silent.get('mqtt:lab/rack1')).toEqual(['never', expect.stringMatching(/^1\d min$/)]);
  });

  test('a rig folder shows its last steps, the last contact of each link, and an attempt that is under way', () => {
    const rig = join(folder, 'rig');
    mkdirSync(rig);
    const step = { step: 'rotateKeys', at: '2026-01-02T10:00:00Z', observation: 'silent', code: 'MA112' };
    writeFileSync(join(rig, 'progress.jsonl'), `${JSON.stringify({ is: 'began', at: '2026-01-02T11:00:00Z', step: 'commission', steps: [step] })}\n`); // prettier-ignore
    const atWork = liveBlock(rig, now);
    expect(atWork.title).toBe('rig: a rig, at work');
    expect(atWork.facts[0]).toEqual(['last write to a device', 'commission, 2026-01-02T11:00:00Z']);
    expect(atWork.tables[0]?.rows).toEqual([['2026-01-02T10:00:00Z', 'rotateKeys', 'MA112']]);
    const near = { category: 'gt01', clause: '18.6', counted: 1, needed: 3, holds: false, missing: '2 GT01' };
    const heard = { link: 'wan', source: 'tcp:a', at: '2026-01-02T10:00:00Z' };
    const soFar = { clock: 'wall', attempts: { recorded: 1, device: 1, system: 0, notCarriedOut: 0 }, sources: ['tcp:a', 'glow:1'], heard: [heard], clauses: [near], steps: [] }; // prettier-ignore
    writeFileSync(join(rig, 'rig-status.json'), JSON.stringify(soFar));
    const counted = liveBlock(rig, Date.parse('2026-01-02T10:01:00Z'));
    expect(nearRows(counted)).toEqual([['18.6 gt01', '1', '3']]);
    expect(counted.tables[1]?.rows).toEqual([
      ['WAN, any source', '2026-01-02T10:00:00Z', '60 s'],
      ['tcp:a', '2026-01-02T10:00:00Z', '60 s'],
      ['glow:1', 'never', ''],
    ]);
    writeFileSync(join(rig, 'steps.json'), JSON.stringify({ steps: [step, step] }));
    writeFileSync(join(rig, 'contacts.csv'), 'installation_id,at,link,source\n1,2026-01-01T00:00:00Z,wan,probe\n1,2026-01-02T00:00:00Z,wan,probe\n'); // prettier-ignore
    const done = liveBlock(rig, now);
    expect(done.facts).toEqual([['steps', '2']]);
    expect(done.tables[1]?.rows).toEqual([['WAN, probe', '2026-01-02T00:00:00Z']]);
  });

  test('a watch folder shows how long each link and source has been silent, and a torn last line is skipped', () => {
    const watch = join(folder, 'watch');
    mkdirSync(watch);
    const line = (at: string, more: object) => JSON.stringify({ t: at, ...more });
    const lines = [
      line('2026-01-01T12:00:00Z', { is: 'up', version: '0' }),
      line('2026-01-02T11:00:00Z', { is: 'evidence', link: 'wan', at: '2026-01-02T11:00:00Z', source: 'probe', bearing: 'judged' }), // prettier-ignore
      line('2026-01-02T11:59:00Z', { is: 'attempt', at: '2026-01-02T11:59:00Z', outcome: 'MA112', cause: 'device', steps: [] }), // prettier-ignore
      '{"is":"atte',
    ];
    writeFileSync(join(watch, 'watch.jsonl'), lines.join('\n'));
    writeFileSync(join(watch, 'watch.json'), JSON.stringify({ clauses: [{ clause: '18.8', counted: 2, needed: 3, holds: false, missing: 'one week' }] })); // prettier-ignore
    const { facts, tables } = liveBlock(watch, now);
    expect(facts[0]).toEqual(['process', 'took the watch up and has not laid it down']);
    expect(tables[0]?.rows).toEqual([
      ['WAN, any source', '2026-01-02T11:00:00Z', '60 min'],
      ['probe', '2026-01-02T11:00:00Z', '60 min'],
    ]);
    expect(tables[1]?.rows).toEqual([['18.8', '2', '3', 'no', 'one week']]);
    expect(tables[2]?.rows.at(-1)).toEqual(['2026-01-02T11:59:00Z', 'attempt', 'MA112']);
  });

  test('a run folder shows its files while they are written, and its manifest when the run is done', () => {
    const run = join(folder, 'run');
    mkdirSync(join(run, '.partial-9'), { recursive: true });
    writeFileSync(join(run, '.partial-9/attempts.parquet'), 'half');
    expect(liveBlock(run, now)).toMatchObject({
      title: 'run: being written',
      tables: [{ rows: [['attempts.parquet', '4']] }],
    });
    writeFileSync(join(run, 'manifest.json'), '{"scenario":"quiet","seed":"s","files":{}}');
    expect(liveBlock(run, now)).toMatchObject({
      title: 'run: complete',
      facts: [
        ['scenario', 'quiet'],
        ['seed', 's'],
      ],
    });
  });

  test('reading leaves every byte of a folder as it was', () => {
    const bytes = () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')); // prettier-ignore
    const before = bytes();
    for (const name of ['sweep', 'tiny', 'rig', 'watch', 'run']) liveBlock(join(folder, name), now);
    expect(bytes()).toEqual(before);
  });
});

test('the command prints its address, serves the page under a strict policy, and ends when it is interrupted', async () => {
  let page = '';
  const { code, out } = await commandLine(['live', folder], {
    onText: (text, interrupt) => {
      void (async () => {
        const redirect = await asked(text.trim());
        const [set = ''] = redirect.headers['set-cookie'] ?? [];
        const response = await asked(text.trim().replace(/\?.*/, ''), { cookie: set.split(';')[0] ?? '' });
        for await (const chunk of response) page += String(chunk);
        interrupt();
      })();
    },
  });
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}\n$/) as string }); // prettier-ignore
  expect(page).toContain("connect-src 'self'");
  expect(page).not.toMatch(/unsafe-/);
});

test('a missing folder and an invalid address are refused', async () => {
  expect((await commandLine(['live', join(folder, 'none')])).err).toContain('no such folder');
  expect((await commandLine(['live', folder, '--listen', 'x'])).err).toContain('expected HOST:PORT');
});
