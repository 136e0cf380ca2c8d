// The scenario that every Node client runs, put together from its parts: the twin of `python/scenario.py`, part by
// part, section by section and check by check.

import * as accounts from './scenario_accounts.mjs';
import * as aliases from './scenario_aliases.mjs';
import * as asymmetric from './scenario_asymmetric.mjs';
import * as calls from './scenario_calls.mjs';
import * as certificates from './scenario_certificates.mjs';
import * as deletion from './scenario_deletion.mjs';
import * as documents from './scenario_documents.mjs';
import * as encryption from './scenario_encryption.mjs';
import * as exporting from './scenario_export.mjs';
import * as hsm from './scenario_hsm.mjs';
import * as hsmImport from './scenario_hsm_import.mjs';
import * as identities from './scenario_identities.mjs';
import * as importing from './scenario_import.mjs';
import * as keys from './scenario_keys.mjs';
import * as macs from './scenario_macs.mjs';
import * as policies from './scenario_policies.mjs';
import * as rights from './scenario_rights.mjs';
import * as rotation from './scenario_rotation.mjs';
import * as services from './scenario_services.mjs';
import * as sessions from './scenario_sessions.mjs';
import * as signatures from './scenario_signatures.mjs';
import * as sm2 from './scenario_sm2.mjs';
import * as sm2Certificates from './scenario_sm2_certificates.mjs';
import * as specs from './scenario_specs.mjs';
import * as tags from './scenario_tags.mjs';
import * as trail from './scenario_trail.mjs';
import * as versions from './scenario_versions.mjs';
import { INVALID, ORDINARY, PLAINTEXT, UNICODE, encrypt, setup } from './scenario_common.mjs';

// The pass over plain HTTP: the same server behind another listener.
async function inShort(t) {
  keys.metadataHolds(t, 'CreateKey', t.first);
  await encryption.roundTrip(t, 'unicode context', PLAINTEXT, t.key, UNICODE);
  await encryption.roundTrip(t, '6144 bytes', Buffer.alloc(6144, 0xff).toString('base64'), t.arn, ORDINARY);
  const blob = (await encrypt(t, t.key, PLAINTEXT, ORDINARY)).CiphertextBlob;
  await t.refused('wrong context', INVALID, 'Decrypt', { CiphertextBlob: blob, EncryptionContext: UNICODE });
}

export const FULL = [
  setup,
  ...keys.SECTIONS,
  ...encryption.SECTIONS,
  ...aliases.SECTIONS,
  ...deletion.SECTIONS,
  ...versions.SECTIONS,
  ...rotation.SECTIONS,
  ...asymmetric.SECTIONS,
  ...signatures.SECTIONS,
  ...macs.SECTIONS,
  ...importing.SECTIONS,
  ...exporting.SECTIONS,
  ...hsm.SECTIONS,
  ...tags.SECTIONS,
  ...policies.SECTIONS,
  ...certificates.SECTIONS,
  ...rights.SECTIONS,
  ...sessions.SECTIONS,
  ...trail.SECTIONS,
  ...calls.SECTIONS,
];
export const SHORT = [setup, inShort, ...calls.SHORT, ...rights.SECTIONS, ...sessions.SECTIONS];
// What depends on neither scheme nor transport and is dear: one pass of each client runs it behind the others.
export const ONCE = [
  ...specs.SECTIONS,
  ...signatures.ONCE,
  ...macs.ONCE,
  ...hsm.ONCE,
  ...sm2.ONCE,
  ...sm2Certificates.ONCE,
  ...hsmImport.ONCE,
  ...tags.ONCE,
  ...certificates.ONCE,
  ...rights.ONCE,
  ...sessions.ONCE,
  ...identities.ONCE,
  ...documents.ONCE,
  ...accounts.ONCE,
  ...services.ONCE,
  ...trail.ONCE,
];
