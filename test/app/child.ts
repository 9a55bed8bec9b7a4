import { readFileSync } from 'node:fs';
import { buildApp } from '../../src/app/app.ts';
import { completeConfig } from '../../src/config/config.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { pass } from '../../src/engine/pass.ts';

// One pass, as `remendo run --once` makes it; only that requests to the forge are not spaced out.
const [file = ''] = process.argv.slice(2);
const config = completeConfig(ConfigFile.parse(JSON.parse(readFileSync(file, 'utf8'))));
const app = await buildApp(config, { env: process.env, repositories: new Map(), persistent: true, throttle: false });
if (!app.ok) throw new Error(app.error.message);
const report = await pass(app.value.ports);
await app.value.close();
if (!report.ok) throw new Error(report.error.message);
console.error(file, JSON.stringify(report.value.incidents.map((i) => i.decision)), JSON.stringify(report.value.unreadable), JSON.stringify(report.value.blind));
