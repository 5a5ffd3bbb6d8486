// node read-yaml.mjs YAML FILE  prints the file's first document as JSON, read by YAML 1.1, as kubectl does, and by YAML 1.2; a line each.
import { readFileSync } from 'node:fs';

const [yaml, file] = process.argv.slice(2);
const { parse } = await import(`${yaml}/dist/index.js`);
for (const version of ['1.1', '1.2']) console.log(JSON.stringify(parse(readFileSync(file, 'utf8'), { version })));
