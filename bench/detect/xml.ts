/** An element of a report in XML. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** Reads well-formed XML as the peers write it: no namespaces, no entities beyond the usual. */
export function parseXml(xml: string): Element {
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open: Open[] = [root];
  const token =
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<!DOCTYPE[^>]*>|<\/([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g;
  for (const [, data, closed, opened, attributes, empty, text] of xml.matchAll(token)) {
    const current = open.at(-1) ?? root;
    if (data !== undefined) current.text += data;
    else if (text !== undefined) current.text += decoded(text);
    else if (closed !== undefined && open.length > 1) open.pop();
    else if (opened !== undefined) {
      const element: Open = {
        name: opened,
        attributes: attributesOf(attributes ?? ''),
        children: [],
        text: '',
      };
      current.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  return root;
}

/** All elements of a name, at any depth. */
export function all(within: Element, name: string): Element[] {
  return within.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
}

export function first(within: Element, name: string): Element | undefined {
  return all(within, name)[0];
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decoded(value)]),
  );
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return named[name ?? ''] ?? whole;
    },
  );
}
