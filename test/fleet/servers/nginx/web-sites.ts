import { page, type Site } from './site.ts';

const tls = (name: string) => ({ certificate: { commonName: `${name}.example.org` } }) as const;

/** Nothing is as it should be, and all of it can be fetched. */
const exposed: Site = {
  host: 'nginx-exposed',
  headers: {
    'Content-Security-Policy': null,
    'X-Frame-Options': null,
    'X-Content-Type-Options': null,
    'X-Powered-By': 'PHP/7.4.3',
  },
  files: {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.env': 'APP_ENV=production\nDB_PASSWORD=not-a-real-one\nAPP_KEY=nor-this\n',
    'index-of-files.txt': 'one\n',
    'another.txt': 'two\n',
    'backup.zip': Buffer.from('504b0506000000000000000000000000000000000000', 'hex'),
    'dump.sql': '-- MySQL dump 10.19\nCREATE TABLE customers (id int);\n',
  },
  content: [
    'server_tokens on;',
    'autoindex on;',
    'location = /nginx_status { stub_status; }',
    'location = /openapi.json { default_type application/json; return 200 \'{"openapi":"3.0.3","info":{"title":"Orders","version":"1"},"paths":{"/orders":{}}}\'; }',
    'location = /metrics { return 200 "# HELP orders_total Orders.\\n# TYPE orders_total counter\\norders_total 3\\n"; }',
  ],
};

const TRACE =
  'Traceback (most recent call last):\\n  File "/srv/app/main.py", line 12, in handle\\nKeyError: "path"\\n';

/** Sites that differ in what they serve. */
export const webSites: readonly Site[] = [
  exposed,
  {
    host: 'nginx-cors',
    ...tls('cors'),
    headers: { 'Access-Control-Allow-Origin': '$http_origin', 'Access-Control-Allow-Credentials': 'true' },
  },
  {
    host: 'nginx-welcome',
    content: [
      `location = / { ${page('Welcome to nginx!', '<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed and working. Further configuration is required.</p>')} }`,
      'location / { return 404; }',
    ],
  },
  {
    host: 'nginx-bucket',
    content: [
      `location = / { default_type application/xml; return 200 '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>invoices</Name><Contents><Key>2026/1.pdf</Key></Contents></ListBucketResult>'; }`,
      'location / { return 404; }',
    ],
  },
  {
    host: 'nginx-downgrade',
    ...tls('downgrade'),
    content: ['location / { return 302 http://downgrade.example.org$request_uri; }'],
  },
  {
    host: 'nginx-cookies',
    ...tls('cookies'),
    headers: { 'Set-Cookie': 'session=0; Path=/' },
  },
  {
    host: 'nginx-csp-unsafe',
    ...tls('csp'),
    headers: {
      'Content-Security-Policy': "default-src * 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'none'",
    },
  },
  { host: 'nginx-no-hsts', ...tls('clear'), headers: { 'Strict-Transport-Security': null } },
  { host: 'nginx-short-hsts', ...tls('short'), headers: { 'Strict-Transport-Security': 'max-age=300' } },
  {
    host: 'nginx-third-party-script',
    ...tls('scripts'),
    headers: {
      'Content-Security-Policy':
        "default-src 'self'; script-src https://cdn.example.net; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    },
    content: [
      `location = / { ${page('Scripts', '<p>Scripts</p>', '<script src="https://cdn.example.net/widget.js"></script>')} }`,
      'location / { return 404; }',
    ],
  },
  {
    host: 'nginx-login-in-clear',
    content: [
      `location = / { ${page('Sign in', '<form method="post"><input name="user"><input type="password" name="word"></form>')} }`,
      'location / { return 404; }',
    ],
  },
  {
    host: 'nginx-debug',
    ...tls('debug'),
    content: [`location = / { ${page('Debug')} }`, `location / { return 500 '${TRACE}'; }`],
  },
  // Every path is answered with the same page, so a file is no file because it was answered.
  { host: 'nginx-soft-404', ...tls('soft'), content: [`location / { ${page('Single page')} }`] },
];
