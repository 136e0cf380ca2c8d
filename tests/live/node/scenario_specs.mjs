// What keys can be made of, and what not: the twin of `python/scenario_specs.py`.

import {
  INVALID, PLAINTEXT, UNSUPPORTED, WRONG_ORIGIN, data, describe, ofSpec, versions,
} from './scenario_common.mjs';

export const [CIPHER, SIGNATURE, MAC] = ['ENCRYPT/DECRYPT', 'SIGN/VERIFY', 'GENERATE/VERIFY_MAC'];
export const CIPHERS = ['Aliyun_AES_256', 'Aliyun_AES_192', 'Aliyun_AES_128'];
export const RSA = ['RSA_2048', 'RSA_3072', 'RSA_4096'];
export const CURVES = ['EC_P256', 'EC_P256K', 'EC_P384', 'EC_P521'];
export const MACS = ['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512', 'HMAC_SM3'];
// Specs, the usage of a key whose creator names none, and usages that do not fit.
const SPECS = [
  [CIPHERS, CIPHER, [SIGNATURE, MAC]],
  [RSA, SIGNATURE, [MAC]],
  [CURVES, SIGNATURE, [CIPHER, MAC]],
  [MACS, MAC, [CIPHER, SIGNATURE]],
];

async function everySpec(t) {
  for (const [specs, usage, wrong] of SPECS) {
    for (const spec of specs) await oneSpec(t, spec, usage, wrong);
  }
}

export async function oneSpec(t, spec, usage, wrong, level = 'SOFTWARE') {
  const params = level === 'SOFTWARE' ? {} : { ProtectionLevel: level };
  const [name, key] = [`${spec} in ${level}`, await ofSpec(t, spec, params)];
  const got = await describe(t, key.KeyId);
  const want = {
    KeySpec: spec, KeyUsage: usage, KeyState: 'Enabled', Origin: 'Aliyun_KMS', ProtectionLevel: level,
    AutomaticRotation: 'Disabled',
  };
  for (const [action, metadata] of Object.entries({ CreateKey: key, DescribeKey: got })) {
    const shown = Object.fromEntries(Object.keys(want).map((field) => [field, metadata[field]]));
    t.equal(`${name}: ${action}`, shown, want);
  }
  const found = await versions(t, key.KeyId);
  t.equal(`${name}: versions`, found.length, 1);
  // Callers of key pairs must name a version, so there is no primary one.
  const primary = usage === SIGNATURE ? '' : found[0].KeyVersionId;
  t.equal(`${name}: primary version`, got.PrimaryKeyVersion ?? '', primary);
  for (const KeyUsage of wrong) {
    await t.refused(`${name} for ${KeyUsage}`, INVALID, 'CreateKey', { KeySpec: spec, KeyUsage, ...params });
  }
}

async function everyCipher(t) {
  for (const spec of CIPHERS) await oneCipher(t, spec);
}

export async function oneCipher(t, spec, params = {}) {
  const [{ KeyId }, name] = [await ofSpec(t, spec, params), [spec, ...Object.values(params)].join(' ')];
  const context = { EncryptionContext: { spec } };
  const { CiphertextBlob } = await t.call('Encrypt', { KeyId, Plaintext: PLAINTEXT, ...context });
  const opened = await t.call('Decrypt', { CiphertextBlob, ...context });
  t.equal(`${name}: plaintext`, [opened.KeyId, opened.Plaintext], [KeyId, PLAINTEXT]);
  await t.refused(`${name}: wrong context`, INVALID, 'Decrypt', { CiphertextBlob });
  // The length of a data key has nothing to do with the key that encrypts it.
  t.equal(`${name}: data key`, data((await t.call('GenerateDataKey', { KeyId })).Plaintext).length, 32);
}

async function refusedSpecs(t) {
  const refused = [UNSUPPORTED, INVALID];
  for (const KeySpec of ['Aliyun_SM4', 'EC_SM2']) {
    await t.refused(`${KeySpec}, no level named`, refused, 'CreateKey', { KeySpec });
    await t.refused(`${KeySpec} in software`, refused, 'CreateKey', { KeySpec, ProtectionLevel: 'SOFTWARE' });
  }
  for (const KeySpec of ['AES_256', 'aliyun_aes_256', 'RSA_1024', 'EC_P224', 'ED25519']) {
    await t.refused(`spec ${KeySpec}`, INVALID, 'CreateKey', { KeySpec });
  }
  await t.refused('usage that does not exist', INVALID, 'CreateKey', { KeyUsage: 'ENCRYPT' });
  for (const ProtectionLevel of ['software', 'hsm', 'Hsm', 'HSM ', 'HARDWARE']) {
    await t.refused(`protection '${ProtectionLevel}'`, INVALID, 'CreateKey', { ProtectionLevel });
  }
  const nowhere = [403, 'Forbidden.DKMSInstanceNotFound'];
  const instance = { DKMSInstanceId: 'kst-hzz62ee817bvyyr5x****' };
  await t.refused('an instance that is not here', nowhere, 'CreateKey', instance);
  for (const KeySpec of ['RSA_2048', 'EC_P256']) {
    await t.refused(`${KeySpec} from outside`, WRONG_ORIGIN, 'CreateKey', { KeySpec, Origin: 'EXTERNAL' });
  }
}

export const SECTIONS = [everySpec, everyCipher, refusedSpecs];
