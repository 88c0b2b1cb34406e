import { CATEGORIES } from '../../clauses/clause.ts';
import { recordOf, type Column } from '../record/records.ts';

/** The version of the engine protocol. Both sides give it in their first line. */
export const ENGINE_PROTOCOL = 1;

/** The JSON form of a field of a message. */
export type FieldType =
  | 'version'
  | 'id'
  | 'text'
  | 'instant'
  | 'instantOrNull'
  | 'count'
  | 'instants'
  | 'yesNo'
  | 'category'
  | 'excludes'
  | 'takes'
  | 'rules'
  | 'installation'
  | 'attempts'
  | 'events'
  | 'verdicts';

export interface MessageField {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  readonly meaning: string;
}

export interface MessageSchema {
  /** The writer: the bench, on the engine's standard input, or the engine, on its standard output. */
  readonly from: 'bench' | 'engine';
  readonly meaning: string;
  readonly fields: readonly MessageField[];
}

function must(name: string, type: FieldType, meaning: string): MessageField {
  return { name, type, required: true, meaning };
}

function may(name: string, type: FieldType, meaning: string): MessageField {
  return { ...must(name, type, meaning), required: false };
}

/** Every message of the engine protocol: JSON objects, one a line, on standard input and output (src/docs, 5.2). */
export const ENGINE_MESSAGES = {
  hello: {
    from: 'bench',
    meaning: 'the first line to the engine',
    fields: [
      must('hello', 'version', 'the version of the protocol'),
      must('rules', 'rules', 'the resolved rule set by which every question is to be answered'),
      must('asOfDefault', 'instant', 'the last instant at which an exclusion can take effect'),
    ],
  },
  greeting: {
    from: 'engine',
    meaning: 'the first line from the engine, before any question is sent',
    fields: [
      must('hello', 'version', 'the version of the protocol'),
      may('engine', 'text', 'the name of the engine'),
      may('takes', 'takes', 'what it takes besides: ["rules"] if a question may bring a rule set of its own'),
    ],
  },
  question: {
    from: 'bench',
    meaning: 'one history; the rows are in no order',
    fields: [
      must('id', 'id', 'the number of the question'),
      must('asOf', 'instant', 'rows after it do not exist'),
      must('installation', 'installation', 'the columns of a row of `installations`'),
      must('attempts', 'attempts', 'rows of `attempts` without their installation_id'),
      must('events', 'events', "rows of `events`, those of the installation's DMC included"),
      may('rules', 'rules', 'another rule set, for this question alone; sent to engines that take rules'),
    ],
  },
  answer: {
    from: 'engine',
    meaning: 'one answer for each question, in any order: `verdicts` or `error`',
    fields: [
      must('id', 'id', 'the number of the question that is answered'),
      may('verdicts', 'verdicts', 'one object for each category that holds, in any order; [] if none does'),
      may('error', 'text', 'why there is no answer: the rows contradict each other'),
    ],
  },
  verdict: {
    from: 'engine',
    meaning: 'an element of `verdicts`; a field that is left out is not compared',
    fields: [
      must('category', 'category', 'the category that holds'),
      may('clause', 'text', 'its clause number in the rule set'),
      may('excludes', 'excludes', 'what it takes out of migration'),
      may('met_at', 'instant', 'start of the unbroken stretch, up to the as-of, in which it holds'),
      may('effective_from', 'instantOrNull', 'from when it takes effect; null: not by the as-of'),
      may('counted', 'count', 'weeks or instructions counted; null: a standing clause'),
      may('evidence', 'instants', 'the instants it rests on, by time'),
      may('reported', 'yesNo', 'true for exactly one verdict of an answer'),
    ],
  },
} as const satisfies Record<string, MessageSchema>;

export type MessageName = keyof typeof ENGINE_MESSAGES;

/** The JSON Schema of one message, for `check schema engine`. */
export function messageJsonSchema(name: MessageName): Readonly<Record<string, unknown>> {
  const { fields, meaning } = ENGINE_MESSAGES[name] as MessageSchema;
  return {
    type: 'object',
    description: meaning,
    properties: Object.fromEntries(
      fields.map((field) => [field.name, { ...fieldJsonSchema(field.type), description: field.meaning }]),
    ),
    required: fields.filter(({ required }) => required).map((field) => field.name),
    // A reader ignores fields that it does not know, so that a later version may add some.
    additionalProperties: true,
  };
}

const INSTANT_JSON = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' };

function fieldJsonSchema(type: FieldType): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'version':
      return { const: ENGINE_PROTOCOL };
    case 'id':
      return { type: 'integer' };
    case 'text':
      return { type: 'string' };
    case 'instant':
      return INSTANT_JSON;
    case 'instantOrNull':
      return { anyOf: [INSTANT_JSON, { type: 'null' }] };
    case 'count':
      return { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }] };
    case 'instants':
      return { type: 'array', items: INSTANT_JSON };
    case 'yesNo':
      return { type: 'boolean' };
    case 'category':
      return { enum: CATEGORIES };
    case 'excludes':
      return { enum: ['installation', 'gsme'] };
    case 'takes':
      return { type: 'array', items: { enum: ['rules'] } };
    case 'rules':
      return { type: 'object', description: 'as `smets1-bench rules schema` has it' };
    case 'installation':
      return columnsJsonSchema(recordOf('installations').columns);
    case 'attempts':
      return { type: 'array', items: columnsJsonSchema(recordOf('attempts').columns.slice(1)) };
    case 'events':
      return { type: 'array', items: columnsJsonSchema(recordOf('events').columns) };
    case 'verdicts':
      return { type: 'array', items: messageJsonSchema('verdict') };
  }
}

function columnsJsonSchema(columns: readonly Column[]): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [column.name, columnJsonSchema(column)])),
    required: columns.map(({ name }) => name),
  };
}

function columnJsonSchema({ type, allowed, required, meaning }: Column): Readonly<Record<string, unknown>> {
  const text = type === 'instant' ? INSTANT_JSON : allowed === undefined ? { type: 'string' } : { enum: allowed };
  return { ...(required ? text : { anyOf: [text, { type: 'null' }] }), description: meaning };
}
