import type { FleetServer } from './server.ts';
import { apache } from './servers/apache.ts';
import { beanstalkd } from './servers/beanstalkd.ts';
import { bind } from './servers/bind.ts';
import { docker } from './servers/docker.ts';
import { dovecot } from './servers/dovecot.ts';
import { dropbear } from './servers/dropbear.ts';
import { etcd } from './servers/etcd.ts';
import { ganesha } from './servers/ganesha.ts';
import { gnutls } from './servers/gnutls.ts';
import { inetd } from './servers/inetd.ts';
import { influxdb } from './servers/influxdb.ts';
import { java } from './servers/java.ts';
import { lighttpd } from './servers/lighttpd.ts';
import { mariadb } from './servers/mariadb.ts';
import { memcached } from './servers/memcached.ts';
import { mosquitto } from './servers/mosquitto.ts';
import { nginx } from './servers/nginx.ts';
import { nodeExporter } from './servers/node-exporter.ts';
import { ntpsec } from './servers/ntpsec.ts';
import { openssh } from './servers/openssh.ts';
import { opensshOpen } from './servers/openssh-open.ts';
import { openssl } from './servers/openssl.ts';
import { postfix } from './servers/postfix.ts';
import { postgresql } from './servers/postgresql.ts';
import { rabbitmq } from './servers/rabbitmq.ts';
import { redis } from './servers/redis.ts';
import { rpcbind } from './servers/rpcbind.ts';
import { rsync } from './servers/rsync.ts';
import { samba } from './servers/samba.ts';
import { slapd } from './servers/slapd.ts';
import { snmpd } from './servers/snmpd.ts';
import { squid } from './servers/squid.ts';
import { tinyproxy } from './servers/tinyproxy.ts';
import { tomcat } from './servers/tomcat.ts';
import { unbound } from './servers/unbound.ts';
import { vsftpd } from './servers/vsftpd.ts';
import { tinyssh } from './servers/tinyssh.ts';
import { xrdp } from './servers/xrdp.ts';
import { xvfb } from './servers/xvfb.ts';
import { xvnc } from './servers/xvnc.ts';
import { zookeeper } from './servers/zookeeper.ts';

/** All servers of the fleet; those that take long come first, because everything waits for the last one. */
export const servers: readonly FleetServer[] = [
  rabbitmq,
  tomcat,
  zookeeper,
  java,
  mariadb,
  docker,
  postgresql,
  nginx,
  apache,
  beanstalkd,
  bind,
  dovecot,
  dropbear,
  etcd,
  ganesha,
  gnutls,
  inetd,
  influxdb,
  lighttpd,
  memcached,
  mosquitto,
  nodeExporter,
  ntpsec,
  openssh,
  opensshOpen,
  openssl,
  postfix,
  redis,
  rpcbind,
  rsync,
  samba,
  slapd,
  snmpd,
  squid,
  tinyproxy,
  tinyssh,
  unbound,
  vsftpd,
  xrdp,
  xvfb,
  xvnc,
];
