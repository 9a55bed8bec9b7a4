/** Text from a cluster may hold terminal escapes: they are shown, not obeyed. Tabs and line ends stay. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** A copy of a JSON value with every text in it printable. */
export function printableJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
    typeof item === 'string' ? printable(item) : item,
  );
}
