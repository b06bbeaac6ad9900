import type { HttpResponse } from '../../scanner/connection.ts';
import { elementText, isHtml, isSuccess, textOf } from './body.ts';

/** The page that software shows until somebody puts another in its place: by title and, where that is too little, text. */
const pages: readonly { software: string; title: RegExp; text?: RegExp }[] = [
  { software: 'nginx', title: /^Welcome to (?:nginx|OpenResty)\b/i },
  { software: 'nginx', title: /^Test Page for the Nginx HTTP Server\b/i },
  { software: 'apache', title: /^Apache2 (?:Debian|Ubuntu) Default Page\b/i },
  {
    software: 'apache',
    title: /^(?:Apache )?HTTP Server Test Page\b|^Test Page for the (?:Apache )?HTTP Server\b/i,
  },
  {
    software: 'apache',
    title: /^$/,
    text: /^\s{0,9}<html><body><h1>It works!<\/h1><\/body><\/html>\s{0,9}$/,
  },
  { software: 'iis', title: /^IIS (?:Windows(?: Server)?|[\d.]{1,9}|Windows 1[01])\b|^IIS[78]\b/i },
  {
    software: 'tomcat',
    title: /^Apache Tomcat(?:\/[\w.-]{1,32})?$/,
    text: /If you(?:'|&#39;)re seeing this/,
  },
  { software: 'lighttpd', title: /^Welcome page$/, text: /lighttpd/ },
  { software: 'caddy', title: /^Caddy works!/ },
  { software: 'jetty', title: /^(?:Welcome to Jetty|Jetty: Welcome)\b/i },
  { software: 'wildfly', title: /^Welcome to (?:WildFly|JBoss)\b/i },
  { software: 'glassfish', title: /^(?:GlassFish|Payara) Server - Server Running$/i },
  { software: 'xampp', title: /^Welcome to XAMPP\b/i },
  { software: 'plesk', title: /^(?:Web Server(?:'|’|&#39;)s Default Page|Default Parallels Plesk Page)$/i },
  { software: 'cpanel', title: /^Default Web Site Page$/i },
  { software: 'django', title: /^The install worked successfully! Congratulations!$/ },
  { software: 'rails', title: /^Ruby on Rails [\d.]{1,16}$/, text: /Rails version/ },
];

/** Whose page for a new installation this is; null when it is another page. */
export function defaultPage(response: HttpResponse): string | null {
  if (!isSuccess(response) || !isHtml(response)) return null;
  const text = textOf(response);
  const shown = elementText(text, 'title') ?? '';
  const found = pages.find((page) => page.title.test(shown) && (page.text?.test(text) ?? true));
  return found?.software ?? null;
}
