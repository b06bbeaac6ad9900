import type { FrontDoor, Service } from './front-door.ts';
import type { Stranger } from './host.ts';

/** Ports that a scan would try first, so that one gone astray is noticed. */
export const strangerPorts = [2222, 2525, 1883, 5432, 6379, 8080, 8443] as const;

/** Puts behind every door somebody who hangs up at once and says nothing; the doors count. */
export async function settleStranger(address: string, doors: readonly FrontDoor[]): Promise<Stranger> {
  await Promise.all(doors.map((door) => door.install(silent)));
  return {
    address,
    ports: doors.map(({ port }) => port),
    get connections() {
      return doors.reduce((sum, door) => sum + door.connections, 0);
    },
  };
}

const silent: Service = {
  accept: (socket) => void socket.destroy(),
  close: async () => {},
};
