import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tools } from '../test/support/tools.ts';

/**
 * Draws the pictures of the README from real output: `scan` on fixtures/worlds/orders, and a pull request of the demo.
 * Needs chromium on PATH, and fetches a Markdown renderer. Runs for about a minute.
 */
const MARKDOWN = 'marked@17.0.1';
const WORLD = 'fixtures/worlds/orders/broken';
const REPOSITORY = 'https://git.orders.example/platform/gitops.git';
const STYLE = `
body { margin: 0; background: #fff; color: #1f2328; font: 14px/1.5 Inter, "DejaVu Sans", sans-serif; }
.terminal { background: #0d1117; color: #e6edf3; padding: 20px 24px; font: 13px/1.45 "DejaVu Sans Mono", monospace; white-space: pre; }
.markdown { padding: 24px 32px; }
h1 { font-size: 24px; font-weight: 500; margin: 0 0 16px; } h3 { font-size: 18px; margin: 20px 0 12px; } h4 { margin: 20px 0 8px; font-size: 14px; }
code { background: #eff1f3; border-radius: 5px; padding: 2px 5px; font: 12px "DejaVu Sans Mono", monospace; }
pre { background: #f6f8fa; border-radius: 6px; padding: 12px 16px; line-height: 1.45; } pre code { background: none; padding: 0; }
table { border-collapse: collapse; } th, td { border: 1px solid #d1d9e0; padding: 5px 12px; text-align: left; } tr:nth-child(even) td { background: #f6f8fa; }
.add { background: #dafbe1; display: block; } .del { background: #ffebe9; display: block; } .line { display: block; }
hr { border: 0; border-top: 3px solid #d1d9e0; margin: 24px 0; }`;

/** Colours of a terminal by their codes. */
const COLOURS: Readonly<Record<string, string>> = {
  31: '#ff7b72',
  32: '#3fb950',
  33: '#d29922',
  36: '#76e3ea',
  90: '#8b949e',
};

const work = mkdtempSync(join(tmpdir(), 'remendo-pictures-'));
const node = process.execPath;
draw('scan', `<div class="terminal">${fromAnsi(scan())}</div>`, 1060);
draw('pull-request', `<div class="markdown">${fromMarkdown(pullRequest('orders'))}</div>`, 980);

/** The table of incidents, and the first of them in full. */
function scan(): string {
  const clone = join(work, 'clone');
  execFileSync('git', ['clone', '-q', '-b', 'main', join(WORLD, 'repository.bundle'), clone]);
  const { helm, kustomize } = tools();
  const config = join(work, 'remendo.yaml');
  writeFileSync(config, JSON.stringify({ render: { helm, kustomize }, state: { directory: join(work, 'state') } }));
  const args = [
    'src/cli/main.ts',
    'scan',
    '--config',
    config,
    '--snapshot',
    join(WORLD, 'cluster'),
    '--repo',
    `${REPOSITORY}=${clone}`,
  ];
  // Its exit status says that it found something.
  const text = output(node, args, { ...process.env, FORCE_COLOR: '1', NO_COLOR: undefined });
  const rest = text.split('\n\n').slice(0, 3).join('\n\n');
  return `$ npx remendo scan --snapshot cluster --repo ${REPOSITORY}=gitops\n${rest}`;
}

/** The body of the demo's pull request for a workload, with what was said below it. */
function pullRequest(workload: string): string {
  const directory = join(work, 'demo');
  output(node, ['src/cli/main.ts', 'demo', '--directory', directory], process.env);
  const folder = join(directory, 'pull-requests');
  const bodies = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const body = bodies.find((text) => text.startsWith(`# ${workload}:`));
  if (body === undefined) throw new Error(`the demo opened no pull request for ${workload}`);
  return body;
}

function output(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e8 });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '')
      return error.stdout;
    throw error;
  }
}

function fromMarkdown(text: string): string {
  const file = join(work, 'body.md');
  writeFileSync(file, text.replaceAll(/<!--[\s\S]*?-->/g, ''));
  const html = execFileSync('npm', ['exec', '--yes', `--package=${MARKDOWN}`, '--', 'marked', '--gfm', '-i', file], {
    encoding: 'utf8',
  });
  return html.replaceAll(
    /(<code class="language-diff">)([\s\S]*?)(<\/code>)/g,
    (_whole, open: string, diff: string, close: string) => {
      const lines = diff
        .trimEnd()
        .split('\n')
        .map((line) => `<span class="${classOf(line)}">${line}</span>`);
      return open + lines.join('') + close;
    },
  );
}

function classOf(line: string): string {
  if (/^(?:\+\+\+|---) /.test(line)) return 'line';
  return line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : 'line';
}

function fromAnsi(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .split('\u001B[')
    .map((part, i) => {
      if (i === 0) return part;
      const at = part.indexOf('m');
      const code = part.slice(0, at);
      const style = code === '1' ? 'font-weight: bold' : COLOURS[code] && `color: ${COLOURS[code]}`;
      return `${style ? `<span style="${style}">` : '</span>'}${part.slice(at + 1)}`;
    })
    .join('');
}

/** A picture of a page, as high as the page is. */
function draw(name: string, body: string, width: number): void {
  const page = join(work, `${name}.html`);
  const html = (script: string): string =>
    `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${body}${script}`;
  writeFileSync(page, html('<script>document.title = String(document.documentElement.scrollHeight)</script>'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    `--user-data-dir=${join(work, 'chromium')}`,
  ];
  const run = (...args: string[]): string =>
    execFileSync('chromium', [...flags, ...args, pathToFileURL(page).href], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const height = Number(/<title>(\d+)/.exec(run(`--window-size=${width},200`, '--dump-dom'))?.[1] ?? 1000);
  const file = resolve('docs/pictures', `${name}.png`);
  run(`--window-size=${width},${height}`, '--force-device-scale-factor=1', `--screenshot=${file}`);
  console.log(`${dirname(file)}/${name}.png, ${width} x ${height}`);
}
