import { readFileSync } from 'node:fs';
import { buildApp } from '../../src/app/app.ts';
import type { Config } from '../../src/config/config.ts';
import { pass } from '../../src/engine/pass.ts';

// One pass, as `remendo run --once` makes it; only that requests to the forge are not spaced out.
const [file = ''] = process.argv.slice(2);
const config: Config = JSON.parse(readFileSync(file, 'utf8'));
const app = await buildApp(config, { env: process.env, repositories: new Map(), persistent: true, throttle: false });
if (!app.ok) throw new Error(app.error.message);
const report = await pass(app.value.ports);
await app.value.close();
if (!report.ok) throw new Error(report.error.message);
