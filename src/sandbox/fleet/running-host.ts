import { PermanentError } from '../../domain/errors.ts';
import type { CertificateAuthority } from './certificates.ts';
import type { FrontDoor } from './front-door.ts';
import type { FleetHost, FleetPort, Trait } from './host.ts';
import type { HostPlan, PortPlan } from './roster.ts';
import type { ServerPlan, Surroundings } from './server-plans.ts';

/** A host of the roster whose ports are bound. */
export class RunningHost implements FleetHost {
  readonly name: string;
  readonly address: string;
  readonly purpose: FleetHost['purpose'];
  readonly ports: readonly RunningPort[];
  readonly #authority: CertificateAuthority;

  /** `doors` are in the order of the plan's ports. */
  constructor(plan: HostPlan, address: string, doors: readonly FrontDoor[], authority: CertificateAuthority) {
    this.name = plan.name;
    this.address = address;
    this.purpose = plan.purpose;
    this.#authority = authority;
    this.ports = doors.flatMap((door, index) => {
      const portPlan = plan.ports[index];
      return portPlan === undefined ? [] : [new RunningPort(portPlan, door)];
    });
  }

  get traits(): readonly Trait[] {
    return [...new Set(this.ports.flatMap(({ traits }) => traits))];
  }

  get mendable(): boolean {
    return this.ports.some(({ mends }) => mends.length > 0);
  }

  get connections(): number {
    return this.ports.reduce((sum, { connections }) => sum + connections, 0);
  }

  /** Puts the first servers behind the doors. */
  async start(): Promise<void> {
    await Promise.all(this.ports.map((port) => port.start(this.#surroundings())));
  }

  /** See {@link Fleet.mend}. */
  async mend(): Promise<void> {
    if (!this.ports.some((port) => port.hasCounterpart)) {
      throw new PermanentError('sandbox-not-mendable', {
        what: `The sandbox has nothing better to put in the place of "${this.name}"`,
      });
    }
    await Promise.all(this.ports.map((port) => port.mend(this.#surroundings())));
  }

  #surroundings(): Surroundings {
    return { name: this.name, address: this.address, authority: this.#authority, ports: this.ports };
  }
}

class RunningPort implements FleetPort {
  readonly #plan: PortPlan;
  readonly #door: FrontDoor;
  #current: ServerPlan;

  constructor(plan: PortPlan, door: FrontDoor) {
    this.#plan = plan;
    this.#door = door;
    this.#current = plan.server;
  }

  get port(): number {
    return this.#door.port;
  }

  get protocol(): FleetPort['protocol'] {
    return this.#plan.protocol;
  }

  get note(): string {
    return this.#current.note;
  }

  get traits(): readonly Trait[] {
    return this.#current.traits;
  }

  get mends(): readonly Trait[] {
    const { mended } = this.#plan;
    return mended === undefined ? [] : this.traits.filter((trait) => !mended.traits.includes(trait));
  }

  get connections(): number {
    return this.#door.connections;
  }

  get hasCounterpart(): boolean {
    return this.#plan.mended !== undefined;
  }

  async start(surroundings: Surroundings): Promise<void> {
    await this.#door.install(await this.#current.start(surroundings));
  }

  async mend(surroundings: Surroundings): Promise<void> {
    const { mended } = this.#plan;
    if (mended === undefined || mended === this.#current) {
      return;
    }
    await this.#door.install(await mended.start(surroundings));
    this.#current = mended;
  }
}
