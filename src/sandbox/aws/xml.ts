/** What an XML answer is built from: arrays become `<item>` (or `<member>`) lists, absent values nothing. */
export type XmlValue = string | number | boolean | null | undefined | readonly XmlValue[] | XmlNode;
export interface XmlNode {
  readonly [element: string]: XmlValue;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/** Text as it may stand in an element. What XML 1.0 cannot hold at all becomes U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- these are the characters that XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/gu, '\uFFFD')
      .replace(/[&<>"'\r]/gu, (character) => ENTITIES[character] ?? character)
  );
}

/** One element with its content; nothing at all when the value is absent. */
export function element(name: string, value: XmlValue, listElement: string): string {
  if (value === null || value === undefined) return '';
  return `<${name}>${content(value, listElement)}</${name}>`;
}

function content(value: XmlValue, listElement: string): string {
  if (value === null || value === undefined) return '';
  if (isList(value)) return value.map((entry) => element(listElement, entry, listElement)).join('');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, child]) => element(name, child, listElement))
      .join('');
  }
  return escapeXml(String(value));
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}
