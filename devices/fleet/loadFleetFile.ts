/** Reads, merges, checks and resolves a fleet file with the rig files that it names. All errors are reported together. */
import { readLayered } from '../../src/document/checkedFile.ts';
import { faultProblem, type FieldFault } from '../../src/document/fieldFault.ts';
import type { Problem } from '../../src/document/problem.ts';
import { positionAt, type Tree } from '../../src/document/tree.ts';
import { hashOf, loadRigFile, rulesOf, type LoadedRig, type LoadRigOptions } from '../rig/file/loadRigFile.ts';
import { fleetFaults } from './fleetChecks.ts';
import { FLEET_FIELDS, fleetFileSchema, type FleetDocument } from './fleetSchema.ts';
import { fleetSetupOf, type FleetSetup } from './fleetSetup.ts';

/** A fleet file that was read without an error. */
export interface LoadedFleet {
  readonly ok: true;
  readonly setup: FleetSetup;
  /** Hash of the whole resolved file with its defaults, and of the rigs that it names. */
  readonly hash: string;
}

/** A loaded fleet, or all errors of its files. */
export type FleetFileResult = LoadedFleet | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a fleet file and all files that it names. Problems never show a secret. */
export function loadFleetFile(options: LoadRigOptions): FleetFileResult {
  const { path, files } = options;
  const read = readLayered({ path, files, merge: {} }, fleetFileSchema, FLEET_FIELDS);
  if (!read.ok) return read;
  const { value: document, tree } = read;
  const problems: Problem[] = [...read.problems];
  const tell = (fault: FieldFault): void => void problems.push(faultProblem(tree, fault));
  for (const fault of fleetFaults(document)) tell(fault);
  const rules = rulesOf(document, tree, options);
  if ('problems' in rules) problems.push(...rules.problems);
  const rigs = rigsOf(document, tree, options);
  problems.push(...rigs.problems);
  for (const fault of idFaults(document, rigs.loaded)) tell(fault);
  if (problems.length > 0 || 'problems' in rules) return { ok: false, problems };
  const setup = fleetSetupOf(document, { rules, rigs: rigs.loaded });
  return { ok: true, setup, hash: hashOf({ ...document, rigs: setup.attached.map(({ rigHash }) => rigHash) }) };
}

interface Rigs {
  readonly loaded: ReadonlyMap<string, LoadedRig>;
  readonly problems: readonly Problem[];
}

/** Loads the rig files of the attached installations. Their own problems stand where they are. */
function rigsOf({ attached }: FleetDocument, tree: Tree, options: LoadRigOptions): Rigs {
  const loaded = new Map<string, LoadedRig>();
  const problems: Problem[] = [];
  for (const [name, { rig }] of Object.entries(attached)) {
    const position = positionAt(tree, ['attached', name, 'rig']);
    const result = loadRigFile({ ...options, path: options.files.beside(position.file, rig) });
    if (result.ok) loaded.set(name, result);
    else problems.push(...result.problems);
  }
  return { loaded, problems };
}

/** Every installation has an id of its own, and an attached one has something attached. */
function* idFaults({ groups, attached }: FleetDocument, rigs: Rigs['loaded']): Iterable<FieldFault> {
  const emulated = Object.values(groups).reduce((sum, { installations }) => sum + installations, 0);
  const seen = new Map<string, string>();
  for (const name of Object.keys(attached)) {
    const setup = rigs.get(name)?.setup;
    if (setup === undefined) continue;
    const path = ['attached', name, 'rig'];
    const { installationId: id } = setup.installation;
    const number = Number(id);
    const isOfGroup = Number.isInteger(number) && String(number) === id && number >= 1 && number <= emulated;
    const other = isOfGroup ? 'an emulated installation' : seen.get(id);
    if (other !== undefined)
      yield {
        path,
        found: `a rig whose installation is ${id}, as ${other} is`,
        expected: 'an installation with an id of its own',
        mend: 'Give installation.id in the rig file.',
      };
    seen.set(id, `that of attached.${name}`);
    if (setup.devices.every(({ isAttached }) => !isAttached))
      yield {
        path,
        found: 'a rig of which everything is emulated',
        expected: 'a rig with an attached device',
        mend: 'Emulated installations are given as a group.',
      };
  }
}
