import { Readable } from 'node:stream';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';

/** One request as it left the SDK. */
export interface SeenRequest {
  readonly path: string;
  readonly body: string;
  /** Milliseconds, monotonic. */
  readonly at: number;
}

/** An answer with a status other than 200, as the service words it. */
export class HttpFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;

  constructor(status: number, code: string, message = 'said the service') {
    this.status = status;
    this.code = code;
    this.message = message;
  }
}

type Answer = object | HttpFailure;

/**
 * The SDK's own client, with everything of it but the sockets: the answers come from a function. What the function
 * throws is a failure of the network.
 */
export function stubClient(
  answer: (request: {
    path: string;
    findings: AwsSecurityFinding[];
    index: number;
  }) => Answer | Promise<Answer>,
  maxAttempts = 1,
): { client: SecurityHubClient; requests: SeenRequest[] } {
  const requests: SeenRequest[] = [];
  const client = new SecurityHubClient({
    region: 'eu-central-1',
    maxAttempts,
    retryMode: 'standard',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' },
    requestHandler: {
      handle: async (
        request: { path: string; body?: string | Uint8Array },
        { abortSignal }: { abortSignal?: AbortSignal } = {},
      ) => {
        const { path } = request;
        const body = Buffer.from(request.body ?? '').toString();
        const index = requests.push({ path, body, at: performance.now() }) - 1;
        const parsed = JSON.parse(body === '' ? '{}' : body) as { Findings?: AwsSecurityFinding[] };
        const given = await unlessAborted(
          answer({ path, findings: parsed.Findings ?? [], index }),
          abortSignal,
        );
        const failed = given instanceof HttpFailure;
        const headers: Record<string, string> = { 'content-type': 'application/json' };
        if (failed) headers['x-amzn-errortype'] = given.code;
        return {
          response: {
            statusCode: failed ? given.status : 200,
            headers,
            body: Readable.from([Buffer.from(JSON.stringify(failed ? { Message: given.message } : given))]),
          },
        };
      },
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
    },
  });
  return { client, requests };
}

/** The answer of a service that takes everything. */
export function allGood({ findings }: { readonly findings: readonly unknown[] }): object {
  return { FailedCount: 0, SuccessCount: findings.length, FailedFindings: [] };
}

function unlessAborted<Value>(
  value: Value | Promise<Value>,
  signal: AbortSignal | undefined,
): Value | Promise<Value> {
  if (signal === undefined) return value;
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([value, aborted]);
}
