/**
 * Cuts JSON text into pieces that can be parsed one at a time, so that a list of many thousand objects never lies in
 * memory as a whole. Input is UTF-8, in chunks of any size.
 *
 * - `item` gets the text of each object in a top-level `items` array (or in a top-level array), as soon as it is complete.
 * - `rest` gets the text of each top-level value with those objects replaced by `0`: what is wrong with the syntax outside
 *   the items is still wrong there, and `kind` and `metadata.continue` can be read from it.
 *
 * `offset` is the byte where the piece begins. The splitter itself never fails: broken text arrives as pieces that
 * `JSON.parse` refuses, and `end()` hands over what was left incomplete.
 */
export interface JsonSplitter {
  push(chunk: Uint8Array): void;
  /** The list without its items, as far as it is known while they arrive; undefined where that is not readable. */
  head(): unknown;
  end(): void;
}

/** Takes the pieces as they are found: each item of the list, and what is between, with its offset in bytes. */
export interface JsonPieces {
  readonly item: (text: string, offset: number) => void;
  readonly rest: (text: string, offset: number) => void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ITEMS_KEY = /"items"\s*:\s*$/;

/** Splits one JSON text; make one for each. What it finds is handed to `pieces` as it comes. */
export function createJsonSplitter(pieces: JsonPieces): JsonSplitter {
  /** The current chunk, its offset in the text, and its first byte that was not handed to `rest` or `item` yet. */
  let bytes: Buffer = Buffer.alloc(0);
  let position = 0;
  let from = 0;
  let depth = 0;
  /** Depth inside the array whose objects are items; 0 while there is none. */
  let itemsDepth = 0;
  let inString = false;
  let escaped = false;
  let itemStart = -1;
  /** Pieces of the current item that stood in earlier chunks. */
  let item: Buffer[] = [];
  /** Bytes outside items, as latin1 so that a character may be cut by the end of a chunk. */
  let rest = '';
  let restStart = 0;

  function moveToRest(to: number): void {
    if (rest === '') restStart = position + from;
    rest += bytes.toString('latin1', from, to);
    from = to;
  }

  function opened(at: number, isObject: boolean): void {
    if (isObject && itemsDepth !== 0 && depth === itemsDepth) {
      moveToRest(at);
      itemStart = position + at;
    }
    depth++;
    if (isObject || itemsDepth !== 0 || depth > 2) return;
    moveToRest(at);
    if (depth === 1 || ITEMS_KEY.test(rest.slice(-64))) itemsDepth = depth;
  }

  function closed(at: number): void {
    depth = Math.max(0, depth - 1);
    if (itemStart >= 0 && depth === itemsDepth) {
      item.push(bytes.subarray(from, at + 1));
      from = at + 1;
      rest += '0';
      endItem();
    } else if (depth === 0 && itemStart < 0) {
      moveToRest(at + 1);
      endRest();
    }
  }

  function endItem(): void {
    const text = Buffer.concat(item).toString('utf8');
    const start = itemStart;
    [item, itemStart] = [[], -1];
    pieces.item(text, start);
  }

  function endRest(): void {
    const text = fromLatin1(rest);
    [rest, itemsDepth] = ['', 0];
    if (text.trim() !== '') pieces.rest(text, restStart);
  }

  return {
    push(chunk) {
      bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      from = 0;
      for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) inString = false;
        } else if (byte === QUOTE) inString = true;
        else if (byte === 0x7b || byte === 0x5b) opened(i, byte === 0x7b);
        else if (byte === 0x7d || byte === 0x5d) closed(i);
      }
      if (itemStart >= 0) item.push(Buffer.from(bytes.subarray(from)));
      else moveToRest(bytes.length);
      position += bytes.length;
    },
    head() {
      try {
        return JSON.parse(`${fromLatin1(rest)}]}`);
      } catch {
        return undefined;
      }
    },
    end() {
      if (itemStart >= 0) endItem();
      endRest();
    },
  };
}

function fromLatin1(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
