import type { Check } from '../check.ts';
import { changedLines } from '../../../domain/change-set.ts';
import { checkEdit } from '../../edit/check-edit.ts';
import { applySpans } from '../../edit/splice.ts';

/** Refuses when a byte outside the intended spans changed, or the parsed difference is not exactly what was intended. */
export const minimal: Check = {
  name: 'minimal',
  async run({ changeSet }) {
    let lines = 0;
    for (const file of changeSet.files) {
      const edits = changeSet.edits.filter((edit) => edit.path === file.path);
      if (file.kind === 'text') {
        // Not YAML: there is no structure to compare, only bytes.
        if (applySpans(file.before, file.spans) !== file.after) {
          const detail = `${file.path}: the text differs outside the edited spans`;
          return { result: 'fail', code: 'unintended-edit', detail };
        }
        lines += changedLines(file.diff);
        continue;
      }
      const checked = checkEdit(file.before, file.after, edits, file.spans);
      if (!checked.ok) {
        return { result: 'fail', code: 'unintended-edit', detail: `${file.path}: ${checked.error.message}` };
      }
      lines += changedLines(file.diff);
    }
    const files = changeSet.files.length;
    if (files === 0) return { result: 'fail', code: 'no-edit', detail: 'The edit changes no file.' };
    return {
      result: 'pass',
      detail: `${lines} changed ${lines === 1 ? 'line' : 'lines'} in ${files} ${files === 1 ? 'file' : 'files'}; every other byte is the same.`,
    };
  },
};
