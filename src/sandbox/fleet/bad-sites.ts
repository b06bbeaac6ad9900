import type { Page, Site } from './web-service.ts';

const HTML = { 'Content-Type': 'text/html; charset=utf-8' } as const;
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' } as const;
const DISCLOSURE = {
  Server: 'sandbox-httpd/1.4.2',
  'X-Powered-By': `Node.js/${process.versions.node}`,
} as const;

/**
 * No security header at all, versions disclosed, a session cookie without flags, any origin allowed with credentials,
 * and a stack trace for a page that does not exist.
 */
export function carelessSite(name: string): Site {
  return ({ path, origin }) => {
    const headers = {
      ...DISCLOSURE,
      ...HTML,
      ...(origin === undefined
        ? {}
        : { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' }),
    };
    if (path === '/') {
      return {
        status: 200,
        headers: { ...headers, 'Set-Cookie': ['sessionid=sandbox; Path=/'] },
        body: `<!doctype html><html lang="en"><title>${name}</title><p>This is ${name} of the sandbox.</p></html>\n`,
      };
    }
    const error = new Error('No route matches the path');
    return {
      status: 404,
      headers,
      body: `<!doctype html><title>Error</title><pre>${escapeHtml(error.stack ?? error.message)}</pre>\n`,
    };
  };
}

/** Files that do not belong on the web; every value in them says of itself that it is made up. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['.env', 'APP_ENV=sandbox\nDB_PASSWORD=not-a-real-password\nAPI_KEY=example-not-a-real-key\n'],
  ['.git/HEAD', 'ref: refs/heads/main\n'],
  ['dump.sql', '-- PostgreSQL database dump\nCREATE TABLE example (id integer);\n'],
  ['notes.txt', 'Nothing of interest.\n'],
]);

/**
 * A document root with a listing and with files that are no documents, WebDAV methods advertised, and the counters
 * of the server for everybody at `/nginx_status` and `/metrics`. Its cookie has no flags.
 */
export function openDirectory(): Site {
  let requests = 0;
  return ({ method, path }) => {
    requests += 1;
    if (method === 'OPTIONS') {
      const allow = 'OPTIONS, GET, HEAD, PUT, DELETE, TRACE, PROPFIND';
      return { status: 200, headers: { ...DISCLOSURE, Allow: allow, DAV: '1, 2' } };
    }
    return directoryPage(path, requests);
  };
}

function directoryPage(path: string, requests: number): Page {
  switch (path) {
    case '/':
      return {
        status: 200,
        headers: { ...DISCLOSURE, ...HTML, 'Set-Cookie': ['sessionid=sandbox; Path=/'] },
        body: listing(),
      };
    case '/nginx_status':
      return { status: 200, headers: { ...DISCLOSURE, ...TEXT }, body: stubStatus(requests) };
    case '/metrics':
      return { status: 200, headers: { ...DISCLOSURE, ...TEXT }, body: metrics(requests) };
    default: {
      const file = FILES.get(path.slice(1));
      return file === undefined
        ? { status: 404, headers: { ...DISCLOSURE, ...TEXT }, body: 'Not found.\n' }
        : { status: 200, headers: { ...DISCLOSURE, ...TEXT }, body: file };
    }
  }
}

function listing(): string {
  const links = [...FILES.keys()].map((name) => `<a href="${name}">${name}</a>`);
  return [
    '<!doctype html><html lang="en"><head><title>Index of /</title></head><body><h1>Index of /</h1><hr><pre>',
    '<a href="../">../</a>',
    ...links,
    '</pre><hr></body></html>\n',
  ].join('\n');
}

/** The layout of nginx's `stub_status`. One request a connection is assumed. */
function stubStatus(requests: number): string {
  return [
    'Active connections: 1 ',
    'server accepts handled requests',
    ` ${requests} ${requests} ${requests} `,
    'Reading: 0 Writing: 1 Waiting: 0 \n',
  ].join('\n');
}

/** Prometheus' text format. */
function metrics(requests: number): string {
  return [
    '# HELP http_requests_total Requests since the start.',
    '# TYPE http_requests_total counter',
    `http_requests_total ${requests}`,
    '# HELP process_resident_memory_bytes Resident memory size in bytes.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}\n`,
  ].join('\n');
}

/** A login form, with a session cookie that has no flags. */
export function loginSite(name: string): Site {
  return ({ path }) =>
    path === '/'
      ? {
          status: 200,
          headers: { ...HTML, 'Set-Cookie': ['sessionid=sandbox; Path=/'] },
          body: [
            `<!doctype html><html lang="en"><head><title>Log in to ${name}</title></head><body>`,
            '<form method="post" action="/"><input name="user"><input name="password" type="password">',
            '<button>Log in</button></form></body></html>\n',
          ].join('\n'),
        }
      : { status: 404, headers: TEXT, body: 'Not found.\n' };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
