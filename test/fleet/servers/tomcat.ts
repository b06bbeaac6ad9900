import type { FleetServer } from '../server.ts';
import { QUICK_JVM } from './java.ts';

const HOME = '/usr/share/tomcat10';

/** Tomcat as Debian installs it, with its page of welcome. */
export const tomcat: FleetServer = {
  name: 'tomcat',
  programs: ['java'],
  async start(place) {
    const { directory } = place;
    await Promise.all(['logs', 'temp', 'work', 'webapps/ROOT'].map((name) => place.folder(name)));
    await place.run('cp', ['/usr/share/tomcat10-root/default_root/index.html', `${directory}/webapps/ROOT/`]);
    await place.file(
      'conf/server.xml',
      `<Server port="-1"><Service name="Catalina">
        <Connector port="8080" address="${place.address('tomcat-welcome')}" maxThreads="20"/>
        <Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine>
      </Service></Server>`,
    );
    await place.file(
      'conf/web.xml',
      `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0">
        <servlet>
          <servlet-name>default</servlet-name>
          <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class>
          <load-on-startup>1</load-on-startup>
        </servlet>
        <servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
        <mime-mapping><extension>html</extension><mime-type>text/html</mime-type></mime-mapping>
        <welcome-file-list><welcome-file>index.html</welcome-file></welcome-file-list>
      </web-app>`,
    );
    place.serve(
      'java',
      [
        ...QUICK_JVM,
        `-Dcatalina.home=${HOME}`,
        `-Dcatalina.base=${directory}`,
        `-Djava.io.tmpdir=${directory}/temp`,
        '-cp',
        `${HOME}/bin/bootstrap.jar:${HOME}/bin/tomcat-juli.jar`,
        'org.apache.catalina.startup.Bootstrap',
        'start',
      ],
      { ready: /Server startup in/ },
    );
  },
};
