/** Appends to the audit log until it is killed, telling each sequence number after it was written. */
import { createAudit } from '../../../src/adapters/audit/audit.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';

const audit = createAudit({ file: process.argv[2] ?? '', clock: createSystemClock(), redact: (text) => text });
for (let i = 1; ; i++) {
  audit.append({ event: 'decision', detail: { i, text: 'x'.repeat(300) } });
  process.stdout.write(`${i}\n`);
}
