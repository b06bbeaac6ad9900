import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import http from '../../../src/probes/http.ts';
import { observe } from '../probing.ts';
import { factsOf, page, serve } from './serving.ts';

describe('the requests of http', () => {
  it('sends GET and OPTIONS without credentials, each on its own connection, four at once', async () => {
    let open = 0;
    let most = 0;
    const { port, requests } = await serve(({ socket }, response) => {
      open += 1;
      most = Math.max(most, open);
      socket.once('close', () => (open -= 1));
      setImmediate(() => response.writeHead(404).end());
    });
    await observe(http, port, 'plain', { socketsPerHost: 6 });
    expect(new Set(requests.map(({ socket }) => socket)).size).toBe(requests.length);
    expect(most).toBeLessThanOrEqual(4);
    const asked = requests.map(
      ({ method, url = '' }) => `${method} ${url.replace(/^\/[0-9a-f]{24}$/, '/RANDOM')}`,
    );
    expect(asked[0]).toBe('GET /');
    expect(asked.at(-1)).toBe('GET /');
    expect(asked.toSorted()).toEqual(
      [
        'GET /',
        'GET /',
        'GET /.env',
        'GET /.git/HEAD',
        'GET /.well-known/security.txt',
        'GET /RANDOM',
        'GET /actuator',
        'GET /backup.sql',
        'GET /backup.tar.gz',
        'GET /backup.zip',
        'GET /database.sql',
        'GET /dump.sql',
        'GET /dump.sql.gz',
        'GET /graphiql',
        'GET /graphql',
        'GET /metrics',
        'GET /nginx_status',
        'GET /openapi.json',
        'GET /server-status',
        'GET /site.tar.gz',
        'GET /site.zip',
        'GET /swagger.json',
        'GET /swagger/v1/swagger.json',
        'GET /v2/api-docs',
        'GET /v3/api-docs',
        'GET /version',
        'OPTIONS /',
        'OPTIONS /RANDOM',
      ].toSorted(),
    );
    for (const { headers } of requests) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('content-length');
    }
  });

  it('asks under the name, which the facts do not show', async () => {
    const hosts = new Set<string | undefined>();
    const byHost: RequestListener = ({ headers }, response) => {
      hosts.add(headers.host);
      page(
        response,
        `<title>${headers.host?.startsWith('shop.') === true ? 'Shop' : 'Nothing here'}</title>`,
      );
    };
    const named = await factsOf(byHost, { name: 'shop.example.com' });
    expect([...hosts].map((host) => host?.replace(/:\d+$/, ''))).toEqual(['shop.example.com']);
    const unnamed = await factsOf(byHost);
    expect([named.title, unnamed.title]).toEqual(['Shop', 'Nothing here']);
    expect({ ...named, title: null }).toEqual({ ...unnamed, title: null });
  });

  it('is the same from one scan to the next', async () => {
    const { port } = await serve(({ url }, response) => void response.writeHead(404).end(`no ${url}`));
    const first = await observe(http, port);
    expect((await observe(http, port)).facts).toEqual(first.facts);
  });
});
