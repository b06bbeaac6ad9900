import type { FleetServer } from '../server.ts';
import { certificateSites } from './nginx/certificate-sites.ts';
import { oddSites } from './nginx/odd-sites.ts';
import { serverBlock } from './nginx/site.ts';
import { tlsSites } from './nginx/tls-sites.ts';
import { webSites } from './nginx/web-sites.ts';

/** One nginx for all of its hosts: what it serves and how depends on the address. */
export const nginx: FleetServer = {
  name: 'nginx',
  programs: ['nginx'],
  async start(place) {
    const sites = [...tlsSites, ...certificateSites, ...webSites, ...oddSites];
    const blocks = await Promise.all(sites.map((site) => serverBlock(place, site)));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    await place.folder('temporary');
    const configuration = await place.file(
      'nginx.conf',
      [
        'daemon off;',
        'worker_processes 2;',
        `pid ${place.directory}/nginx.pid;`,
        `error_log ${place.directory}/error.log;`,
        'events { worker_connections 1024; }',
        'http {',
        'access_log off;',
        'server_tokens off;',
        'default_type text/plain;',
        ...temporary.map((name) => `${name}_temp_path ${place.directory}/temporary/${name};`),
        ...blocks,
        '}',
        '',
      ].join('\n'),
    );
    place.serve('nginx', ['-e', `${place.directory}/error.log`, '-c', configuration]);
  },
};
