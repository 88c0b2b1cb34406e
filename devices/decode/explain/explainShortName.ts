/** Explains short-name referencing: read, write, unconfirmed write and information report. */
import {
  ASSOCIATION_BASE_NAME,
  decodeShortName,
  type ReadAnswer,
  type Variable,
  type WriteAnswer,
} from '../../dlms/apdu/apduShortName.ts';
import type { Data } from '../../dlms/encoding/axdr.ts';
import { toHex } from '../../dlms/encoding/bytes.ts';
import { resultText } from '../words/dlmsNames.ts';
import { dataText } from '../words/valueWords.ts';
import { type Asked, broken, type Explained, NOT_SHOWN, whole } from './explained.ts';

/** Short names of one object are this far apart from attribute to attribute. */
const NAME_STEP = 8;

/** `short name FA08 (association attribute 2)`. */
function nameText(name: number): string {
  const hex = name.toString(16).toUpperCase().padStart(4, '0');
  const offset = name - ASSOCIATION_BASE_NAME;
  const isOfAssociation = offset >= 0 && offset < 0x100;
  if (!isOfAssociation) return `short name ${hex}`;
  const of = offset % NAME_STEP === 0 ? ` attribute or method at ${offset / NAME_STEP + 1}` : '';
  return `short name ${hex} (association${of})`;
}

/** Names of the association take secrets and proofs. */
function askedOf(variable: Variable): Asked {
  switch (variable.is) {
    case 'name':
    case 'parameterized': {
      const { name } = variable;
      const isSecret = name > ASSOCIATION_BASE_NAME + NAME_STEP && name < ASSOCIATION_BASE_NAME + 0x100;
      const selection = variable.is === 'parameterized' ? `, selector ${variable.selector}` : '';
      return { words: `${nameText(name)}${selection}`, isSecret };
    }
    case 'blockNumber':
      return { words: `block ${variable.number}`, isSecret: false };
    case 'readBlock':
      return { words: `block ${variable.number}, ${variable.raw.length} bytes`, isSecret: false };
    case 'writeBlock':
      return { words: `block ${variable.number}`, isSecret: false };
  }
}

function valueText(data: Data | undefined, asked: Asked | undefined): string {
  if (data === undefined) return 'no value';
  return asked?.isSecret === true ? NOT_SHOWN : dataText(data);
}

function answerText(answer: ReadAnswer | WriteAnswer, asked: Asked | undefined): string {
  switch (answer.is) {
    case 'data':
      return valueText(answer.data, asked);
    case 'error':
      return resultText(answer.result);
    case 'block':
      return `block ${answer.number}, ${answer.raw.length} bytes${answer.last ? ', the last' : ''}`;
    case 'blockNumber':
      return `block ${answer.number} taken`;
    case 'success':
      return resultText(0);
  }
}

export function explainShortName(apdu: Uint8Array, before: readonly Asked[] = []): Explained {
  const decoded = decodeShortName(apdu);
  if (!decoded.ok) return broken(apdu, decoded.error);
  const { value } = decoded;
  if ('answers' in value) {
    const parts = value.answers.map((one: ReadAnswer | WriteAnswer, i) => {
      const text = answerText(one, before[i]);
      return before[i] === undefined ? text : `${before[i].words}: ${text}`;
    });
    return whole(apdu, parts.join('; '), () => ({ kind: value.kind, answers: parts }));
  }
  const asked = value.variables.map(askedOf);
  const values = 'values' in value ? value.values : undefined;
  const parts = asked.map((one, i) => (values ? `${one.words} = ${valueText(values[i], one)}` : one.words));
  const time = 'time' in value && value.time.length > 0 ? `at ${toHex(value.time)} ` : '';
  const tree = (): Record<string, unknown> => ({ kind: value.kind, variables: asked.map(({ words }) => words), parts });
  return { ...whole(apdu, `${time}${parts.join('; ')}`, tree), asked };
}
