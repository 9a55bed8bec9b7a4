/** One command of a document, as a person would paste it: with its continued lines, and with what it reads by `<<'END'`. */
export function commandsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => split(block.split('\n')));
}

function split(lines: readonly string[]): string[] {
  const commands: string[] = [];
  let open: string[] = [];
  let until: string | undefined;
  for (const line of lines) {
    if (open.length === 0 && line.trim() === '') continue;
    open.push(line);
    if (until === undefined) until = /<<'(\w+)'/.exec(line)?.[1];
    else if (line === until) until = undefined;
    if (until !== undefined || line.endsWith('\\')) continue;
    commands.push(open.join('\n'));
    open = [];
  }
  if (open.length > 0) throw new Error(`a command has no end: ${open.join('\n')}`);
  return commands;
}
