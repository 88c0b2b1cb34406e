/**
 * Reads and checks a profile. All errors are reported together, each with its position, and none shows a key or secret.
 */
import { hideSecrets, type SecretPlaces } from '../../src/document/hideSecrets.ts';
import type { Files } from '../../src/document/files.ts';
import { readLayers } from '../../src/document/layers.ts';
import type { MergeOptions } from '../../src/document/merge.ts';
import { formatPath } from '../../src/document/path.ts';
import { type Problem, problemAt } from '../../src/document/problem.ts';
import { foundText, plainOf, positionAt, type Tree, treeAt } from '../../src/document/tree.ts';
import { zodProblems } from '../../src/document/zodProblems.ts';
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
  const layers = readLayers({ ...options, merge: MERGE });
  const problems: Problem[] = [...layers.problems];
  const { tree } = layers;
  const wrong = (): LoadedProfile => ({
    ok: false,
    problems: problems.map((problem) => hideSecrets(problem, SECRETS)),
  });
  if (tree === undefined || !layers.complete) return wrong();
  const parsed = profileSchema.safeParse(plainOf(tree));
  if (!parsed.success) {
    problems.push(...zodProblems(parsed.error.issues, tree, PROFILE_FIELDS));
    return wrong();
  }
  const tryFile = fileReader(options, tree);
  for (const { path, found, expected } of profileFaults(parsed.data, tryFile)) {
    const what = found ?? foundText(treeAt(tree, path));
    problems.push(problemAt(positionAt(tree, path), formatPath(path), { found: what, expected }));
  }
  if (problems.length > 0) return wrong();
  const readSecret = (file: string): string => {
    const read = tryFile(file);
    return 'text' in read ? read.text : '';
  };
  return { ok: true, profile: profileOf(parsed.data, readSecret), files: layers.files };
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
