import { PermanentError } from '../domain/errors.ts';
import type { Profile } from '../domain/profile.ts';
import type { Run } from '../domain/run.ts';
import type { RunContext } from './context.ts';

/** The run's profile. Raises `profile-unknown`, permanent, when the configuration has none of that name. */
export function profileOf({ settings }: Pick<RunContext, 'settings'>, run: Pick<Run, 'profile'>): Profile {
  const profile = settings.profiles.find(({ id }) => id === run.profile);
  if (profile !== undefined) return profile;
  throw new PermanentError('profile-unknown', {
    what: 'Scan request refused, nothing was scanned',
    where: 'profile',
    got: run.profile,
    expected: `one of ${settings.profiles.map(({ id }) => id).join(', ')}`,
  });
}
