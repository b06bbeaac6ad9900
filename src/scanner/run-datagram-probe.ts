import { PermanentError } from '../domain/errors.ts';
import type { Facts, Observation } from '../domain/observation.ts';
import type { Target } from '../scope/target.ts';
import { DatagramRun } from './datagram-run.ts';
import { factsOf, observeRun } from './observe-run.ts';
import { orAborted } from './or-aborted.ts';
import type { DatagramProbe } from './probe.ts';
import type { ScanContext } from './run-probe.ts';

export interface RunDatagramProbeOptions extends ScanContext {
  readonly probe: DatagramProbe;
  readonly target: Target;
}

/**
 * Runs one probe over UDP at one target within its limits. Never rejects: whatever the peer does, and whatever the
 * probe gets wrong, is the observation's status, with a sentence. No socket is open when it resolves.
 */
export async function runDatagramProbe(options: RunDatagramProbeOptions): Promise<Observation> {
  return observeRun({ ...options, name: null, sockets: 1 }, () => converse(options));
}

async function converse(options: RunDatagramProbeOptions): Promise<Facts> {
  const { probe, dialDatagram } = options;
  if (dialDatagram === undefined) {
    throw new PermanentError('no-datagram-dialler', {
      what: `The probe ${probe.id} speaks UDP, for which no dialler was given`,
    });
  }
  const run = new DatagramRun({ ...options, dial: dialDatagram });
  // A probe may wait for something that is no answer, so the end of the run is waited for beside it.
  return factsOf(run, probe, options.signal, () => orAborted(run.signal, probe.run(run, run.signal)));
}
