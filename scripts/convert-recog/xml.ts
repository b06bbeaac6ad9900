/** An element of an XML document; text is that of the element itself, without that of its children. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads the XML that recog's files are written in: elements, attributes, text, comments, CDATA and the predefined
 * entities. No document types and no namespaces. Throws an `Error` with the offset of what it cannot read.
 */
export function parseXml(source: string): XmlElement {
  const top: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [top];
  let at = 0;
  const skip = (start: string, end: string): string | null => {
    if (!source.startsWith(start, at)) return null;
    const stop = source.indexOf(end, at + start.length);
    if (stop === -1) throw new Error(`What begins with ${start} at offset ${at} has no end.`);
    const inner = source.slice(at + start.length, stop);
    at = stop + end.length;
    return inner;
  };
  while (at < source.length) {
    const current = stack.at(-1) ?? top;
    if (source[at] !== '<') {
      const next = source.indexOf('<', at);
      const stop = next === -1 ? source.length : next;
      current.text += decode(source.slice(at, stop));
      at = stop;
      continue;
    }
    if (skip('<!--', '-->') !== null || skip('<?', '?>') !== null) continue;
    const literal = skip('<![CDATA[', ']]>');
    if (literal !== null) {
      current.text += literal;
      continue;
    }
    const closing = skip('</', '>');
    if (closing !== null) {
      const closed = stack.pop();
      if (closed === undefined || closed === top || closed.name !== closing.trim()) {
        throw new Error(`</${closing.trim()}> before offset ${at} closes nothing.`);
      }
      continue;
    }
    const tag = /<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/y;
    tag.lastIndex = at;
    const found = tag.exec(source);
    const name = found?.[1];
    if (found === null || name === undefined) throw new Error(`Something else than XML is at offset ${at}.`);
    const element: Open = { name, attributes: attributesOf(found[2] ?? ''), children: [], text: '' };
    current.children.push(element);
    if (found[3] !== '/') stack.push(element);
    at = tag.lastIndex;
  }
  const [root] = top.children;
  if (stack.length !== 1 || root === undefined) throw new Error('The document ends before its elements do.');
  return root;
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name, double, single]) => [
      name ?? '',
      decode(double ?? single ?? ''),
    ]),
  );
}

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g, (whole, hex, decimal, name) => {
    if (typeof hex === 'string') return String.fromCodePoint(Number.parseInt(hex, 16));
    if (typeof decimal === 'string') return String.fromCodePoint(Number(decimal));
    return entities[String(name)] ?? whole;
  });
}
