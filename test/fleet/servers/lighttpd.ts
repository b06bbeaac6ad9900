import type { FleetServer } from '../server.ts';

export const lighttpd: FleetServer = {
  name: 'lighttpd',
  programs: ['lighttpd'],
  async start(place) {
    await place.file('files/price-list.txt', 'prices\n');
    await place.file('files/photo.txt', 'photo\n');
    const configuration = await place.file(
      'lighttpd.conf',
      [
        `server.document-root = "${place.directory}/files"`,
        `server.bind = "${place.address('lighttpd-listing')}"`,
        'server.port = 8080',
        'server.modules = ( "mod_dirlisting" )',
        'dir-listing.activate = "enable"',
        'mimetype.assign = ( ".txt" => "text/plain" )',
        `server.errorlog = "${place.directory}/error.log"`,
        '',
      ].join('\n'),
    );
    place.serve('lighttpd', ['-D', '-f', configuration]);
  },
};
