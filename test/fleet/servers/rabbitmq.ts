import type { FleetServer } from '../server.ts';

/** With its port mapper and its port for other nodes, both of which listen on every address. */
export const rabbitmq: FleetServer = {
  name: 'rabbitmq',
  programs: ['/usr/lib/rabbitmq/bin/rabbitmq-server', 'epmd'],
  async start(place) {
    const { directory } = place;
    const address = place.address('rabbitmq-open');
    // In the old form: translating the new one takes seconds.
    const configuration = await place.file(
      'rabbitmq.config',
      `[
        {rabbit, [{tcp_listeners, [{"${address}", 5672}]}]},
        {rabbitmq_management, [{tcp_config, [{port, 15672}, {ip, "${address}"}]}]}
      ].\n`,
    );
    const plugins = await place.file('enabled_plugins', '[rabbitmq_management].\n');
    place.serve('epmd', []);
    place.serve('/usr/lib/rabbitmq/bin/rabbitmq-server', [], {
      ready: /completed with/,
      environment: {
        RABBITMQ_NODENAME: 'rabbit@localhost',
        RABBITMQ_CONFIG_FILE: configuration,
        RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
        RABBITMQ_MNESIA_BASE: `${directory}/mnesia`,
        RABBITMQ_LOG_BASE: `${directory}/log`,
        RABBITMQ_PID_FILE: `${directory}/pid`,
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
      },
    });
  },
};
