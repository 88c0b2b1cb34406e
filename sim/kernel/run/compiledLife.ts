/**
 * The kernel's life in WebAssembly. `npm run life` compiles it from the files of the subset (sim/kernel/README.md); its counts are
 * those of the same files run as JavaScript.
 */
import * as engineCodes from '../../../src/exclusion/engine/engineCodes.ts';
import * as migrationCodes from '../../../src/migration/migrationCodes.ts';
import * as populationCodes from '../../population/populationCodes.ts';
import * as endCodes from '../../scenario/endCodes.ts';
import * as streamCodes from '../../world/dice/streamCodes.ts';
import type { Model } from '../model/model.ts';
import type { FollowingRules } from './ruleFamily.ts';
import type { Replication } from '../model/replication.ts';
import { livesIn, type CompiledLives } from './lifeInstance.ts';
import { LIFE_CODES, LIFE_MODULE } from './lifeModule.ts';

/** The part of WebAssembly that is used here. It has no place in the types of a library without a browser. */
interface WebAssemblyFace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const CODES: Readonly<Record<string, number>> = {
  ...engineCodes,
  ...migrationCodes,
  ...populationCodes,
  ...endCodes,
  ...streamCodes,
};

/** Compiled once a thread; null: there is no WebAssembly here, or the tables have changed since `npm run life`. */
let compiled: object | null | undefined;

function webAssembly(): WebAssemblyFace | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyFace }).WebAssembly;
}

function moduleOf(face: WebAssemblyFace): object | null {
  if (compiled === undefined) {
    const isOfTables = Object.entries(LIFE_CODES).every(([name, value]) => CODES[name] === value);
    try {
      compiled = isOfTables ? new face.Module(bytesOf(LIFE_MODULE)) : null;
    } catch {
      // A page's policy may forbid WebAssembly.
      compiled = null;
    }
  }
  return compiled;
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

/** The lives of a replication in WebAssembly; null where they have to be lived in JavaScript. */
export function compiledLives(
  model: Model,
  replication: Replication,
  more: readonly FollowingRules[] = [],
): CompiledLives | null {
  const face = webAssembly();
  const module = face && moduleOf(face);
  if (!face || !module) return null;
  return livesIn((imports) => new face.Instance(module, imports).exports, model, replication, more);
}
