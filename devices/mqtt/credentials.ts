import { readFileSync } from 'node:fs';
import { TransportError } from '../transport/transport.ts';

/**
 * Credentials for a broker. They come from the environment or from files, never from arguments, because `ps` shows
 * arguments.
 */
export interface MqttCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The environment variables; each `…_FILE` names a file whose content (less a final newline) is the value. */
export const MQTT_ENVIRONMENT = {
  username: 'SMB_MQTT_USER',
  password: 'SMB_MQTT_PASSWORD',
  passwordFile: 'SMB_MQTT_PASSWORD_FILE',
  ca: 'SMB_MQTT_CA_FILE',
  cert: 'SMB_MQTT_CERT_FILE',
  key: 'SMB_MQTT_KEY_FILE',
} as const;

/** Reads the credentials. Throws a TransportError `settings` that names the variable and the file, never a value. */
export function mqttCredentials(environment: Readonly<Record<string, string | undefined>>): MqttCredentials {
  const file = (variable: string): string | undefined => {
    const path = environment[variable];
    if (path === undefined || path === '') return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      const why = (cause as { code?: string }).code ?? 'unreadable';
      throw new TransportError('settings', 'mqtt', `${variable} names ${path}, which cannot be read (${why})`);
    }
  };
  const username = environment[MQTT_ENVIRONMENT.username];
  const password = environment[MQTT_ENVIRONMENT.password] ?? file(MQTT_ENVIRONMENT.passwordFile)?.replace(/\r?\n$/, '');
  const ca = file(MQTT_ENVIRONMENT.ca);
  const cert = file(MQTT_ENVIRONMENT.cert);
  const key = file(MQTT_ENVIRONMENT.key);
  return {
    ...(username !== undefined && username !== '' && { username }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

const SCHEMES = ['mqtt:', 'mqtts:', 'tcp:', 'tls:', 'ssl:', 'ws:', 'wss:'];

/** Checks a broker's URL. A URL with a user name or a password is refused, and the message repeats neither. */
export function brokerUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TransportError(
      'settings',
      'mqtt',
      'the broker is not a URL such as mqtt://127.0.0.1:1883, the port up to 65535',
    );
  }
  if (url.username !== '' || url.password !== '') {
    const { username, passwordFile } = MQTT_ENVIRONMENT;
    throw new TransportError(
      'settings',
      'mqtt',
      `the broker's URL holds a user name or a password; put them into ${username} and ${passwordFile} instead`,
    );
  }
  if (!SCHEMES.includes(url.protocol)) {
    throw new TransportError('settings', 'mqtt', `${url.protocol}// is not one of ${SCHEMES.join(' ')}`);
  }
  return text;
}
