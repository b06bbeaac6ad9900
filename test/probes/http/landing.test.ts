import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { factsOf, page, serve } from './serving.ts';

describe('a redirect', () => {
  it('follows no redirect to another port, host or scheme', async () => {
    const elsewhere = await serve((_request, response) => void response.end('secret'));
    const location = `http://127.0.0.1:${elsewhere.port}/latest/meta-data?token=1`;
    const facts = await factsOf(
      (_request, response) => void response.writeHead(302, { Location: location }).end(),
    );
    expect(facts.redirect).toEqual({
      location: `http://127.0.0.1:${elsewhere.port}/latest/meta-data`,
      scheme: 'http',
      sameHost: true,
    });
    expect(elsewhere.requests).toHaveLength(0);
    const metadata = { Location: 'http://169.254.169.254/latest/meta-data/iam' };
    expect(await factsOf((_request, response) => void response.writeHead(302, metadata).end())).toMatchObject(
      { status: 302, path: '/', redirect: { scheme: 'http', sameHost: false } },
    );
  });

  it('looks at the page that a redirect within the server leads to', async () => {
    const facts = await factsOf(({ url }, response) => {
      if (url === '/') response.writeHead(302, { Location: '/app', 'Set-Cookie': 'sid=1' }).end();
      else if (url === '/app') response.writeHead(301, { Location: 'login;v=7?next=%2F' }).end();
      else if (url === '/login;v=7?next=%2F') page(response, '<title>In</title><input type=password>');
      else response.writeHead(404).end();
    });
    expect(facts).toMatchObject({
      path: '/login',
      status: 200,
      title: 'In',
      passwordForm: true,
      redirect: null,
    });
    expect(facts.cookies.map(({ name }) => name)).toEqual(['sid']);
  });

  it('is not led in circles', async () => {
    const circle: RequestListener = ({ url }, response) =>
      void response.writeHead(302, { Location: url === '/' ? '/b' : '/' }).end();
    expect(await factsOf(circle)).toMatchObject({ path: '/b', status: 302, redirect: { sameHost: true } });
    let count = 0;
    const deeper = await factsOf((_request, response) => {
      count += 1;
      response.writeHead(302, { Location: `/${count}` }).end();
    });
    expect(deeper.path).toBe('/3');
  });
});
