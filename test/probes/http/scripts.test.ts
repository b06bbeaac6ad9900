import { describe, expect, it } from 'vitest';
import { scriptsWithoutIntegrity } from '../../../src/probes/http/scripts.ts';
import { response } from './serving.ts';

const hosts = (html: string, origin = 'https://www.example.com') =>
  scriptsWithoutIntegrity(response(html), origin);
const hash = 'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K';

describe('scriptsWithoutIntegrity', () => {
  it.each<[string, string, string[]]>([
    ['another host', '<script src="https://cdn.example.net/a.js"></script>', ['cdn.example.net']],
    ['no scheme', "<SCRIPT async SRC='//cdn.example.net/a.js'></SCRIPT>", ['cdn.example.net']],
    ['no quotes', '<script src=http://cdn.example.net/a.js></script>', ['cdn.example.net']],
    ['a hash', `<script src="https://cdn.example.net/a.js" integrity="${hash}"></script>`, []],
    ['a hash before', `<script integrity='${hash}' src='https://cdn.example.net/a.js'></script>`, []],
    [
      'an empty hash',
      '<script src="https://cdn.example.net/a.js" integrity=""></script>',
      ['cdn.example.net'],
    ],
    ['its own host', '<script src="/a.js"></script><script src="https://www.example.com/a.js"></script>', []],
    ['a host below its own', '<script src="https://static.example.com/a.js"></script>', []],
    ['no source', '<script>var a = "<script src=//cdn.example.net/a.js>";</script>', []],
    ['a comment', '<!-- <script src="//cdn.example.net/a.js"></script> --><p>', []],
    ['a data URL', '<script src="data:text/javascript,1"></script>', []],
    ['another element', '<scripture src="//cdn.example.net/a.js">', []],
    [
      'several',
      '<!-- x --><script src=//b.example/1></script><script src=//a.example/1></script><script src=//b.example/2></script>',
      ['a.example', 'b.example'],
    ],
    [
      'letters that change their length',
      `${'İ'.repeat(50)}<script src="https://cdn.example.net/a.js"></script>`,
      ['cdn.example.net'],
    ],
  ])('%s', (_what, html, expected) => {
    expect(hosts(html)).toEqual(expected);
  });

  it('takes the site that the page says it is for its own', () => {
    const html =
      '<link rel="canonical" href="https://www.example.com/"><script src="https://static.example.com/a.js"></script>';
    expect(hosts(html, 'https://192.0.2.1')).toEqual([]);
    expect(hosts(html.replace('canonical', 'next'), 'https://192.0.2.1')).toEqual(['static.example.com']);
  });

  it('looks at pages only, and at no more than 16 hosts', () => {
    const html = Array.from({ length: 40 }, (_, n) => `<script src="//h${n}.example/x.js"></script>`).join(
      '',
    );
    expect(hosts(html)).toHaveLength(16);
    expect(scriptsWithoutIntegrity(response(html, 'text/plain'), 'https://a.example')).toEqual([]);
    expect(scriptsWithoutIntegrity(response(html, 'text/html', 404), 'https://a.example')).toEqual([]);
  });
});
