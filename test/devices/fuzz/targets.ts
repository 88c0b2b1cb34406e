import type { Target } from './target.ts';
import { BUS_TARGETS } from './targets/bus.ts';
import { CAPTURE_TARGET } from './targets/captures.ts';
import { CLIENT_TARGET } from './targets/client.ts';
import { CODEC_TARGETS } from './targets/codecs.ts';
import { CONTRARY_TARGET } from './targets/contrary.ts';
import { OPTICAL_TARGETS } from './targets/optical.ts';
import { PARSER_TARGETS } from './targets/parsers.ts';
import { PEER_TARGETS } from './targets/peers.ts';
import { SERVER_TARGETS } from './targets/server.ts';
import { STATION_TARGETS } from './targets/stations.ts';
import { SUITE_TARGETS } from './targets/suite.ts';

/** Everything that is given bytes of the world. */
export const TARGETS: readonly Target[] = [
  ...CODEC_TARGETS,
  ...SUITE_TARGETS,
  ...PARSER_TARGETS,
  ...STATION_TARGETS,
  ...SERVER_TARGETS,
  CLIENT_TARGET,
  CAPTURE_TARGET,
  CONTRARY_TARGET,
  ...OPTICAL_TARGETS,
  ...BUS_TARGETS,
  ...PEER_TARGETS,
];
