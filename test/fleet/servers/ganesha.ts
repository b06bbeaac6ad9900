import type { FleetServer } from '../server.ts';

/** A file server in user space, with files in memory. */
export const ganesha: FleetServer = {
  name: 'ganesha',
  programs: ['ganesha.nfsd'],
  needsRoot: true,
  async start(place) {
    const { directory } = place;
    const configuration = await place.file(
      'ganesha.conf',
      [
        // Without an address to bind: in a network that has only a loopback it knows none.
        'NFS_CORE_PARAM { NFS_Port = 2049; Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false; mount_path_pseudo = true; }',
        'NFS_KRB5 { Active_krb5 = false; }',
        `NFSv4 { RecoveryRoot = "${directory}/recovery"; Graceless = true; Minor_Versions = 1, 2; }`,
        'EXPORT { Export_Id = 1; Path = "/files"; Pseudo = "/files"; Access_Type = RO; Squash = All_Squash; SecType = sys; FSAL { Name = MEM; } }',
        '',
      ].join('\n'),
    );
    await place.folder('recovery');
    place.serve(
      'ganesha.nfsd',
      ['-F', '-f', configuration, '-L', 'STDOUT', '-p', `${directory}/pid`, '-N', 'EVENT'],
      {
        user: 'root',
      },
    );
  },
};
