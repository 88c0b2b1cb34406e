/** An emulated consumer access device, which shows an installation in Glow's form. */
import { londonDay, londonMidnight } from '../../src/time.ts';
import type { CosemDevice } from '../cosem/device.ts';
import type { GlowReading, GlowSnapshot } from '../mqtt/glow.ts';
import { drawn, rateNow, type Commodity } from '../personas/consumption.ts';
import type { Installation } from '../personas/emulatedInstallation.ts';

/** 1 m3 of gas at 39.5 MJ and the usual correction factor of 1.02264, in kWh. Our assumption. */
const KWH_PER_CUBIC_METRE = (39.5 * 1.02264) / 3.6;
const DAY_SECONDS = 86_400;
const HAN_RSSI = -75;
const HAN_LQI = 200;

/** Returns a locally administered address, so that it belongs to no maker. */
export function cadMac(number: number): string {
  return `02534D${(number & 0xffffff).toString(16).padStart(6, '0')}`.toUpperCase();
}

/** Returns the CAD's report at an instant: the present electricity meter, and the gas meter from the hub's mirror. */
export function cadSnapshot(installation: Installation, options: { number: number; at: number }): GlowSnapshot {
  const { number, at } = options;
  const { hub, esme } = installation;
  hub.lookAt(at);
  const member = hub.member('esme');
  const isUp = member !== undefined && hub.isUp(member, at);
  const { mirror } = hub;
  return {
    mac: cadMac(number),
    at,
    han: { joined: installation.chf.powered, rssi: HAN_RSSI, lqi: HAN_LQI },
    ...(isUp && {
      electricity: {
        ...reading(esme, 'electricity', at),
        powerKw: rateNow(esme, 'electricity', at) / 1000,
      },
    }),
    ...(mirror && installation.gsme && { gas: reading(installation.gsme, 'gas', mirror.at) }),
  };
}

function reading(device: CosemDevice, commodity: Commodity, at: number): GlowReading {
  const factor = commodity === 'gas' ? KWH_PER_CUBIC_METRE / 1000 : 1 / 1000;
  const total = drawn(device, commodity, at);
  const since = (from: number): number => (total - drawn(device, commodity, from)) * factor;
  const midnight = londonMidnight(londonDay(at));
  return {
    at,
    cumulativeKwh: total * factor,
    dayKwh: since(midnight),
    weekKwh: since(midnight - 6 * DAY_SECONDS),
    monthKwh: since(midnight - 29 * DAY_SECONDS),
    meterPoint: device.identity.meterPoint,
  };
}
