// Runs the Node client in each of its ways. Prints one JSON object a line for `run.py`.
//
// Usage: main.mjs CREDENTIALS_FILE NODE_MODULES_PARENT [THEME | THEME.SECTION]...

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { variants } from './client.mjs';
import * as crypto from './scenario_crypto.mjs';
import * as keys from './scenario_keys.mjs';
import * as people from './scenario_people.mjs';
import { Walk, setup } from './walk.mjs';

const [path, modules, ...names] = process.argv.slice(2);
if (!modules) {
  console.error('usage: main.mjs CREDENTIALS_FILE NODE_MODULES_PARENT [THEME | THEME.SECTION]...');
  process.exit(2);
}
const credentials = JSON.parse(readFileSync(path, 'utf8'));
const require = createRequire(join(modules, 'package.json'));
// It logs every refusal, with all that was sent.
require('@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger').Logger4jInstance.level = 'off';
const FULL = [setup, ...keys.SECTIONS, ...crypto.SECTIONS, ...people.SECTIONS];
const SHORT = [setup, ...keys.SHORT, ...crypto.SHORT];

const themes = Object.entries({ keys, crypto, people });
const theme = (section) => themes.find(([, { SECTIONS }]) => SECTIONS.includes(section))?.[0];
const fits = (section) => names.includes(theme(section)) || names.includes(`${theme(section)}.${section.name}`);

let sections = FULL.filter((section) => names.length === 0 || section === setup || fits(section));
if (sections.length === 1) {
  console.error(`there is no section ${names.join(' or ')}`);
  process.exit(2);
}
for (const [scheme, transport, make] of variants(require, credentials)) {
  const walk = new Walk(make, credentials);
  await walk.run(sections);
  sections = SHORT;
  const { client, versions: version } = walk.api;
  const { passed, failures } = walk;
  console.log(JSON.stringify({ client, version, scheme, transport, passed, failures }));
  if (names.length > 0) break;
}
process.exit(0); // the client keeps idle connections open
