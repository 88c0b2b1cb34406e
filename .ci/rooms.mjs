// Three rules on the folders of src, sim and devices: no import loop between folders, one meaning for each base name
// of a file, and at most FILES_MAX code files in a folder. `.ci/arrows.mjs` calls this with the modules that
// dependency-cruiser read.
import { dirname, basename } from 'node:path';

/** A folder with more files than this is a heap: nobody can see at a glance what stands where. The number is ours. */
const FILES_MAX = 20;

const inRooms = (path) => /^(src|sim|devices)\//.test(path);

/** Tarjan's strongly connected components; returns those with more than one node. */
export function loops(arrows) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const onStack = new Set();
  const found = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    onStack.add(node);
    for (const next of arrows.get(node)?.keys() ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (onStack.has(next)) low.set(node, Math.min(low.get(node), index.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const loop = [];
    let member;
    do {
      member = stack.pop();
      onStack.delete(member);
      loop.push(member);
    } while (member !== node);
    if (loop.length > 1) found.push(loop.sort());
  };
  for (const node of arrows.keys()) if (!index.has(node)) visit(node);
  return found;
}

/** The arrows between folders: folder -> folder -> one import that makes the arrow. */
export function folderArrows(modules) {
  const arrows = new Map();
  for (const { source, dependencies } of modules) {
    if (!inRooms(source) || isFace(source)) continue;
    const from = dirname(source);
    if (!arrows.has(from)) arrows.set(from, new Map());
    for (const { resolved } of dependencies) {
      const to = dirname(resolved);
      if (inRooms(resolved) && to !== from) arrows.get(from).set(to, `${source} -> ${resolved}`);
    }
  }
  return arrows;
}

/** The public faces re-export from everywhere and are imported from outside only, so they make no loop. */
const isFace = (path) => /^(src|sim|devices)\/index\.ts$/.test(path);

function loopFaults(modules) {
  const arrows = folderArrows(modules);
  return loops(arrows).map((loop) => {
    const members = new Set(loop);
    const examples = loop.flatMap((from) =>
      [...arrows.get(from)].filter(([to]) => members.has(to)).map(([, example]) => example),
    );
    return `${loop.join(', ')}: these folders import each other. Move what both need into a folder below them.\n  ${examples.join('\n  ')}`;
  });
}

function nameFaults(paths) {
  const places = Map.groupBy
    ? Map.groupBy(paths, (path) => basename(path))
    : paths.reduce((map, path) => map.set(basename(path), [...(map.get(basename(path)) ?? []), path]), new Map());
  return [...places]
    .filter(([name, found]) => found.length > 1 && name !== 'index.ts')
    .map(([name, found]) => `${found.join(', ')}: the base name ${name} stands for one thing only; rename all but one`);
}

function sizeFaults(paths) {
  const sizes = new Map();
  for (const path of paths) sizes.set(dirname(path), (sizes.get(dirname(path)) ?? 0) + 1);
  return [...sizes]
    .filter(([folder, size]) => size > FILES_MAX)
    .map(
      ([folder, size]) => `${folder}: ${size} files, at most ${FILES_MAX} fit; split it by what the files are about`,
    );
}

/**
 * Faults of the folders, one text each.
 *
 * @param modules dependency-cruiser's modules: `{ source, dependencies: [{ resolved }] }`, paths from the root
 */
export function roomFaults(modules) {
  const paths = modules.map(({ source }) => source).filter(inRooms);
  return [...loopFaults(modules), ...nameFaults(paths), ...sizeFaults(paths)];
}
