/**
 * The start-up text of an emulation: where it listens, who may connect, and what it is not. It never shows a key or a
 * secret.
 */
import { formatInstant } from '../../src/time.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import { clientLines, framingLines, keysText } from './bannerClients.ts';
import { cadMac } from './cad.ts';
import type { EmulateOptions, Emulation, ServedAt } from './emulate.ts';
import type { Unit } from './unit.ts';

/** Up to this many units are listed one by one; of more, only the first and the last. */
const UNITS_TOLD_MAX = 20;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * The lines that tell a user how to reach the emulated devices: addresses, clients, public lab keys, framing.
 *
 * @param at now, in seconds since the Unix epoch
 */
export function bannerLines(emulation: Emulation, options: EmulateOptions, at: number): readonly string[] {
  const { profile } = options;
  const lines = [
    "DLMS/COSEM with security suite 0: a standards-based STAND-IN for the makers' own protocols.",
    '  No source says that SMETS1 devices speak it; what it shares with them is the dependency on the Master Key.',
    keysText(profile),
    ...clientLines(profile),
    ...framingLines(emulation.servedAt, profile),
  ];
  const told =
    emulation.units.length <= UNITS_TOLD_MAX ? emulation.units : [emulation.units[0]!, emulation.units.at(-1)!];
  for (const unit of told) {
    for (const where of emulation.servedAt.filter((one) => one.unit === unit))
      lines.push(`serving ${placeText(where)}`);
    for (const { kind, sap, device } of unit.devices) {
      const { name, meterPoint } = device.identity;
      const point = meterPoint === '' ? '' : `, meter point ${meterPoint}`;
      lines.push(
        `  server SAP ${sap}: ${kind.toUpperCase()} ${name}, system title ${toHex(device.systemTitle)}${point}`,
      );
    }
    if (options.mqtt?.glow === true) lines.push(`  CAD: Glow topics glow/${cadMac(unit.number)}/...`);
    lines.push(...sleepLine(unit, at));
  }
  if (told.length < emulation.units.length) {
    lines.push(`${emulation.units.length} units in all, the first and the last of them shown`);
  }
  if (profile.faults.length > 0) lines.push(`faults: ${profile.faults.length} scripted, on every connection anew`);
  if (options.tcp && !LOOPBACK.test(options.tcp.host)) {
    lines.push(`WARNING: ${options.tcp.host} is more than this machine; whoever reaches it can read and rotate keys`);
  }
  return lines;
}

function placeText({ carrier, address, framing }: ServedAt): string {
  const framed = framing === '62056-21' ? 'IEC 62056-21, modes C and E' : framing === 'hdlc' ? 'HDLC' : 'wrapper';
  if (carrier === 'mqtt') return `MQTT smb/v1/${address.replace('/', '/rig/')}/pdu/{c2s,s2c} (${framed})`;
  return `${carrier} ${address} (${framed})`;
}

function sleepLine({ installation }: Unit, at: number): string[] {
  if (!installation?.gsme) return [];
  const readyAt = installation.gsmeReadyAt(installation.gsme, at);
  const { wakeSeconds, awakeSeconds } = installation.hub.sleep;
  if (awakeSeconds >= wakeSeconds) return [];
  const when = readyAt <= at ? 'awake now' : `next awake at ${formatInstant(readyAt)}`;
  return [
    `  the GSME sleeps: ${awakeSeconds} s awake every ${wakeSeconds} s, ${when}; requests wait, the hub mirrors it`,
  ];
}
