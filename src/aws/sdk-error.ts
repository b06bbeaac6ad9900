/** What an error of the SDK says, without secrets. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly status: number | null;
  readonly code: string;
}

/** Reads any thrown value. `status` is the HTTP status of the answer, `code` that of a network failure. */
export function facts(error: unknown): ErrorFacts {
  const shape = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as {
    name?: unknown;
    message?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: unknown };
  };
  const status = shape.$metadata?.httpStatusCode;
  return {
    name: typeof shape.name === 'string' ? redact(shape.name) : 'Error',
    message: typeof shape.message === 'string' ? redact(shape.message) : '',
    status: typeof status === 'number' ? status : null,
    code: typeof shape.code === 'string' ? shape.code : '',
  };
}

/** Cuts out what could be a key, a token or a signature, and control characters; at most 400 characters. */
function redact(text: string): string {
  return text
    .slice(0, 4_000)
    .replace(/\s*Encoded authorization failure message:.*/s, '')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '[access key id]')
    .replace(/\barn:[^\s"]+|[A-Za-z0-9+/=_-]{40,}/g, (run) => (run.startsWith('arn:') ? run : '[…]'))
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 400);
}

/** A copy for `cause`: the original holds the request, whose headers carry the session token. */
export function bare(error: unknown): Error {
  const { name, message, status, code } = facts(error);
  const requestId = (error as { $metadata?: { requestId?: unknown } } | null)?.$metadata?.requestId;
  const copy = Object.assign(new Error(message), {
    name,
    ...(status === null ? {} : { status }),
    ...(code === '' ? {} : { code }),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  });
  if (error instanceof Error && error.stack !== undefined) {
    // The first line repeats the message; the frames below hold no data.
    copy.stack = [
      `${name}: ${message}`,
      ...error.stack.split('\n').filter((line) => /^\s+at /.test(line)),
    ].join('\n');
  }
  return copy;
}
