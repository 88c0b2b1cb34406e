import { CATEGORIES } from '../../clauses/clause.ts';
import { ENGINE_MESSAGES, messageJsonSchema, type MessageName } from '../../interchange/engine/engineMessages.ts';
import { READING_NAMES, READINGS } from '../../regulation/readings.ts';
import type { ExitCode } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';
import type { SchemaName } from './schemaNames.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

const SCHEMAS: Readonly<Record<SchemaName, () => unknown>> = {
  'engine': engineSchema,
  'head-end': headEndSchema,
  'case': caseSchema,
};

/** Prints one schema as JSON. */
export function checkSchema(io: Io, what: SchemaName): ExitCode {
  io.out.write(`${JSON.stringify(SCHEMAS[what](), null, 2)}\n`);
  return 0;
}

function engineSchema(): unknown {
  const names = Object.keys(ENGINE_MESSAGES) as MessageName[];
  return {
    $schema: DRAFT,
    title: 'smets1-bench engine protocol, version 1',
    description:
      'JSON objects, one a line (UTF-8, LF, at most 1 MiB). To the engine: hello, then question after question. From the ' +
      'engine: greeting, then one answer for each question, in any order, written out at once. Standard error is free. ' +
      'The engine ends when its standard input does.',
    $defs: Object.fromEntries(names.map((name) => [name, messageJsonSchema(name)])),
    examples: [
      { hello: 1, engine: 'my engine' },
      { id: 1, verdicts: [{ category: CATEGORIES[0], met_at: '2022-01-10T10:00:00Z', reported: true }] },
      { id: 2, verdicts: [] },
      { id: 3, error: 'two rows of one key differ' },
    ],
  };
}

/** The protocol of `check head-end`. */
function headEndSchema(): unknown {
  const hex = (digits: number, description: string) => ({
    type: 'string',
    pattern: `^[0-9A-F]{${digits}}$`,
    description,
  });
  const whole = (description: string) => ({ type: 'integer', minimum: 1, description });
  const rotate = {
    number: whole('of the meter; a head-end keeps what it knows of the meter under it'),
    host: { type: 'string', description: 'where the meter listens; always this machine' },
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    framing: { const: 'wrapper', description: 'the wrapper of the Green Book: 8 bytes before each APDU' },
    clientSap: whole('the client as which it is rotated'),
    serverSap: whole('the server at the address'),
    systemTitle: hex(16, 'of the meter'),
    guek: hex(32, 'the encryption key that the meter starts with; of the lab, and public'),
    gak: hex(32, 'the authentication key that the meter starts with; of the lab, and public'),
    kek: hex(32, 'the Master Key, which wraps new keys'),
  };
  const object = (properties: Readonly<Record<string, unknown>>) => ({
    type: 'object',
    required: Object.keys(properties),
    properties,
  });
  return {
    $schema: DRAFT,
    title: 'smets1-bench head-end protocol, version 1',
    description:
      'JSON objects, one a line (UTF-8, LF, at most 1 MiB). To the head-end: meters whose GUEK and GAK it rotates; a meter ' +
      'may come again, and what an earlier call left in doubt is then settled first. From the head-end: one answer for ' +
      'each, in any order, written out at once. Standard error is free. It ends when its standard input does.',
    $defs: {
      rotate: { ...object({ rotate: object(rotate) }), description: 'to the head-end' },
      answer: {
        ...object({
          number: whole('of the meter'),
          rotated: { type: 'boolean', description: 'true: an answer under the new keys has come' },
        }),
        description: 'from the head-end',
      },
    },
    examples: [
      { number: 1, rotated: true },
      { number: 2, rotated: false },
    ],
  };
}

const ROW_EXAMPLES = ['Mon 2022-01-10 MA112', 'Mon 2022-01-10 18:30 gas-supplier H', 'Mon 2022-01-17 instruction ok'];

function caseSchema(): unknown {
  const text = { type: 'string' };
  return {
    $schema: DRAFT,
    title: 'smets1-bench cases',
    description: 'A list of histories with what is expected of an engine, as YAML or JSON (test/cases/README.md).',
    type: 'array',
    items: {
      type: 'object',
      required: ['name', 'history'],
      additionalProperties: false,
      properties: {
        'name': { ...text, description: 'what the case is about, as a sentence' },
        'clause': { enum: CATEGORIES, description: 'the category that `verdict` is about' },
        'installation': { ...text, description: 'a cohort and what differs from the default', default: 'IOC' },
        'history': {
          type: 'array',
          items: {
            anyOf: [
              { ...text, examples: ROW_EXAMPLES },
              { type: 'object', additionalProperties: text },
            ],
          },
        },
        'as-of': { ...text, description: 'a date (its last second in London) or an instant', default: '2022-06-30' },
        'readings': {
          type: 'object',
          additionalProperties: false,
          properties: Object.fromEntries(
            READING_NAMES.map((name) => [name, { enum: Object.keys(READINGS[name].values) }]),
          ),
        },
        'rules': { type: 'object', description: 'fields of clauses by category; expires-on, precedence, lacks' },
        'verdict': {
          anyOf: [
            { enum: ['none', 'holds'] },
            {
              type: 'object',
              additionalProperties: false,
              properties: { met: text, effective: text, counted: {}, excludes: text, reported: text, evidence: {} },
            },
          ],
        },
        'reported': { enum: [...CATEGORIES, 'none'] },
        'notes': { type: 'array', items: text },
        'resolved': {
          type: 'object',
          description: 'in the shipped JSON: the question and the verdicts of the protocol',
        },
        'found': { type: 'object', description: 'where the case came from; nothing is computed from it' },
      },
    },
  };
}
