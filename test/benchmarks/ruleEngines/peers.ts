import { createRequire } from 'node:module';
import jsonLogic, { type RulesLogic } from 'json-logic-js';
import { Engine, type NestedCondition } from 'json-rules-engine';
import { CATEGORIES, type Clause } from '../../../src/clauses/clause.ts';
import { conditionOf, type Condition } from './conditions.ts';
import { maskOfCategories, type RuleFacts } from './facts.ts';

/** A rule engine of others, with the clauses translated into its own rules. */
export interface Peer {
  readonly name: string;
  /** Histories a round, so that every peer runs for about as long. */
  readonly histories: number;
  /** Why it cannot run here, or undefined. */
  absent(): string | undefined;
  /** Takes the clauses once; gives a function that says which categories hold, as a mask. */
  load(clauses: readonly Clause[]): (facts: RuleFacts) => number | Promise<number>;
}

const jsonRulesEngine: Peer = {
  name: 'json-rules-engine 7.3.1',
  histories: 1000,
  absent: () => undefined,
  load(clauses) {
    const rules = clauses.map((clause) => ({
      conditions: { all: [nested(conditionOf(clause))] },
      event: { type: clause.category },
    }));
    const engine = new Engine(rules);
    return async (facts) => {
      const { events } = await engine.run(facts);
      return maskOfCategories(events.map(({ type }) => type));
    };
  },
};

function nested(condition: Condition): NestedCondition {
  if ('all' in condition) return { all: condition.all.map(nested) };
  if ('any' in condition) return { any: condition.any.map(nested) };
  const { fact, is, value } = condition;
  const operator = { equal: 'equal', atLeast: 'greaterThanInclusive', oneOf: 'in' }[is];
  return { fact, operator, value };
}

const jsonLogicJs: Peer = {
  name: 'json-logic-js 2.0.5',
  histories: 20_000,
  absent: () => undefined,
  load(clauses) {
    const logic = {
      merge: clauses.map((clause) => ({ if: [logicOf(conditionOf(clause)), [clause.category], []] })),
    } as RulesLogic;
    return (facts) => maskOfCategories(jsonLogic.apply(logic, facts) as string[]);
  },
};

function logicOf(condition: Condition): object {
  if ('all' in condition) return { and: condition.all.map(logicOf) };
  if ('any' in condition) return { or: condition.any.map(logicOf) };
  const operator = { equal: '===', atLeast: '>=', oneOf: 'in' }[condition.is];
  return { [operator]: [{ var: condition.fact }, condition.value] };
}

/** What is used of @gorules/zen-engine. */
interface Zen {
  readonly ZenEngine: new () => {
    createDecision(content: object): {
      evaluate(facts: RuleFacts): Promise<{ result: Readonly<Record<string, boolean>> }>;
    };
  };
}

const ZEN = '@gorules/zen-engine';

/**
 * Not among the dependencies: a lock file written on one platform lacks its binaries of the others, and `npm ci` then
 * refuses it. Used where somebody has it installed.
 */
function zen(): Zen | undefined {
  try {
    return createRequire(import.meta.url)(ZEN) as Zen;
  } catch {
    return undefined;
  }
}

const gorulesZen: Peer = {
  name: `${ZEN} 0.54`,
  histories: 2000,
  absent: () => (zen() ? undefined : `its binaries break the lock file; npm install --no-save ${ZEN}@0.54.0`),
  load(clauses) {
    const { ZenEngine } = zen() as Zen;
    const expressions = clauses.map((clause) => ({
      id: clause.category,
      key: String(CATEGORIES.indexOf(clause.category)),
      value: expressionOf(conditionOf(clause)),
    }));
    const node = (id: string, type: string, content = {}): object => ({
      id,
      name: id,
      type,
      content,
      position: { x: 0, y: 0 },
    });
    const edge = (sourceId: string, targetId: string): object => ({
      id: `${sourceId}-${targetId}`,
      type: 'edge',
      sourceId,
      targetId,
    });
    const decision = new ZenEngine().createDecision({
      nodes: [
        node('facts', 'inputNode'),
        node('clauses', 'expressionNode', { expressions }),
        node('held', 'outputNode'),
      ],
      edges: [edge('facts', 'clauses'), edge('clauses', 'held')],
    });
    return async (facts) => {
      const { result } = await decision.evaluate(facts);
      return maskOfCategories(CATEGORIES.filter((_, c) => result[c] === true));
    };
  },
};

function expressionOf(condition: Condition): string {
  if ('all' in condition) return `(${condition.all.map(expressionOf).join(' and ')})`;
  if ('any' in condition) return `(${condition.any.map(expressionOf).join(' or ')})`;
  const operator = { equal: '==', atLeast: '>=', oneOf: 'in' }[condition.is];
  return `${condition.fact} ${operator} ${JSON.stringify(condition.value)}`;
}

export const PEERS: readonly Peer[] = [jsonRulesEngine, jsonLogicJs, gorulesZen];
