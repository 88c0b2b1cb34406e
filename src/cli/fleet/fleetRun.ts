import { readFileSync } from 'node:fs';
import type { Installation } from '../../installation/installation.ts';
import { formatProblems } from '../../document/problem.ts';
import { visible } from '../../text/visible.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { EventResult, FleetFileResult, FleetMember, FleetSetup, LoadedFleet } from '../../../devices/index.ts';
import { Interrupted, UsageError } from '../shell/exit.ts';
import { refuseOtherKind } from '../shell/fileKind.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { outError } from '../shell/outDirectory.ts';
import { progressOn } from '../shell/progress.ts';
import { diskFiles } from '../shell/readText.ts';
import { benchVersion } from '../shell/version.ts';
import { ledgerFolderOf } from '../rig/readRigFile.ts';
import { refuseLedgersInside } from '../rig/rigRun.ts';
import { originOf } from '../output/outputOrigin.ts';
import { counted } from '../../text/table.ts';
import { cannotGoOn, keptWords, otherFleet, tellAgain, turnsDiffer } from './fleetStopped.ts';
import { stoppedFleet } from './turnJournal.ts';
import { openFleetFiles, type FleetFiles } from './fleetFiles.ts';
import { FleetTally } from './fleetTally.ts';
import { fleetText, type FleetTold } from './fleetText.ts';
import { fleetVerdicts } from './fleetVerdicts.ts';

export interface FleetGiven {
  readonly out?: string;
  readonly format: 'text' | 'json';
  readonly only: readonly string[];
}

/** Reads a fleet file with the files that it names. The result may be the list of everything that is wrong. */
export async function tryFleet(io: Io, path: string): Promise<FleetFileResult> {
  const { loadFleetFile } = await import('../../../devices/index.ts');
  return loadFleetFile({
    path,
    files: diskFiles,
    readBytes: (file) => new Uint8Array(readFileSync(file)),
    environment: io.env,
    now: Math.floor(io.now() / 1000),
  });
}

async function loadFleet(io: Io, path: string): Promise<LoadedFleet> {
  const loaded = await tryFleet(io, path);
  if (loaded.ok) return loaded;
  refuseOtherKind(path, 'fleet');
  throw new UsageError(formatProblems(loaded.problems));
}

/** Turns between two looks at the process's other work: signals, the status file, progress. */
const TURNS = 32;
const STATUS_MILLISECONDS = 1000;

