import { z } from 'zod';

const paths = (what: string) => z.array(z.string().max(64)).max(16).describe(what);

/** Fields of the facts that tell what the server shows and allows to everybody. */
export const exposureFacts = {
  softNotFound: z.boolean().describe('Whether a path that cannot exist is answered with a 2xx status'),
  debugPage: z
    .boolean()
    .describe('Whether a path that cannot exist is answered with a stack trace or a debug page'),
  defaultPage: z
    .string()
    .max(32)
    .nullable()
    .describe('Software whose page for a new installation is shown; null when it is another page'),
  directoryListing: z.boolean().describe('Whether the page is a generated list of files'),
  bucketListing: z.boolean().describe('Whether the page lists the objects of a storage bucket'),
  allowedMethods: z
    .array(z.string().max(24))
    .max(32)
    .describe('Methods that Allow names for / or for a path that does not exist, sorted'),
  webDav: z.boolean().describe('Whether the server says that it is a WebDAV server'),
  gitExposed: z.boolean().describe('Whether /.git/HEAD is served and is one of git’s'),
  envFileExposed: z
    .boolean()
    .describe('Whether /.env is served and sets variables; their values are never kept'),
  envFileVariables: z
    .array(z.string().max(64))
    .max(32)
    .describe('Names of the variables that /.env sets, sorted, without their values'),
  backupFiles: paths('Paths at which an archive or a database dump is served'),
  statusPages: paths(
    'Paths that serve a status page or metrics: /server-status, /nginx_status, /metrics, /actuator',
  ),
  apiDocumentation: paths('Paths that serve the description of an API or a console for one'),
  securityTxt: z
    .boolean()
    .describe(
      'Whether /.well-known/security.txt says whom to tell of a weakness, or leads to where it says so',
    ),
  searchEngine: z
    .enum(['elasticsearch', 'opensearch'])
    .nullable()
    .describe('The search engine that answers, be it only to ask for credentials; null when it is none'),
  openApis: z
    .array(z.enum(['elasticsearch', 'etcd', 'docker', 'kubernetes', 'kubelet']))
    .max(8)
    .describe('Administrative and data interfaces that answer without authentication'),
  monitoring: z
    .array(z.enum(['prometheus', 'node-exporter', 'influxdb', 'grafana', 'kibana', 'jenkins']))
    .max(8)
    .describe('Monitoring and build consoles that show what they know to who has not signed in'),
  brokerConsoles: z
    .array(z.enum(['rabbitmq', 'activemq']))
    .max(4)
    .describe('Message brokers whose management answers, be it only to ask for credentials'),
};
