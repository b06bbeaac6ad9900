import type { HttpResponse } from '../../scanner/connection.ts';
import { textOf } from './body.ts';

const signs = [
  // Python, and Django and Werkzeug on top of it.
  /Traceback \(most recent call last\)/,
  /You(?:'|&#x27;|&#39;|’)re seeing this error because you have <code>DEBUG = True<\/code>/,
  /Werkzeug Debugger/,
  // Java and Spring Boot.
  /\bat [\w$.]{3,200}\([\w$]{1,100}\.java:\d{1,6}\)/,
  /Whitelabel Error Page/,
  // Node.
  /\bat (?:[\w$.<>&;[\] ]{1,200} \()?(?:file:\/\/)?\/[\w$.@/-]{1,200}\.[cm]?[jt]s:\d{1,6}:\d{1,6}/,
  // PHP, and Laravel and Symfony on top of it.
  /\bStack trace:\s{0,9}(?:<br \/>)?\s{0,9}#0 /,
  /<b>(?:Fatal error|Parse error|Warning|Notice)<\/b>: {1,4}[^<]{1,500} in <b>[^<]{1,300}<\/b> on line <b>\d/,
  /\bIlluminate\\[A-Z]\w{2,40}\\[A-Z]|Symfony Exception|class="sf-dump/,
  // Rails.
  /<code>Rails\.root: \//,
  // ASP.NET and ASP.NET Core.
  /Server Error in '[^']{0,200}' Application/,
  /An unhandled exception occurred while processing the request\./,
  // Go.
  /\bgoroutine \d{1,9} \[running\]:/,
];

/** Whether the answer to a path that cannot exist tells how the server is built. */
export function isDebugPage(response: HttpResponse): boolean {
  const text = textOf(response);
  return signs.some((sign) => sign.test(text));
}
