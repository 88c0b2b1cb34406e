// The decoders of DLMS, each by itself.
import {
  decodeAare,
  decodeAarq,
  decodeRelease,
  encodeAare,
  encodeAarq,
  encodeRelease,
} from '../../../../devices/dlms/apdu/acse.ts';
import {
  decodeDataNotification,
  decodeResponse,
  encodeDataNotification,
  encodeResponse,
} from '../../../../devices/dlms/apdu/apduResponse.ts';
import { decodeAccess, encodeAccess } from '../../../../devices/dlms/apdu/apduAccess.ts';
import { decodeGeneral, encodeGeneral } from '../../../../devices/dlms/apdu/apduGeneral.ts';
import { decodeShortName, encodeShortName } from '../../../../devices/dlms/apdu/apduShortName.ts';
import { decodeRequest, decodeValueList, encodeRequest } from '../../../../devices/dlms/apdu/apduRequest.ts';
import { type Data, decodeData, encodeData, expandCompactArray } from '../../../../devices/dlms/encoding/axdr.ts';
import { readElements } from '../../../../devices/dlms/encoding/ber.ts';
import { bad, concat, good } from '../../../../devices/dlms/encoding/bytes.ts';
import { readCiphered } from '../../../../devices/dlms/security/ciphering.ts';
import { instantOf } from '../../../../devices/cosem/dateTime.ts';
import { decodeParameters } from '../../../../devices/dlms/framing/hdlcControl.ts';
import { decodeFrame, encodeFrame } from '../../../../devices/dlms/framing/hdlcFrame.ts';
import {
  decodeInitiateRequest,
  decodeInitiateResponse,
  encodeInitiateRequest,
  encodeInitiateResponse,
} from '../../../../devices/dlms/apdu/initiate.ts';
import { codecTarget } from '../codec.ts';
import * as corpus from '../corpus.ts';
import { mutatedHdlc } from '../frames.ts';
import type { Target } from '../target.ts';

const ok = (...kinds: readonly string[]): string[] => kinds.map((kind) => `ok ${kind}`.trim());

/** What the bounded reader under all of them says. */
const SHORT = 'N more byte(s) expected at byte N';
const READER = [SHORT, 'length of N to N bytes expected at byte N', 'length N exceeds the N byte(s) present at byte N'];
/** Seldom met where a value is only a part. */
const DEEP = ['type description too deep at byte N', 'bit-string too long at byte N'];
const VALUE = [...READER, ...['no data type has the tag N at byte N', 'nesting deeper than N at byte N'], ...DEEP];
const TYPES = [
  ...['null', 'dontCare', 'array', 'structure', 'boolean', 'bitString', 'octetString', 'visibleString', 'utfNString'],
  ...['dateTime', 'date', 'time', 'longN', 'longNUnsigned', 'doubleLong', 'doubleLongUnsigned', 'bcd', 'integer'],
  ...['long', 'unsigned', 'longUnsigned', 'enum', 'floatN', 'deltaInteger', 'deltaLong', 'deltaDoubleLong'],
  ...['deltaUnsigned', 'deltaLongUnsigned', 'deltaDoubleLongUnsigned'],
];

function typeOf(data: Data): string {
  if (data.type !== 'compactArray') return data.type;
  const expanded = expandCompactArray(data);
  return `compactArray, ${expanded.ok ? 'expanded' : expanded.error}`;
}

const COMPACT = [
  ...[
    'expanded',
    ...READER,
    'bit-string too long at byte N',
    'no data type has the tag N at byte N',
    'elements without content at byte N',
  ],
  ...['more than N values at byte N', 'nesting deeper than N at byte N'],
].map((end) => `compactArray, ${end.startsWith('elements') ? `compact array ${end}` : end}`);

const REQUEST_KINDS = [
  ...[
    'getNormal',
    'getNext',
    'getList',
    'setNormal',
    'setFirst',
    'setBlock',
    'setList',
    'setListFirst',
    'actionNormal',
  ],
  ...['actionNext', 'actionList', 'actionFirst', 'actionListFirst', 'actionBlock'],
];
const RESPONSE_KINDS = [
  ...[
    'getNormal',
    'getBlock',
    'getBlockError',
    'getList',
    'setNormal',
    'setBlock',
    'setLast',
    'setLastList',
    'setList',
  ],
  ...['actionNormal', 'actionBlock', 'actionList', 'actionNext', 'exception', 'serviceError'],
];
const LIST = 'list of N items at byte N';
const ELEMENTS = [...READER, 'more than N BER elements'];
const TAGGED = 'one element with tag N expected';
const INITIATE = [...READER, 'conformance tag N expected at byte N', 'conformance of N bits expected at byte N'];

