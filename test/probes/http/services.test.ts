import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { factsOf, paths, serve } from './serving.ts';
import http from '../../../src/probes/http.ts';
import { observe } from '../probing.ts';

/** A service as Go programs often are: what it has, and otherwise the router's own words. */
const go =
  (pages: Readonly<Record<string, string>>, headers: Record<string, string> = {}): RequestListener =>
  ({ url = '' }, response) => {
    const body = Object.hasOwn(pages, url) ? pages[url] : undefined;
    const type = body?.startsWith('{') === true ? 'application/json' : 'text/plain; charset=utf-8';
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': type, ...headers });
    response.end(body ?? '404 page not found\n');
  };

const html = (title: string, more = ''): string => `<html><head><title>${title}</title></head>${more}</html>`;
const json =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);

const etcdVersion = '{"etcdserver":"3.4.23","etcdcluster":"3.4.0"}';
const etcdMetrics = (revision: number) =>
  `# TYPE etcd_debugging_auth_revision gauge\netcd_debugging_auth_revision ${revision}\n`;
const dockerVersion =
  '{"Platform":{"Name":""},"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux"}\n';
const kubernetesVersion =
  '{\n  "major": "1",\n  "minor": "31",\n  "gitVersion": "v1.31.2",\n  "platform": "linux/amd64"\n}';

describe('interfaces without authentication', () => {
  it.each<[string, RequestListener, string[]]>([
    ['etcd', go({ '/version': etcdVersion, '/metrics': etcdMetrics(1) }), ['etcd']],
    ['etcd that keeps its metrics to itself', go({ '/version': etcdVersion }), ['etcd']],
    ['etcd with users', go({ '/version': etcdVersion, '/metrics': etcdMetrics(7) }), []],
    ['Docker', go({ '/version': dockerVersion }), ['docker']],
    ['a kubelet', go({ '/pods': '{"kind":"PodList","apiVersion":"v1","items":[]}' }), ['kubelet']],
    ['an API server', go({ '/version': kubernetesVersion }), ['kubernetes']],
    ['an API with a version', go({ '/version': '{"version":"1.2.3"}' }), []],
    ['a page at every path', paths({ '/': html('App'), '/version': html(etcdVersion) }), []],
    ['a kubelet that asks who it is', json(401, 'Unauthorized'), []],
  ])('%s', async (_what, server, expected) => {
    expect((await factsOf(server)).openApis).toEqual(expected);
  });

  it('are not asked for where there is a web site', async () => {
    const { port, requests } = await serve(({ url }, response) => {
      response.writeHead(url === '/' ? 200 : 404, { 'Content-Type': 'text/html' }).end(html('Site'));
    });
    await observe(http, port);
    const asked = requests.map(({ url }) => url);
    expect(asked).toContain('/metrics');
    for (const path of ['/version', '/pods', '/query', '/api/status']) expect(asked).not.toContain(path);
  });
});

describe('search engines', () => {
  const welcome = (tagline: string) => `{"name":"n","cluster_name" : "c","tagline" : "${tagline}"}`;

  it.each<[string, RequestListener, string | null, string[]]>([
    ['Elasticsearch', json(200, welcome('You Know, for Search')), 'elasticsearch', ['elasticsearch']],
    [
      'OpenSearch',
      json(200, welcome('The OpenSearch Project: https://opensearch.org/')),
      'opensearch',
      ['elasticsearch'],
    ],
    [
      'Elasticsearch with security',
      json(
        401,
        '{"error":{"root_cause":[{"type":"security_exception","reason":"missing authentication credentials"}]}}',
        { 'WWW-Authenticate': 'Basic realm="security" charset="UTF-8"' },
      ),
      'elasticsearch',
      [],
    ],
    [
      'OpenSearch with security',
      json(401, 'Unauthorized', { 'WWW-Authenticate': 'Basic realm="OpenSearch Security"' }),
      'opensearch',
      [],
    ],
    ['another API', json(200, '{"tagline":"You Know, for Search"}'), null, []],
    ['another log-in', json(401, 'Unauthorized', { 'WWW-Authenticate': 'Basic realm="security"' }), null, []],
  ])('%s', async (_what, server, searchEngine, openApis) => {
    expect(await factsOf(server)).toMatchObject({ searchEngine, openApis });
  });
});

