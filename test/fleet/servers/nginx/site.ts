import type { CertificateRequest } from '../../certificates.ts';
import type { Place } from '../../server.ts';

/** One `server` of nginx. */
export interface Site {
  /** The host, as its truth names it. */
  readonly host: string;
  readonly port?: number;
  /** Whether it answers clients that name none, or none that is known; it does by default. */
  readonly isDefault?: boolean;
  readonly serverName?: string;
  /** Its certificate; without one it speaks in the clear. */
  readonly certificate?: CertificateRequest;
  /** What is said of TLS in place of the good settings. */
  readonly tls?: readonly string[] | ((place: Place) => Promise<readonly string[]>);
  /** Response headers that differ from the good ones; null takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Everything else; in place of the page of a well-kept site, where given. */
  readonly content?: readonly string[];
  /** Files below the document root, which is then `root`. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

const GOOD_TLS = [
  'ssl_protocols TLSv1.2 TLSv1.3;',
  'ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;',
  'ssl_ecdh_curve X25519:prime256v1:secp384r1;',
  'ssl_prefer_server_ciphers on;',
  'ssl_session_tickets off;',
];

const GOOD_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
const GOOD_HEADERS_IN_TLS = { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' };

/** A page of HTML, as nginx returns it. */
export function page(title: string, body = `<p>${title}</p>`, head = ''): string {
  const html = `<!doctype html><html lang="en"><head><title>${title}</title>${head}</head><body>${body}</body></html>`;
  return `default_type text/html; return 200 '${html}';`;
}

const securityTxt =
  'location = /.well-known/security.txt { return 200 "Contact: mailto:security@example.org\\nExpires: 2099-01-01T00:00:00Z\\n"; }';

const GOOD_CONTENT = [`location = / { ${page('Orders')} }`, 'location / { return 404; }'];

export async function serverBlock(place: Place, site: Site): Promise<string> {
  const { certificate, port = certificate === undefined ? 80 : 443 } = site;
  const address = place.address(site.host);
  const options = `${certificate === undefined ? '' : ' ssl'}${site.isDefault === false ? '' : ' default_server'}`;
  const lines = [`listen ${address.includes(':') ? `[${address}]` : address}:${port}${options};`];
  if (site.serverName !== undefined) lines.push(`server_name ${site.serverName};`);
  if (certificate !== undefined) {
    const { chain, key } = await place.certificates.issue(certificate);
    const tls = typeof site.tls === 'function' ? await site.tls(place) : (site.tls ?? GOOD_TLS);
    lines.push(`ssl_certificate ${chain};`, `ssl_certificate_key ${key};`, ...tls);
  }
  const headers = {
    ...GOOD_HEADERS,
    ...(certificate === undefined ? {} : GOOD_HEADERS_IN_TLS),
    ...site.headers,
  };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== null) lines.push(`add_header ${name} "${value}" always;`);
  }
  if (site.files !== undefined) {
    const folder = `${site.host}-${port}`;
    for (const [name, contents] of Object.entries(site.files))
      await place.file(`${folder}/${name}`, contents);
    lines.push(`root ${place.directory}/${folder};`);
  }
  lines.push(securityTxt, ...(site.content ?? GOOD_CONTENT));
  return `server {\n  ${lines.join('\n  ')}\n}`;
}
