/** A strict reader of the XML that our reports write: throws where it is not well-formed. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const TOKEN = /<\?xml[^?]*\?>|<\/([a-z-]+)>|<([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;

export function readXml(source: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new Error(`not well-formed at ${at}: ${source.slice(at, at + 60)}`);
    const [, closing, opening, attributes = '', empty, text] = match;
    const top = open.at(-1) ?? root;
    if (text !== undefined) top.text += unescape(text);
    else if (closing !== undefined) {
      if (open.pop()?.name !== closing) throw new Error(`unexpected </${closing}> at ${at}`);
    } else if (opening !== undefined) {
      const element = { name: opening, attributes: attributesOf(attributes), children: [], text: '' };
      top.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  const [only] = root.children;
  if (open.length !== 1 || !only || root.children.length !== 1)
    throw new Error('not one closed root element');
  return only;
}

function attributesOf(source: string): Record<string, string> {
  const pairs = [...source.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(
    ([, key = '', value = '']) => [key, unescape(value)] as const,
  );
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length) throw new Error('attribute given twice');
  return Object.fromEntries(pairs);
}

function unescape(text: string): string {
  // XML 1.0, production 2: what is not a Char may not occur, not even as a reference.
  // oxlint-disable-next-line no-control-regex -- control characters are what is forbidden
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u.test(text)) throw new Error('forbidden character');
  return text.replace(/&([^;]*;?)/g, (_, name: string) => {
    const found = { 'amp;': '&', 'lt;': '<', 'gt;': '>', 'quot;': '"', '#39;': "'" }[name];
    if (found === undefined) throw new Error(`unknown reference &${name}`);
    return found;
  });
}
