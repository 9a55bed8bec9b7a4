import { sha256 } from '../../../domain/fingerprint.ts';

/** One piece of untrusted material. `keep` says which end stays when it has to be cut. */
export interface Section {
  readonly title: string;
  readonly text: string;
  readonly keep: 'head' | 'tail';
  /** Most characters of this section. */
  readonly limit: number;
  /** A section that must be whole, or the question makes no sense. */
  readonly whole?: boolean;
}

/** What could be taken for the begin or end of a section is defused, wherever it stands: a cut may put it at a line's start. */
function defuse(text: string): string {
  return text.replaceAll(/={3,}/g, '==');
}

function cut({ text, keep, limit }: Section, room: number): string {
  const most = Math.min(limit, room);
  if (text.length <= most) return text;
  return keep === 'head' ? `${text.slice(0, most)}\n[cut]` : `[cut]\n${text.slice(text.length - most)}`;
}

/** What a section costs beyond its text. */
const FRAME = 120;

/**
 * Puts sections one after the other, each between marks that carry a digest of all of it, so that no text inside can end
 * its own section. Sections come in the order of their worth: what does not fit any more is cut or left out. Undefined
 * where a section that must be whole does not fit.
 */
export function fence(sections: readonly Section[], mostCharacters: number): string | undefined {
  const clean = sections.map((section) => ({ ...section, text: defuse(section.text.toWellFormed()) }));
  const mark = sha256(JSON.stringify(clean.map(({ text }) => text))).slice(0, 12);
  let room = mostCharacters;
  const out: string[] = [];
  for (const section of clean) {
    const available = room - FRAME - section.title.length;
    if (section.whole === true && section.text.length > Math.min(section.limit, available)) return undefined;
    if (available < 40) continue;
    const text = cut(section, available);
    out.push(`=== DATA ${mark} ${section.title} ===\n${text}\n=== END ${mark} ===`);
    room -= text.length + FRAME + section.title.length;
  }
  return out.join('\n\n');
}
