import type { FleetHost, FleetProtocol } from './host.ts';
import {
  carelessHttps,
  clearLogin,
  clearSmtp,
  expiredHttps,
  expiringHttps,
  goodHttps,
  goodMqtt,
  goodMqttOverTls,
  goodRedirect,
  goodSmtp,
  goodSsh,
  legacyHttps,
  openFiles,
  openMqtt,
  openPostgres,
  selfSignedHttps,
  weakKeyHttps,
  weakSsh,
  type ServerPlan,
} from './server-plans.ts';

export interface PortPlan {
  readonly preferredPort: number;
  readonly protocol: FleetProtocol;
  readonly server: ServerPlan;
  /** What mending puts in its place; absent when the server is good, or cannot be made better. */
  readonly mended?: ServerPlan;
}

export interface HostPlan {
  readonly name: string;
  /** Last octet of its address. */
  readonly octet: number;
  readonly purpose: FleetHost['purpose'];
  readonly ports: readonly PortPlan[];
}

/** Every host of the fleet. Names and octets are stable; the sandbox's account is built on them. */
export const roster: readonly HostPlan[] = [
  host('shop', 11, [
    { preferredPort: 8443, protocol: 'https', server: goodHttps },
    { preferredPort: 8080, protocol: 'http', server: goodRedirect },
  ]),
  host('portal', 12, [{ preferredPort: 8443, protocol: 'https', server: legacyHttps, mended: goodHttps }]),
  host('intranet', 13, [
    { preferredPort: 8443, protocol: 'https', server: selfSignedHttps, mended: goodHttps },
    { preferredPort: 9443, protocol: 'https', server: expiredHttps, mended: goodHttps },
  ]),
  host('appliance', 14, [
    { preferredPort: 8443, protocol: 'https', server: weakKeyHttps, mended: goodHttps },
  ]),
  host('blog', 15, [{ preferredPort: 8443, protocol: 'https', server: carelessHttps, mended: goodHttps }]),
  host('calendar', 16, [
    { preferredPort: 8443, protocol: 'https', server: expiringHttps, mended: goodHttps },
  ]),
  host('files', 17, [
    { preferredPort: 8080, protocol: 'http', server: openFiles, mended: goodRedirect },
    { preferredPort: 8081, protocol: 'http', server: clearLogin, mended: goodRedirect },
    { preferredPort: 8443, protocol: 'https', server: goodHttps },
  ]),
  host('bastion', 18, [{ preferredPort: 2222, protocol: 'ssh', server: goodSsh }]),
  host('jump-box', 19, [{ preferredPort: 2222, protocol: 'ssh', server: weakSsh, mended: goodSsh }]),
  host('mail', 20, [{ preferredPort: 2525, protocol: 'smtp', server: goodSmtp }]),
  host('relay', 21, [{ preferredPort: 2525, protocol: 'smtp', server: clearSmtp, mended: goodSmtp }]),
  host('telemetry', 22, [
    { preferredPort: 1883, protocol: 'mqtt', server: goodMqtt },
    { preferredPort: 8883, protocol: 'mqtts', server: goodMqttOverTls },
  ]),
  host('sensors', 23, [{ preferredPort: 1883, protocol: 'mqtt', server: openMqtt, mended: goodMqtt }]),
  host('database', 24, [{ preferredPort: 5432, protocol: 'postgres', server: openPostgres }]),
  host('contractor', 31, [{ preferredPort: 8080, protocol: 'http', server: clearLogin }], 'leave-alone'),
];

function host(
  name: string,
  octet: number,
  ports: readonly PortPlan[],
  purpose: FleetHost['purpose'] = 'scan',
): HostPlan {
  return { name, octet, purpose, ports };
}
