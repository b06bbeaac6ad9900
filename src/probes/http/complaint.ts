/** What servers say, in HTTP, to a client that speaks HTTP to them where they do not. */
const complaints: readonly { status: number; says: RegExp; means: string }[] = [
  {
    // nginx, Apache, Go, and Tomcat.
    status: 400,
    says: /plain HTTP (?:request was sent )?to (?:an )?(?:HTTPS|SSL|TLS)|HTTP request to an HTTPS server|This combination of host and port requires TLS/i,
    means: 'The server speaks HTTP at this port only inside TLS.',
  },
  {
    status: 200,
    says: /^It looks like you are trying to access MongoDB over HTTP/,
    means: 'A MongoDB server answered, which does not speak HTTP.',
  },
  {
    status: 400,
    says: /^Port \d{1,5} is for clickhouse-client program/,
    means: 'A ClickHouse server answered, at its port for clients that do not speak HTTP.',
  },
];

/** In one sentence why this is not a web server's answer of its own; null when it may be one. */
export function complaintOf(status: number, body: string): string | null {
  const beginning = body.slice(0, 2048);
  return (
    complaints.find((complaint) => complaint.status === status && complaint.says.test(beginning))?.means ??
    null
  );
}

/**
 * Whether the first bytes of an answer to a line of HTTP are those of a web server that speaks it at this port.
 * Complaints of other servers that come in HTTP are not.
 */
export function isWebServer(words: Buffer): boolean {
  const text = words.toString('latin1');
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [^\r\n]{0,200})?\r?\n/.exec(text)?.[1];
  if (status === undefined) return false;
  const [, body = ''] = text.split(/\r?\n\r?\n/, 2);
  return complaintOf(Number(status), body) === null;
}