describe('monitoring', () => {
  const influx = { 'X-Influxdb-Version': '1.6.7' };
  const query =
    (status: number, body: string): RequestListener =>
    ({ url }, response) =>
      void response
        .writeHead(url === '/query' ? status : 404, influx)
        .end(url === '/query' ? body : '404 page not found\n');
  const kibana =
    (status: string): RequestListener =>
    ({ url }, response) => {
      response.writeHead(url === '/api/status' ? 200 : 302, { 'kbn-name': 'k', Location: '/login' });
      response.end(url === '/api/status' ? status : '');
    };

  it.each<[string, RequestListener, string[]]>([
    [
      'a node exporter',
      paths({ '/': html('Node Exporter'), '/metrics': '# TYPE node_load1 gauge\nnode_load1 0.5\n' }),
      ['node-exporter'],
    ],
    [
      'Prometheus',
      paths(
        { '/': html('Prometheus Time Series Collection and Processing Server') },
        { 'Content-Type': 'text/html' },
      ),
      ['prometheus'],
    ],
    [
      'the metrics of Prometheus',
      paths({ '/metrics': '# TYPE prometheus_build_info gauge\nprometheus_build_info{version="2.45"} 1\n' }),
      ['prometheus'],
    ],
    [
      'the metrics of something else',
      paths({ '/metrics': '# TYPE up gauge\nup{job="node_exporter"} 1\n' }),
      [],
    ],
    ['InfluxDB', query(400, '{"error":"missing required parameter \\"q\\""}'), ['influxdb']],
    ['InfluxDB with users', query(401, '{"error":"unable to parse authentication credentials"}'), []],
    [
      'Grafana for everybody',
      paths(
        { '/': html('Grafana', '<script>window.grafanaBootData = {}</script>') },
        { 'Content-Type': 'text/html' },
      ),
      ['grafana'],
    ],
    [
      'Grafana with a sign-in',
      ({ url }, response) =>
        url === '/login'
          ? void response.end(html('Grafana', '<script>window.grafanaBootData = {}</script>'))
          : void response.writeHead(302, { Location: '/login' }).end(),
      [],
    ],
    ['Kibana', kibana('{"name":"k","uuid":"u","version":{"number":"8.13.0"}}'), ['kibana']],
    ['Kibana with a sign-in', kibana('{"status":{"overall":{"level":"available"}}}'), []],
    [
      'Jenkins',
      (_request, response) => void response.writeHead(200, { 'X-Jenkins': '2.440' }).end(),
      ['jenkins'],
    ],
    [
      'Jenkins with a sign-in',
      (_request, response) => void response.writeHead(403, { 'X-Jenkins': '2.440' }).end(),
      [],
    ],
  ])('%s', async (_what, server, expected) => {
    expect((await factsOf(server)).monitoring).toEqual(expected);
  });
});

describe('message brokers', () => {
  it.each<[string, RequestListener, string[]]>([
    ['RabbitMQ', paths({ '/': html('RabbitMQ Management') }, { 'Content-Type': 'text/html' }), ['rabbitmq']],
    ['ActiveMQ', json(401, '', { 'WWW-Authenticate': 'basic realm="ActiveMQRealm"' }), ['activemq']],
    [
      'ActiveMQ of old',
      paths({ '/': html('Apache ActiveMQ') }, { 'Content-Type': 'text/html' }),
      ['activemq'],
    ],
    [
      'a page about one',
      paths({ '/': html('How to secure RabbitMQ Management') }, { 'Content-Type': 'text/html' }),
      [],
    ],
  ])('%s', async (_what, server, expected) => {
    expect((await factsOf(server)).brokerConsoles).toEqual(expected);
  });
});
