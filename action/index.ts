import { main } from './main.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
process.exitCode = await main(process.env, (line) => void process.stdout.write(`${line}\n`), stop.signal);