/** Runs a fleet file, writes its outputs and tells what came of it. */
export async function runFleetFile(io: Io, path: string, { out, format, only }: FleetGiven): Promise<void> {
  const { setup, hash } = await loadFleet(io, path);
  const face = await import('../../../devices/index.ts');
  const members = membersOf(setup, face.memberInstallation);
  const chosen = only.length === 0 ? undefined : chosenOf(only, members);
  const ledgers = new Map<string, string>();
  for (const { name, setup: rig } of setup.attached) {
    const folder = await ledgerFolderOf(io, rig);
    if (out !== undefined) refuseLedgersInside(out, folder, rig);
    ledgers.set(name, folder);
  }
  const interruption = io.interruption();
  const isVirtual = setup.clock === 'virtual' && setup.attached.length === 0;
  const identity = chosen === undefined ? hash : `${hash} ${only.join(' ')}`;
  const stopped = out === undefined ? undefined : stoppedFleet(out);
  if (stopped && stopped.head.fleetHash !== identity) throw otherFleet(out as string, stopped);
  const isOver = stopped !== undefined && !isVirtual;
  const { start, end } = face.fleetCalendar(setup, isOver ? stopped.head.start : Math.floor(io.now() / 1000));
  const files = out === undefined ? undefined : opened(out, face.takeLock, {
    sameBytes: isVirtual ? identity : undefined,
    attached: isOver ? [] : setup.attached.map(({ name }) => name),
    head: { kind: 'fleet-turns', format: 1, fleet: setup.document.name, fleetHash: identity, version: benchVersion(), start },
    stopped,
    isResumable: isVirtual,
  }); // prettier-ignore
  if (stopped && !isOver && stopped.turns.length > 0) writeLine(io.err, `goes on: ${counted(stopped.turns.length, 'turn')} of this fleet, which was stopped, stand in ${out}`); // prettier-ignore
  const tally = new FleetTally(setup, (id) => members.get(id) as Installation);
  const show = { asOf: start, longestWait: 0, turns: 0, shownAt: -Infinity };
  const progress = progressOn(io.err, io.env['TERM'], 'fleet');
  const sources = new Map(setup.attached.map((one) => [one.setup.installation.installationId, hubOf(one.setup)]));
  const provenance = originOf(io, { scenarios: [{ name: setup.document.name, hash }], rules: setup.rules.name, seed: setup.seed }); // prettier-ignore
  const headOf = () => ({ format: 1, kind: 'fleet', fleet: setup.document.name, fleetHash: identity, clock: setup.clock, seed: setup.seed, version: provenance.version, provenance }); // prettier-ignore
  const status = (isRunning: boolean) => ({
    ...headOf(),
    isRunning,
    from: formatInstant(start),
    to: formatInstant(end),
    at: formatInstant(show.asOf),
    installations: chosen?.size ?? members.size,
    longestWaitSeconds: show.longestWait,
    groups: Object.fromEntries(tally.groups),
    attached: tally.attached(),
    near: tally.nearness(),
  });
  try {
    for (const { installation, events } of entered(setup, members, chosen)) files?.enter(installation, events);
    const onResult = (member: Pick<FleetMember, 'id' | 'group'>, result: EventResult): void => {
      tally.take(member, result);
      files?.take(member, result, sources.get(member.id) ?? 'emulated');
    };
    if (stopped && isOver) show.asOf = tellAgain(stopped.turns, setup, { from: start, result: (member, result) => onResult(member, face.resultOf(result)) }); // prettier-ignore
    const run = isOver
      ? { isWhole: false, failure: undefined }
      : await face.runFleet(setup, {
          signal: interruption,
          stateFolder: face.defaultStateFolder(io.env),
          ledgerFolder: ({ name }) => ledgers.get(name) as string,
          onNote: (note) => writeLine(io.err, note),
          ...(files && { lines: files.lines, pcapOf: files.pcapOf, onStepRow: files.step, onFirstWrite: files.begin }),
          ...(stopped && { past: stopped.turns }),
          ...(chosen && { only: chosen }),
          onResult: (member: FleetMember, result: EventResult) => {
            onResult(member, result);
            if (sources.has(member.id)) writeLine(io.err, `${member.group}: ${resultWords(result)}`);
          },
          onTurn: (at, { waited }, taken) => {
            if (taken) files?.turn(taken);
            show.asOf = Math.max(show.asOf, Math.min(at, end));
            show.longestWait = Math.max(show.longestWait, waited);
            show.turns += 1;
            if (show.turns % TURNS !== 0 && setup.clock === 'virtual') return undefined;
            progress.update((show.asOf - start) / (end - start));
            if (io.now() - show.shownAt >= STATUS_MILLISECONDS) {
              files?.show(status(true));
              show.shownAt = io.now();
            }
            return new Promise((resolve) => void setImmediate(resolve));
          },
        });
    progress.stop();
    if (run.failure instanceof face.TurnsDifferError) throw run.failure;
    const isWhole = run.isWhole;
    const asOf: Instant = isWhole && setup.clock === 'virtual' ? end : show.asOf;
    if (isWhole) show.asOf = asOf;
    const ids = [...members.keys()].filter((id) => chosen?.has(id) ?? true);
    const verdicts = fleetVerdicts(ids.map((id) => tally.history(id)), setup.rules, asOf); // prettier-ignore
    const told: FleetTold = { setup, hash, version: benchVersion(), tally, installations: ids.length, verdicts, start, asOf, isWhole, longestWait: show.longestWait, out }; // prettier-ignore
    const result = {
      ...status(false),
      rules: setup.rules.name,
      partial: !isWhole,
      asOf: formatInstant(asOf),
      verdicts,
    };
    files?.show(result);
    await files?.close({ ...headOf(), rules: setup.rules, partial: !isWhole, installations: ids.length, counts: tally.total(), asOf: formatInstant(asOf) }, isWhole && !run.failure); // prettier-ignore
    if (isOver) throw cannotGoOn(out as string, setup, asOf);
    if (format === 'json') io.out.write(`${JSON.stringify(result, null, 2)}\n`);
    else writeAnswer(io.out, fleetText(told));
    if (run.failure) throw run.failure;
    if (interruption.aborted) {
      if (interruption.reason instanceof Interrupted) interruption.reason.kept = keptWords(out, isVirtual); // prettier-ignore
      throw interruption.reason;
    }
  } catch (cause) {
    progress.stop();
    if (cause === interruption.reason) throw cause;
    files?.abort();
    const { TransportError, DriverError, LedgerError, TurnsDifferError } = face;
    if (cause instanceof TurnsDifferError) throw turnsDiffer(out as string, cause);
    if (cause instanceof TransportError || cause instanceof DriverError || cause instanceof LedgerError)
      throw new UsageError(visible(cause.message));
    throw out === undefined ? cause : outError(cause, out, isVirtual ? 'Make room there; the same command then goes on from where it stopped.' : undefined); // prettier-ignore
  } finally {
    files?.release();
  }
}

