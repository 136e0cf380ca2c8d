// Runs one Node client through its schemes and transports. Prints one JSON object a line for `run.py`.
//
// Usage: main.mjs kms|pop CREDENTIALS_FILE NODE_MODULES_PARENT

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { FULL, ONCE, SHORT } from './scenario.mjs';
import { Trial } from './trial.mjs';

const [family, path, modules] = process.argv.slice(2);
if (!['kms', 'pop'].includes(family) || !modules) {
  console.error('usage: main.mjs kms|pop CREDENTIALS_FILE NODE_MODULES_PARENT');
  process.exit(2);
}
const credentials = JSON.parse(readFileSync(path, 'utf8'));
const require = createRequire(join(modules, 'package.json'));
const { variants } = await import(`./client_${family}.mjs`);

let once = ONCE;
for (const [scheme, transport, make] of variants(require, credentials)) {
  const trial = new Trial(make, credentials);
  await trial.run(transport === 'https' ? [...FULL, ...once] : SHORT);
  once = [];
  const { client, versions: version } = trial.api;
  const { passed, failures } = trial;
  console.log(JSON.stringify({ client, version, scheme, transport, passed, failures }));
}
process.exit(0); // the clients keep idle connections open
