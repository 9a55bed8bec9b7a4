import { copyFileSync } from 'node:fs';

const { INPUT_SARIF_FILE: file = '', INPUT_CATEGORY: category = '', E2E_SARIF: kept = '' } = process.env;
if (category === '') throw new Error('without a category two uploads of one commit replace each other');
copyFileSync(file, kept);
