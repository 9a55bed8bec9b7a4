/** Writes to the store until it is killed, telling each key after it was written. Run by the kill test. */
import { once } from 'node:events';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { createStore } from '../../../src/adapters/sqlite/store.ts';
import { recordingLog } from './helpers.ts';

const store = await createStore({ file: process.argv[2] ?? '', log: recordingLog(), clock: createSystemClock() });
for (let i = 0; ; i++) {
  store.set(`key-${i}`, `value-${i}`);
  // A reader that is slow fills the pipe; what waits then is only sent when this loop pauses.
  if (!process.stdout.write(`${i}\n`)) await once(process.stdout, 'drain');
}