export const CODEC_TARGETS: readonly Target[] = [
  codecTarget({
    ...{ name: 'data', share: 14, corpus: corpus.DATA, decode: decodeData, encode: encodeData, kind: typeOf },
    long: corpus.LONG_DATA,
    rare: ok('compactArray, bit-string too long at byte N', 'compactArray, nesting deeper than N at byte N'),
    known: [...ok(...TYPES, ...COMPACT), ...VALUE, 'more than N values at byte N', 'N byte(s) after the value'],
  }),
  codecTarget({
    ...{ name: 'valueList', share: 2, decode: decodeValueList, rare: DEEP },
    corpus: [...corpus.DATA.map((value) => concat(Uint8Array.of(2), value, value)), corpus.LONG_LIST],
    known: [...ok(''), ...VALUE, LIST, 'N byte(s) after the list'],
  }),
  codecTarget({
    ...{ name: 'ber', share: 2, corpus: corpus.ACSE, decode: readElements, known: [...ok(''), ...ELEMENTS] },
  }),
  codecTarget({
    ...{ name: 'aarq', corpus: corpus.ACSE.slice(0, 4), decode: decodeAarq, encode: encodeAarq },
    kind: ({ context, mechanism }) =>
      `${context === 0 ? 'foreign context' : mechanism === 0xff ? 'foreign mechanism' : ''}`,
    known: [
      ...ok('', 'foreign context', 'foreign mechanism'),
      ...ELEMENTS,
      ...[TAGGED, 'AARQ without an application context name', 'AARQ user information is not an octet string'],
    ],
  }),
  codecTarget({
    ...{ name: 'aare', corpus: corpus.ACSE.slice(4, 9), decode: decodeAare, encode: encodeAare },
    kind: ({ byProvider, result }) =>
      `${result === 0 ? 'accepted' : 'rejected'}${byProvider ? ' by the provider' : ''}`,
    known: [
      ...ok('accepted', 'rejected', 'accepted by the provider', 'rejected by the provider'),
      ...ELEMENTS,
      ...[TAGGED, 'AARE without result and diagnostic'],
    ],
  }),
  codecTarget({
    ...{ name: 'release', share: 2, corpus: corpus.ACSE.slice(9), decode: decodeRelease },
    encode: (release) => encodeRelease('request', release),
    known: [...ok(''), ...ELEMENTS, TAGGED],
  }),
  codecTarget({
    ...{
      name: 'initiateRequest',
      corpus: corpus.INITIATES,
      decode: decodeInitiateRequest,
      encode: encodeInitiateRequest,
    },
    kind: ({ dedicatedKey }) => (dedicatedKey ? 'with a dedicated key' : ''),
    known: [
      ...ok('', 'with a dedicated key'),
      ...['InitiateRequest tag N expected at byte N', ...INITIATE].map((error) => `InitiateRequest: ${error}`),
    ],
  }),
  codecTarget({
    ...{ name: 'initiateResponse', share: 2, corpus: corpus.INITIATES, decode: decodeInitiateResponse },
    encode: encodeInitiateResponse,
    known: [
      ...ok(''),
      ...['InitiateResponse tag N expected at byte N', SHORT, ...INITIATE.slice(3)].map(
        (e) => `InitiateResponse: ${e}`,
      ),
    ],
  }),
  codecTarget({
    ...{ name: 'shortName', corpus: corpus.SHORT_NAMES, decode: decodeShortName, encode: encodeShortName, rare: DEEP },
    kind: ({ kind }) => kind,
    known: [
      ...ok('read', 'readResponse', 'write', 'unconfirmedWrite', 'writeResponse', 'report'),
      ...[...VALUE, LIST, 'no service of short names has the tag N', 'N byte(s) after the service'],
      ...['a variable access of kind N at byte N', 'an answer of kind N at byte N'],
    ],
  }),
  codecTarget({
    ...{ name: 'access', corpus: corpus.ACCESSES, decode: decodeAccess, encode: encodeAccess, rare: DEEP },
    kind: ({ kind }) => kind,
    known: [
      ...ok('accessRequest', 'accessResponse'),
      ...[...VALUE, LIST, 'access tag N or N expected', 'an access of kind N at byte N', 'N byte(s) after the access'],
    ],
  }),
  codecTarget({
    ...{ name: 'general', corpus: corpus.GENERALS, decode: decodeGeneral, encode: encodeGeneral },
    kind: ({ kind }) => kind,
    known: [
      ...ok('generalCiphering', 'generalSigning'),
      ...[...READER, 'tag N or N expected', 'a key of kind N at byte N', 'N byte(s) after the APDU'],
    ],
  }),
  codecTarget({
    ...{ name: 'request', share: 14, corpus: corpus.REQUEST_APDUS, decode: decodeRequest, encode: encodeRequest },
    kind: ({ kind }) => kind,
    rare: DEEP,
    known: [
      ...ok(...REQUEST_KINDS),
      ...VALUE,
      ...[LIST, 'no service has the tag N', 'N byte(s) after the request'],
      ...['as many values as attributes expected', 'as many parameters as methods expected'],
    ],
  }),
  codecTarget({
    ...{ name: 'response', share: 14, corpus: corpus.RESPONSE_APDUS, decode: decodeResponse, encode: encodeResponse },
    kind: ({ kind }) => kind,
    rare: DEEP,
    known: [
      ...ok(...RESPONSE_KINDS),
      ...VALUE,
      ...[LIST, 'no response has the tag N', 'N byte(s) after the response'],
      ...['data or data-access-result expected at byte N', 'raw data or data-access-result expected at byte N'],
    ],
  }),
  codecTarget({
    ...{ name: 'dataNotification', share: 3, corpus: corpus.NOTIFICATIONS, decode: decodeDataNotification },
    encode: encodeDataNotification,
    rare: DEEP,
    known: [...ok(''), ...VALUE, 'data-notification tag N expected', 'N byte(s) after the notification'],
  }),
  codecTarget({
    ...{ name: 'cipheredHeader', share: 5, corpus: corpus.CIPHERED, decode: readCiphered },
    kind: ({ family }) => family,
    known: [
      ...ok('glo', 'ded', 'generalGlo', 'generalDed'),
      ...READER,
      ...['tag N is not of a ciphered APDU', 'N byte(s) after the ciphered APDU', 'only security suite N is supported'],
      ...['broadcast keys and compression are not supported', 'system title of N bytes expected'],
    ],
  }),
  codecTarget({
    ...{
      name: 'hdlcFrame',
      share: 10,
      corpus: corpus.FRAMES,
      decode: decodeFrame,
      encode: encodeFrame,
      mutate: mutatedHdlc,
    },
    kind: ({ segmented, destination }) => `${destination.bytes}${segmented ? ' segmented' : ''}`,
    known: [
      ...ok('N', 'N segmented'),
      ...[
        'two flags expected',
        'frame ends within its header',
        'frame format is not type N',
        'frame length N is below N',
      ],
      ...['destination address is not N, N or N bytes', 'source address is not N, N or N bytes'],
      ...['frame length N does not fit its addresses', 'header check sequence is wrong'],
      ...['frame length says N, N byte(s) present', 'frame check sequence is wrong'],
    ],
  }),
  codecTarget({
    ...{ name: 'hdlcParameters', share: 2, corpus: corpus.PARAMETERS, decode: decodeParameters },
    known: [
      ...ok(''),
      ...READER,
      ...['format identifier N expected', 'group identifier N expected', 'bad parameter', 'a parameter is zero'].map(
        (error) => `negotiation: ${error}`,
      ),
    ],
  }),
  codecTarget({
    ...{ name: 'dateTime', share: 2, corpus: corpus.DATE_TIMES, known: [...ok(''), 'no instant'] },
    decode(bytes) {
      const instant = instantOf({ type: 'octetString', value: bytes });
      return instant === undefined ? bad('no instant') : good(instant);
    },
  }),
];