function opened(
  out: string,
  ...rest: [Parameters<typeof openFleetFiles>[1], Parameters<typeof openFleetFiles>[2]]
): FleetFiles {
  try {
    return openFleetFiles(out, ...rest);
  } catch (cause) {
    throw outError(cause, out);
  }
}

/** Every installation of a fleet by its id. */
function membersOf(
  { groups, attached }: FleetSetup,
  installationOf: (group: FleetSetup['groups'][number], position: number) => Installation,
): ReadonlyMap<string, Installation> {
  const members = new Map<string, Installation>();
  for (const { setup } of attached) members.set(setup.installation.installationId, setup.installation);
  for (const group of groups)
    for (let position = 0; position < group.document.installations; position += 1) {
      const installation = installationOf(group, position);
      members.set(installation.installationId, installation);
    }
  return members;
}

function* entered(
  setup: FleetSetup,
  members: ReadonlyMap<string, Installation>,
  chosen: ReadonlySet<string> | undefined,
) {
  for (const { setup: rig } of setup.attached) yield { installation: rig.installation, events: rig.document.events };
  for (const group of setup.groups)
    for (let position = 0; position < group.document.installations; position += 1) {
      const id = String(group.first + position);
      if (chosen?.has(id) ?? true) yield { installation: members.get(id) as Installation, events: group.rig.events };
    }
}

function chosenOf(only: readonly string[], members: ReadonlyMap<string, Installation>): ReadonlySet<string> {
  const unknown = only.find((id) => !members.has(id));
  if (unknown !== undefined)
    throw new UsageError(`--only ${unknown}: found no installation of this id, expected one of the fleet: 1 to ${members.size}`); // prettier-ignore
  return new Set(only);
}

function hubOf({ devices }: FleetSetup['attached'][number]['setup']): string {
  const place = devices[0]?.place;
  return place === undefined ? '' : place.kind === 'tcp' ? `tcp:${place.host}:${place.port}` : place.kind;
}

function resultWords({ kind, at, isMissed, attempt, undone, contacted }: EventResult): string {
  const what = `${formatInstant(at)} ${kind}`;
  if (attempt) return `${what} ${attempt.outcome}, ${attempt.cause}${isMissed ? ', missed' : ''}`;
  if (undone) return `${what} not carried out: ${undone.why}`;
  const why = contacted?.why === undefined ? '' : ` (${contacted.why})`;
  return `${what} ${isMissed ? 'missed' : (contacted?.observation ?? '')}${why}`;
}
