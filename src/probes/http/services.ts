import type { HttpResponse } from '../../scanner/connection.ts';
import { serves, type Answers, type Question, type Sought } from './answers.ts';
import { elementText, isHtml, isSuccess, textOf } from './body.ts';
import { metrics } from './exposed-paths.ts';
import type { HttpFacts } from './facts.ts';
import { valuesOf } from './headers.ts';
import type { Landing } from './landing.ts';

const small = 8 * 1024;
const says = (pattern: RegExp) => (response: HttpResponse) => pattern.test(textOf(response));

/** Where Docker, etcd and Kubernetes tell their version. */
const anyVersion: Question = { path: '/version', maxBodyBytes: small };
const pods: Sought = {
  path: '/pods',
  maxBodyBytes: small,
  is: says(/^\s{0,9}\{\s{0,9}"kind"\s{0,9}:\s{0,9}"PodList"/),
};
/** Without a query, which is an error for those who may ask one. */
const influxQuery: Question = { path: '/query', maxBodyBytes: small };
const kibanaStatus: Sought = {
  path: '/api/status',
  maxBodyBytes: small,
  is: says(/"version"\s{0,9}:\s{0,9}\{\s{0,9}"number"/),
};

/** Requests that only some servers get: those whose first page does not rule out what is looked for. */
export function serviceQuestions({ response }: Landing): Question[] {
  const { headers } = response;
  return [
    ...(isHtml(response) ? [] : [anyVersion]),
    // How Go's own router says that there is nothing, which is all that the kubelet has at `/`.
    ...(response.status === 404 && /^404 page not found\s{0,4}$/.test(textOf(response)) ? [pods] : []),
    ...(valuesOf(headers, 'x-influxdb-version').length > 0 ? [influxQuery] : []),
    ...(valuesOf(headers, 'kbn-name').length > 0 ? [kibanaStatus] : []),
  ];
}

type ServiceFacts = Pick<HttpFacts, 'searchEngine' | 'openApis' | 'monitoring' | 'brokerConsoles'>;

/** What is behind HTTP; `control` is the answer to a path that cannot exist. */
export function serviceFacts(landing: Landing, answers: Answers, control: HttpResponse | null): ServiceFacts {
  const { response } = landing;
  const engine = searchEngine(response);
  const metricsText = serves(metrics, answers, control) ? textOf(answers.get(metrics) ?? response) : '';
  const versionSays = (pattern: RegExp): boolean => {
    const answer = answers.get(anyVersion) ?? null;
    const found = answer?.status === 200 && pattern.test(textOf(answer));
    return found && !(control?.status === 200 && pattern.test(textOf(control)));
  };
  const openApis: Record<ServiceFacts['openApis'][number], boolean> = {
    elasticsearch: engine !== null && response.status === 200,
    etcd: versionSays(/^\{"etcdserver":"\d/) && !hasUsers(metricsText),
    docker: versionSays(/"MinAPIVersion":"\d/),
    kubernetes: versionSays(/"gitVersion"\s{0,9}:\s{0,9}"v\d/),
    kubelet: serves(pods, answers, control),
  };
  const title = isSuccess(response) && isHtml(response) ? elementText(textOf(response), 'title') : null;
  const signedOut = /\/log-?in\b/i.test(landing.path);
  const monitoring: Record<ServiceFacts['monitoring'][number], boolean> = {
    prometheus:
      title?.startsWith('Prometheus Time Series Collection') === true ||
      /^prometheus_build_info\{/m.test(metricsText),
    'node-exporter': /^node_[a-z]\w{2,100}[ {]/m.test(metricsText),
    influxdb:
      answers.get(influxQuery)?.status === 400 &&
      says(/missing required parameter/)(answers.get(influxQuery) ?? response),
    grafana: title === 'Grafana' && !signedOut && says(/grafanaBootData/)(response),
    kibana: serves(kibanaStatus, answers, control),
    jenkins: isSuccess(response) && !signedOut && valuesOf(response.headers, 'x-jenkins').length > 0,
  };
  return {
    searchEngine: engine,
    openApis: namesOf(openApis),
    monitoring: namesOf(monitoring),
    brokerConsoles: namesOf(brokers(response, title)),
  };
}

/** In `etcd`, the count of changes to users and roles; 1 as long as nobody has set up any. */
function hasUsers(metricsText: string): boolean {
  const revision = /^etcd_debugging_auth_revision (\d{1,12})$/m.exec(metricsText)?.[1];
  return revision !== undefined && Number(revision) > 1;
}

/** Elasticsearch and OpenSearch present themselves at `/`, and are known by how they ask for credentials. */
function searchEngine(response: HttpResponse): ServiceFacts['searchEngine'] {
  const text = textOf(response);
  if (response.status === 200 && /"cluster_name"\s{0,9}:/.test(text)) {
    const tagline = /"tagline"\s{0,9}:\s{0,9}"(You Know, for Search|The OpenSearch Project)/.exec(text)?.[1];
    if (tagline !== undefined) return tagline.startsWith('The') ? 'opensearch' : 'elasticsearch';
  }
  if (response.status !== 401 && response.status !== 403) return null;
  const challenges = valuesOf(response.headers, 'www-authenticate').join(' ');
  if (/realm="(?:OpenSearch|Open Distro) Security"/i.test(challenges)) return 'opensearch';
  const product = valuesOf(response.headers, 'x-elastic-product').includes('Elasticsearch');
  return product ||
    /"root_cause"\s{0,9}:\s{0,9}\[\s{0,9}\{\s{0,9}"type"\s{0,9}:\s{0,9}"security_exception"/.test(text)
    ? 'elasticsearch'
    : null;
}

function brokers(
  response: HttpResponse,
  title: string | null,
): Record<ServiceFacts['brokerConsoles'][number], boolean> {
  const challenges = valuesOf(response.headers, 'www-authenticate').join(' ');
  return {
    rabbitmq: title === 'RabbitMQ Management' || /realm="RabbitMQ Management"/.test(challenges),
    activemq: /^(?:Apache )?ActiveMQ\b/.test(title ?? '') || /realm="ActiveMQRealm"/.test(challenges),
  };
}

function namesOf<Name extends string>(found: Readonly<Record<Name, boolean>>): Name[] {
  const names = Object.keys(found) as Name[]; // Object.keys forgets the type of the keys.
  return names.filter((name) => found[name]);
}
