/**
 * Reads and checks a profile. All errors are reported together, each with its position, and none shows a key or secret.
 */
import { readLayered } from '../../src/document/checkedFile.ts';
import { faultProblem } from '../../src/document/fieldFault.ts';
import type { Files } from '../../src/document/files.ts';
import { hideSecrets, type SecretPlaces } from '../../src/document/hideSecrets.ts';
import type { MergeOptions } from '../../src/document/merge.ts';
import type { Problem } from '../../src/document/problem.ts';
import type { Tree } from '../../src/document/tree.ts';
import { type Profile, profileOf } from './profile.ts';
import { profileFaults, type TryFile } from './profileFaults.ts';
import { PROFILE_FIELDS, profileSchema } from './profileSchema.ts';

/** A profile of emulated devices with its files, or all errors in it. */
export type LoadedProfile =
  | { readonly ok: true; readonly profile: Profile; readonly files: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const MERGE: MergeOptions = { discriminators: ['class', 'fault'] };
const SECRETS: SecretPlaces = {
  path: /(^|\.)(keys|secret|password)(\.|\[|$)/,
  mend: 'Keys are 32 hexadecimal digits in quotes; secrets are text in quotes.',
};

/** Reads a profile of emulated devices with the files that it extends. Problems never show a secret. */
export function loadProfile(options: { readonly path: string; readonly files: Files }): LoadedProfile {
  const read = readLayered({ ...options, merge: MERGE }, profileSchema, PROFILE_FIELDS);
  const problems: Problem[] = [...read.problems];
  const wrong = (): LoadedProfile => ({ ok: false, problems: problems.map((one) => hideSecrets(one, SECRETS)) });
  if (!read.ok) return wrong();
  const { value: document, tree, files } = read;
  const tryFile = fileReader(options, tree);
  for (const fault of profileFaults(document, tryFile)) problems.push(faultProblem(tree, fault));
  if (problems.length > 0) return wrong();
  const readSecret = (file: string): string => {
    const found = tryFile(file);
    return 'text' in found ? found.text : '';
  };
  return { ok: true, profile: profileOf(document, readSecret), files };
}

/**
 * Resolves file names relative to the profile that names them. A name in two profiles is looked for beside each of
 * them.
 */
function fileReader({ path, files }: { path: string; files: Files }, tree: Tree): TryFile {
  const places = new Map<string, string>();
  collectFiles(tree, (named, from) => places.set(named, files.beside(from, named)));
  return (named) => {
    try {
      return { text: files.read(places.get(named) ?? files.beside(path, named)) };
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      return { why: typeof code === 'string' ? code : 'not text' };
    }
  };
}

function collectFiles(tree: Tree, found: (named: string, from: string) => void): void {
  if (tree.kind === 'list') for (const item of tree.items) collectFiles(item, found);
  if (tree.kind !== 'map') return;
  for (const [name, { tree: inner }] of tree.entries) {
    if (name === 'file' && inner.kind === 'scalar' && typeof inner.value === 'string') {
      found(inner.value, inner.position.file);
    } else collectFiles(inner, found);
  }
}
