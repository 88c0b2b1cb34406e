import { Command } from 'commander';
import type { ProbeResult } from '../../../devices/hardware/probe.ts';
import type { FoundDevice } from '../../../devices/hardware/list.ts';
import type { FoundCad } from '../../../devices/hardware/listCads.ts';
import { formatInstant } from '../../time.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { addCompareReadingsCommand } from './compareReadingsCommand.ts';
import { addDecodeCommand } from './decodeCommand.ts';
import { addListenCommand } from './listenCommand.ts';
import { addProfileCommand } from './profileCommand.ts';
import { addReadCommand } from './readCommand.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { oneOf, whole } from '../shell/options.ts';
import { originOf } from '../output/outputOrigin.ts';

/** `devices`: what hardware is attached, and what speaks there. */
export function devicesCommand(shell: Shell): Command {
  const { action } = shell;
  const devices = new Command('devices');

  devices
    .command('list')
    .description('List serial ports, and with --mqtt the devices announced on a broker and the CADs that speak there.')
    .option('--mqtt <url>', 'a broker; credentials come from SMB_MQTT_USER, SMB_MQTT_PASSWORD_FILE, SMB_MQTT_CA_FILE')
    .option('--bench <name>', 'only this bench (default: all)')
    .option('--seconds <n>', 'how long to listen; a CAD speaks every six seconds', whole(1, 600), 8)
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .action(action(list));

  devices
    .command('probe')
    .description(
      'Ask a serial port or a TCP address what speaks there: 62056-21, HDLC at the usual speeds, the wrapper.',
    )
    .argument('<port>', '/dev/ttyUSB0, COM3, one end of a pty pair, tcp:HOST:PORT, or rfc2217://HOST:PORT')
    .option('--all', 'go on after something has answered')
    .option('--client <n>', 'client SAP to ask as (default: 16, the public client)', whole(1, 0x7f))
    .option(
      '--server <n>',
      'server SAP to ask; over HDLC the upper address (default: the usual ones)',
      whole(0, 0x3fff),
    )
    .option('--physical <n>', 'HDLC: lower address to ask; 0: none', whole(0, 0x3fff))
    .option(
      '--address-bytes <n>',
      'HDLC: bytes of the address, 1, 2 or 4 (default: the shortest that holds it)',
      oneOf('1', '2', '4'),
    )
    .option(
      '--search',
      'ask at every address, of HDLC and of the wrapper, that meters are known to be set to; takes minutes',
    )
    .option('--wake-up', 'wake a battery-operated meter with NULs for 2.2 s before a 62056-21 request')
    .option('--seconds <n>', 'how long to wait for each answer', whole(1, 60), 2)
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      '\nNothing is chosen, opened or written: an SNRM that is answered is undone by DISC, an association by a release.',
    )
    .action(action(probe));
  devices
    .command('driver-schema')
    .description('Print the JSON Schema of the driver protocol: JSON lines between the bench and a program of yours.')
    .action(action(printDriverSchema));
  addReadCommand(devices, shell);
  addCompareReadingsCommand(devices, shell);
  addListenCommand(devices, shell);
  addDecodeCommand(devices, shell);
  addProfileCommand(devices, shell);
  return devices;
}

async function printDriverSchema(io: Io): Promise<void> {
  const { driverJsonSchema } = await import('../../../devices/hardware/driverProtocol.ts');
  io.out.write(`${JSON.stringify(driverJsonSchema(), null, 2)}\n`);
}

interface ListOptions {
  readonly mqtt?: string;
  readonly bench?: string;
  readonly seconds: number;
  readonly format: 'text' | 'json';
}

async function list(io: Io, options: ListOptions): Promise<void> {
  const face = await import('../../../devices/index.ts');
  const { ports, note } = await face.listSerialPorts();
  const { mqtt: url, bench, seconds } = options;
  const listening = { listenSeconds: seconds, ...(bench !== undefined && { bench }) };
  const [announced, cads] =
    url === undefined
      ? []
      : await usable(
          face.TransportError,
          Promise.all([face.listAnnounced({ url, ...listening }), face.listCads({ url, listenSeconds: seconds })]),
        );
  if (options.format === 'json') {
    io.out.write(
      `${JSON.stringify({ provenance: originOf(io), ports, ...(note !== undefined && { note }), announced, cads }, null, 2)}\n`,
    );
    return;
  }
  if (note !== undefined) writeLine(io.err, note);
  writeAnswer(io.out, ports.length === 0 ? 'no serial ports\n' : 'serial ports\n');
  for (const { path, description } of ports) {
    writeAnswer(io.out, `  ${path}${description === undefined ? '' : `  ${description}`}\n`);
  }
  if (announced === undefined) return;
  writeAnswer(io.out, announced.length === 0 ? 'nothing is announced on the broker\n' : 'announced on the broker\n');
  for (const found of announced) writeAnswer(io.out, `  ${announcedText(found)}\n`);
  writeAnswer(io.out, cads?.length ? 'CADs in Glow form\n' : 'no CAD speaks there in Glow form\n');
  for (const cad of cads ?? []) writeAnswer(io.out, `  ${cadText(cad)}\n`);
}

