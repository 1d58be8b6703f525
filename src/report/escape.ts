/**
 * Text from a cluster or a file is hostile: an ESC can redraw a terminal, a right-to-left override can turn
 * `deny` into `yned`, a `|` can break out of a Markdown cell. All such text passes through here.
 */

/**
 * C0, DEL and C1 controls; line and paragraph separators; bidirectional marks, embeddings, overrides and
 * isolates (Unicode TR36, CVE-2021-42574); zero-width space and its kin; interlinear and tag characters;
 * noncharacters and lone surrogates.
 */
const UNSAFE =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/** The text on one line with everything invisible or disruptive spelled out, e.g. `\n`, `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(UNSAFE, spell);
}

function spell(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default:
      return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  }
}

/**
 * For a JSON document, or YAML whose unsafe strings are double-quoted: the same characters as `\uXXXX`, so that
 * a parser reads back exactly what was there. Line ends and tabs of the layout stay.
 */
export function escapeJson(document: string): string {
  return document.replace(UNSAFE, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => unit(character, i)).join(''),
  );
}

function unit(character: string, index: number): string {
  return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
}

/** True if a string holds something that `visible` would spell out. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) >= 0;
}

/** For XML 1.0 text and attribute values, which may not hold most controls even as character references. */
export function escapeXml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * For GitHub's Markdown, tables included: every ASCII punctuation character that could mean something (links,
 * `@mentions`, `#1`, cell borders, HTML) as an entity, which is never structure.
 */
export function escapeMarkdown(text: string): string {
  return visible(text).replace(/[!-,/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A name in Markdown, in a code element, where GitHub makes no mentions or references. */
export function markdownCode(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}
