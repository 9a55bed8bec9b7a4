/** Who made a commit, and when (whole seconds, kept in UTC). */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
}

/** A commit, read from Git's own form. */
export interface CommitObject {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** The raw text of a commit object, as `git hash-object -t commit` takes it. */
export function formatCommit(commit: Omit<CommitObject, 'sha'>): string {
  const parents = commit.parents.map((parent) => `parent ${parent}\n`).join('');
  const head = `tree ${commit.tree}\n${parents}author ${formatSignature(commit.author)}\n`;
  return `${head}committer ${formatSignature(commit.committer)}\n\n${commit.message}`;
}

/** Text without what would end a field of the signature line. */
function clean(text: string): string {
  return text.replaceAll(/[<>\n\0]/g, '');
}

function formatSignature({ name, email, date }: Signature): string {
  return `${clean(name)} <${clean(email)}> ${Math.floor(date.getTime() / 1000)} +0000`;
}

/** Reads what `git cat-file commit` prints. */
export function parseCommit(sha: string, raw: string): CommitObject {
  const end = raw.indexOf('\n\n');
  const lines = raw.slice(0, end).split('\n');
  const values = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    sha,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseSignature(values('author')[0] ?? ''),
    committer: parseSignature(values('committer')[0] ?? ''),
    message: raw.slice(end + 2),
  };
}

function parseSignature(text: string): Signature {
  const match = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(text);
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', date: new Date(Number(match?.[3] ?? 0) * 1000) };
}