function cadText({ cad, messages, lastAt, hanJoined, electricityAt, gasAt }: FoundCad): string {
  const silent = lastAt === undefined ? 'silent, and without a date' : `silent since ${formatInstant(lastAt)}`;
  const parts = [
    `${cad}  ${messages > 0 ? 'speaks' : silent}`,
    hanJoined === undefined ? '' : hanJoined ? 'joined to its hub' : 'not joined to its hub',
    electricityAt === undefined ? '' : `electricity of ${formatInstant(electricityAt)}`,
    gasAt === undefined ? '' : `gas of ${formatInstant(gasAt)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function announcedText({ address, birth, online }: FoundDevice): string {
  const { bench, installation, device } = address;
  const state = online === undefined ? 'status unknown' : online ? 'online' : 'offline';
  const model = birth?.model === undefined ? '' : ` ${birth.model.maker} ${birth.model.model} ${birth.model.fw}`;
  const what =
    birth === undefined ? 'no birth' : `${birth.kind} ${birth.source}${model}, title ${birth.sysTitle ?? '-'}`;
  return `${bench}/${installation}/${device}  ${state}  ${what}`;
}

interface ProbeOptions {
  readonly all?: true;
  readonly client?: number;
  readonly server?: number;
  readonly physical?: number;
  readonly addressBytes?: '1' | '2' | '4';
  readonly search?: true;
  readonly wakeUp?: true;
  readonly seconds: number;
  readonly format: 'text' | 'json';
}

async function probe(io: Io, path: string, options: ProbeOptions): Promise<void> {
  const face = await import('../../../devices/index.ts');
  const isText = options.format === 'text';
  const onResult = (result: ProbeResult): void => {
    if (!isText) return;
    const { mode, ask, answered, detail } = result;
    writeAnswer(io.out, `${answered ? 'yes' : 'no '}  ${mode.padEnd(10)}  ${ask.padEnd(8)}  ${detail}\n`);
  };
  const results = await usable(
    face.TransportError,
    face.probePort(path, { ...addressesOf(options), answerMilliseconds: options.seconds * 1000, onResult }),
  );
  if (!isText) io.out.write(`${JSON.stringify({ provenance: originOf(io), results }, null, 2)}\n`);
  else if (!results.some(({ answered }) => answered)) writeLine(io.out, 'nothing answered');
  else for (const { address } of results) if (address) writeAnswer(io.out, `${addressText(address)}\n`);
}

/** An address as options and as fields of a rig file. */
function addressText({ client, server, physical, addressBytes }: NonNullable<ProbeResult['address']>): string {
  const isHdlc = addressBytes !== undefined;
  const options = `--client ${client} --server ${server}${isHdlc ? ` --physical ${physical ?? 0} --address-bytes ${addressBytes}` : ''}`;
  const fields = `client: ${client}, server: ${server}${isHdlc ? `, physical: ${physical ?? 0}, hdlc: { addressBytes: ${addressBytes} }` : ''}`;
  return `     devices read: ${options}; in a rig file: { ${fields} }`;
}

function addressesOf({ all, client, server, physical, addressBytes, search, wakeUp }: ProbeOptions) {
  return {
    all: all ?? false,
    search: search ?? false,
    wakeUp: wakeUp ?? false,
    ...(client !== undefined && { client }),
    ...(server !== undefined && { server }),
    ...(physical !== undefined && { physical }),
    ...(addressBytes !== undefined && { addressBytes: Number(addressBytes) as 1 | 2 | 4 }),
  };
}

/** A port or a broker that cannot be opened is the user's to mend. */
async function usable<T>(kind: new (...given: never[]) => Error, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof kind) throw new UsageError(cause.message);
    throw cause;
  }
}
