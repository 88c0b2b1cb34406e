/** Writes a rig file to start from: the given values are filled in, and comments show the other fields. */
import type { DeviceName } from '../../headend/procedure.ts';

/** The values that are known before a rig file is written: its name, and the address of one device. */
export interface StartingRig {
  readonly name: string;
  /** The device that has the address. */
  readonly device: DeviceName;
  readonly tcp?: string;
  readonly serial?: string;
  readonly mqtt?: string;
  /** A command as typed: words separated by spaces. */
  readonly driver?: string;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The text of a rig file to start from (YAML with comments). It holds no secret. */
export function startingRig(given: StartingRig): string {
  const place = placeLines(given);
  const isAttached = place.length > 0;
  const { device } = given;
  const others = (['chf', 'esme', 'gsme'] as const).filter((name) => name !== device);
  const lines = [
    '# A rig: one installation, where each of its devices is, and what is to be done with it.',
    '#   smets1-bench rig check THIS_FILE     is it right?',
    '#   smets1-bench rig THIS_FILE           do it, and tell the story',
    '#   smets1-bench rig THIS_FILE --out DIR records, frames, pcap, JUnit and a record of each step as well',
    '# `smets1-bench rig schema` is its JSON Schema, for editors; scenarios/README.md says what every field means.',
    '# DLMS security suite 0 is a standards-based stand-in: no source says that SMETS1 devices speak it.',
    `name: ${given.name}`,
    'title: a rig to start from',
    '',
    'installation:',
    '  cohort: IOC # or MOC_MDS, MOC_Secure, FOC',
    '  number: 1 # identifiers are synthetic and follow from it',
    '  # gas: false # no gas meter',
    '  # electricity: { dormant: true, paymentMode: credit, supplier: supplier-1 }',
    '  # masterKey: missing # or wrong; held is usual',
    '',
    'devices:',
    ...(isAttached ? [`  ${device}:`, ...place.map((line) => `    ${line}`)] : []),
    ...(isAttached ? [] : ['  {} # all emulated in memory. What is attached is named here:']),
    ...(isAttached
      ? others.map(
          (name) =>
            `  # ${name}: { emulated: true } # or an address of its own${name === 'chf' ? '' : '; left out: where the hub is'}`,
        )
      : [
          "  # chf: { tcp: '127.0.0.1:4059' } # the meters behind it are reached through it, at server SAPs 2 and 3",
          '  # esme: { serial: /dev/ttyUSB0, framing: 62056-21 }',
          '  # gsme: { mqtt: { url: mqtt://127.0.0.1:1883, rig: SMBG00000001 } }',
        ]),
    '',
    ...(isAttached ? attachedLines() : nominalLines()),
  ];
  return `${lines.join('\n')}\n`;
}

function placeLines({ device, tcp, serial, mqtt, driver }: StartingRig): string[] {
  const spoken = [
    "# systemTitle: '534D424300000001' # a device with another title is read, never written",
    '# keys: { guek: { env: RIG_GUEK }, gak: { env: RIG_GAK }, kek: { file: secret/kek.hex } } # left out: the lab keys',
    '# answerSeconds: 30 # a GSME behind its hub may sleep for half an hour',
  ];
  const lines: string[] = [];
  if (tcp !== undefined) lines.push(`tcp: ${quoted(tcp)}`, '# framing: hdlc # wrapper is usual over TCP');
  if (serial !== undefined)
    lines.push(`serial: ${quoted(serial)}`, 'baud: 9600', 'framing: hdlc # or 62056-21: an optical port, mode E');
  if (mqtt !== undefined) lines.push(`mqtt: { url: ${quoted(mqtt)}, bench: lab, rig: ${RIG_NAMES[device]} }`);
  if (driver !== undefined) {
    const command = driver.split(/\s+/).filter((word) => word !== '');
    lines.push(
      'driver:',
      `  command: [${command.map(quoted).join(', ')}]`,
      "  endpoint: '' # handed to the driver: which device it is to open",
      "  reads: ['1.8.0'] # read at the step deviceState",
    );
  }
  if (lines.length === 0 || (tcp ?? serial ?? mqtt) === undefined) return lines;
  return [...lines, ...spoken];
}

/** The names that `emulate --mqtt` gives its pipes. */
const RIG_NAMES: Readonly<Record<DeviceName, string>> = {
  chf: 'SMBC00000001',
  esme: 'SMBE00000001',
  gsme: 'SMBG00000001',
};

function attachedLines(): string[] {
  return [
    '# Attached hardware is read only, and a migration stops before its keys are touched, unless its system title - as the',
    '# device gives it on the wire - stands here.',
    '# allow:',
    "#   keys: ['534D424300000001']",
    "#   configuration: ['534D424300000001']",
    "#   firmware: ['534D424300000001']",
    '# ledger: { folder: keys } # where its keys are kept from then on; left out: in your state folder',
    '',
    '# schedule:',
    '#   clock: nominal # a calendar whose weeks pass at once; left out: one attempt, now',
    '#   preparation: {} # the SMSO brings firmware and configuration first',
    '#   attempts: { max: 5 }',
    '',
    '# faults: # what strikes an attempt; what attached hardware does not let happen is said, not faked',
    '#   - { attempt: 1, step: wanRecent, effect: silence, silence: drop }',
    '#   - { attempt: 1, step: rotateKeys, fault: drop, frame: 9 }',
  ];
}

function nominalLines(): string[] {
  return [
    'schedule:',
    "  start: '2022-01-10T00:00:00Z' # contacts are daily from then on",
    '  # preparation: { tries: 3, failedTries: 1 }',
    '  # attempts: { daysBetween: 7, max: 5 }',
    '',
    '# outages:',
    "#   - { link: wan, from: '2022-01-12T00:00:00Z', to: '2022-01-26T00:00:00Z' }",
    '# faults:',
    '#   - { attempt: 1, step: rotateKeys, effect: silence, silence: answersDropped, fromFrame: 9 }',
    '#   - { attempt: 1, step: rotateKeys, fault: drop, frame: 9 }',
    '# events:',
    "#   - { at: '2022-01-20T00:00:00Z', event: gas-supplier, value: supplier-2 }",
  ];
}
