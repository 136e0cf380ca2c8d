// Keys in hardware: what is made there, and how it works together with what is made in software. Twin of
// `python/scenario_hsm.py`.

import { randomUUID } from 'node:crypto';

import { authority } from './authority.mjs';
import {
  DAY, DISABLED, INVALID, LEAVING, ORDINARY, PLAINTEXT, UNICODE, UNSUPPORTED, WRONG_KIND, WRONG_ORIGIN, data, describe,
  encrypt, flipped, made, names, ofSpec, pair, text, versions,
} from './scenario_common.mjs';
import { allKeys } from './scenario_keys.mjs';
import { LENGTHS, codeAndCheck } from './scenario_macs.mjs';
import { planShows } from './scenario_rotation.mjs';
import { ALGORITHMS, signAndVerify } from './scenario_signatures.mjs';
import { CIPHER, CIPHERS, CURVES, MAC, MACS, RSA, SIGNATURE, oneCipher, oneSpec } from './scenario_specs.mjs';

export const HSM = { ProtectionLevel: 'HSM' };
const SM4 = 'Aliyun_SM4';
// Specs, the usage of a key whose creator names none, and usages that do not fit.
const SPECS = [
  [[...CIPHERS, SM4], CIPHER, [SIGNATURE, MAC]],
  [[...RSA, 'EC_SM2'], SIGNATURE, [MAC]],
  [CURVES, SIGNATURE, [CIPHER, MAC]],
  [MACS, MAC, [CIPHER, SIGNATURE]],
];

/** What every scheme must carry: data goes from a key in software to one in hardware, and back. */
async function betweenLevels(t) {
  await moveAndBack(t, 'Aliyun_AES_256');
}

async function chineseCipher(t) {
  await moveAndBack(t, SM4);
}

async function moveAndBack(t, spec) {
  const { KeyId, PrimaryKeyVersion } = await ofSpec(t, spec, HSM);
  const here = { KeyId, KeyVersionId: PrimaryKeyVersion };
  const sealed = await encrypt(t, KeyId, PLAINTEXT, UNICODE);
  t.equal(`${spec} in hardware: Encrypt names key and version`, names(sealed), here);
  const back = await t.call('Decrypt', { CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: UNICODE });
  t.equal(`${spec} in hardware: Decrypt`, [names(back), back.Plaintext], [here, PLAINTEXT]);
  let { CiphertextBlob } = await encrypt(t, t.key, PLAINTEXT, ORDINARY);
  for (const [name, SourceEncryptionContext, DestinationKeyId] of [
    ['from software', ORDINARY, KeyId], ['to another context', UNICODE, KeyId], ['back to software', UNICODE, t.key],
  ]) {
    const params = { CiphertextBlob, SourceEncryptionContext, DestinationKeyId };
    const moved = await t.call('ReEncrypt', { ...params, DestinationEncryptionContext: UNICODE });
    CiphertextBlob = moved.CiphertextBlob;
    const opened = await t.call('Decrypt', { CiphertextBlob, EncryptionContext: UNICODE });
    const got = [moved.KeyId, opened.KeyId, opened.Plaintext];
    t.equal(`${spec}, ReEncrypt ${name}`, got, [DestinationKeyId, DestinationKeyId, PLAINTEXT]);
  }
  const gone = { CiphertextBlob, EncryptionContext: ORDINARY };
  await t.refused(`${spec}: the first context is gone`, INVALID, 'Decrypt', gone);
  await dataKeys(t, spec, KeyId);
}

async function dataKeys(t, spec, KeyId) {
  for (const [params, size] of [[{}, 32], [{ KeySpec: 'AES_128' }, 16], [{ NumberOfBytes: 1024 }, 1024]]) {
    const fresh = await t.call('GenerateDataKey', { KeyId, EncryptionContext: ORDINARY, ...params });
    const { CiphertextBlob } = fresh;
    t.equal(`${spec}: data key of ${size} bytes`, data(fresh.Plaintext).length, size);
    const source = { CiphertextBlob, SourceEncryptionContext: ORDINARY };
    const moved = await t.call('ReEncrypt', { DestinationKeyId: t.key, ...source });
    for (const [name, opening] of [
      ['opens', { CiphertextBlob, EncryptionContext: ORDINARY }],
      ['opens in software', { CiphertextBlob: moved.CiphertextBlob }],
    ]) {
      const { Plaintext } = await t.call('Decrypt', opening);
      t.equal(`${spec}: data key of ${size} bytes ${name}`, Plaintext, fresh.Plaintext);
    }
  }
  const alone = await t.call('GenerateDataKeyWithoutPlaintext', { KeyId, NumberOfBytes: 24 });
  t.that(`${spec}: no plaintext of a data key`, !('Plaintext' in alone));
  const opened = await t.call('Decrypt', { CiphertextBlob: alone.CiphertextBlob });
  t.equal(`${spec}: sealed data key opens later`, data(opened.Plaintext).length, 24);
}

async function everySpec(t) {
  for (const [specs, usage, wrong] of SPECS) {
    for (const spec of specs) await oneSpec(t, spec, usage, wrong, 'HSM');
  }
  t.equal('hardware, no spec named', (await made(t, HSM)).KeySpec, 'Aliyun_AES_256');
}

async function everyCipher(t) {
  for (const spec of [...CIPHERS, SM4]) await oneCipher(t, spec, HSM);
}

async function everySignature(t) {
  for (const [spec, algorithms] of Object.entries(ALGORITHMS)) {
    for (const algorithm of algorithms) await signAndVerify(t, spec, algorithm, HSM);
  }
}

async function everyCode(t) {
  for (const algorithm of Object.keys(LENGTHS)) await codeAndCheck(t, algorithm, HSM);
}

async function encryptionToAPair(t) {
  const plaintext = Buffer.from('to hardware');
  for (const spec of RSA) {
    const key = await pair(t, spec, { KeyUsage: CIPHER, ...HSM });
    for (const Algorithm of ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1']) {
      const sealed = await t.call('AsymmetricEncrypt', { Algorithm, Plaintext: text(plaintext), ...key });
      const { CiphertextBlob } = sealed;
      const opened = await t.call('AsymmetricDecrypt', { Algorithm, CiphertextBlob, ...key });
      t.equal(`${spec} in hardware, ${Algorithm}`, opened.Plaintext, text(plaintext));
      const damaged = { Algorithm, CiphertextBlob: text(flipped(data(CiphertextBlob))), ...key };
      await t.refused(`${spec} in hardware, ${Algorithm}, damaged`, INVALID, 'AsymmetricDecrypt', damaged);
    }
  }
}

async function levelsInLists(t) {
  const keys = [t.key, (await ofSpec(t, 'Aliyun_AES_256', HSM)).KeyId, (await ofSpec(t, SM4, HSM)).KeyId];
  for (const [name, want, ...filters] of [
    ['HSM', [false, true, true], ['ProtectionLevel', ['HSM']]],
    ['SOFTWARE', [true, false, false], ['ProtectionLevel', ['SOFTWARE']]],
    ['both levels', [true, true, true], ['ProtectionLevel', ['SOFTWARE', 'HSM']]],
    ['HSM and AES', [false, true, false], ['ProtectionLevel', ['HSM']], ['KeySpec', ['Aliyun_AES_256']]],
    ['SM4', [false, false, true], ['KeySpec', [SM4]]],
    ['SM4 in software', [false, false, false], ['ProtectionLevel', ['SOFTWARE']], ['KeySpec', [SM4]]],
    ['a level in another case', [false, false, false], ['ProtectionLevel', ['hsm']]],
  ]) {
    const found = await allKeys(t, filters.map(([Key, Values]) => ({ Key, Values })));
    t.equal(`ListKeys, ${name}`, keys.map((key) => found.has(key)), want);
  }
  for (const level of ['SOFTWARE', 'HSM']) {
    const found = await allKeys(t, [{ Key: 'ProtectionLevel', Values: [level] }]);
    const shown = new Set();
    for (const key of keys.filter((key) => found.has(key))) shown.add((await describe(t, key)).ProtectionLevel);
    t.equal(`DescribeKey of what ListKeys gives for ${level}`, [...shown], [level]);
  }
}

async function tampering(t) {
  for (const spec of ['Aliyun_AES_256', SM4]) {
    const [key, other] = [await ofSpec(t, spec, HSM), await made(t, { KeySpec: spec, ...HSM })];
    const blob = data((await encrypt(t, key.KeyId, PLAINTEXT, ORDINARY)).CiphertextBlob);
    const again = data((await encrypt(t, key.KeyId, PLAINTEXT, ORDINARY)).CiphertextBlob);
    t.that(`${spec}: equal plaintexts have different blobs`, !blob.subarray(37).equals(again.subarray(37)));
    const under = (version) => Buffer.concat([Buffer.from(version), blob.subarray(36)]);
    for (const [name, wrong] of Object.entries({
      'a bit flipped in the format': flipped(blob, 36), 'a bit flipped in the nonce': flipped(blob, 40),
      'a bit flipped in the ciphertext': flipped(blob, blob.length - 40), 'a bit flipped in the tag': flipped(blob),
      'cut by a byte': blob.subarray(0, -1), 'longer by a byte': Buffer.concat([blob, Buffer.alloc(1)]),
      'under the version of another key': under(other.PrimaryKeyVersion),
      'under the version of a key in software': under(t.first.PrimaryKeyVersion),
    })) {
      const params = { CiphertextBlob: text(wrong), EncryptionContext: ORDINARY };
      await t.refused(`${spec} in hardware, ${name}`, INVALID, 'Decrypt', params);
    }
  }
}

async function states(t) {
  const { KeyId } = await made(t, { KeySpec: SM4, ...HSM });
  const { CiphertextBlob } = await encrypt(t, KeyId, PLAINTEXT);
  for (const [action, wants, params] of [
    ['DisableKey', DISABLED, {}],
    ['ScheduleKeyDeletion', LEAVING, { PendingWindowInDays: 7 }],
  ]) {
    await t.call(action, { KeyId, ...params });
    const moving = { CiphertextBlob, DestinationKeyId: t.key };
    await t.refused(`in hardware, Encrypt after ${action}`, wants, 'Encrypt', { KeyId, Plaintext: PLAINTEXT });
    await t.refused(`in hardware, Decrypt after ${action}`, wants, 'Decrypt', { CiphertextBlob });
    await t.refused(`in hardware, ReEncrypt after ${action}`, wants, 'ReEncrypt', moving);
  }
  await t.call('CancelKeyDeletion', { KeyId });
  const { Plaintext } = await t.call('Decrypt', { CiphertextBlob });
  t.equal('in hardware, an old blob opens again', Plaintext, PLAINTEXT);
}

async function rotation(t) {
  const [action, plan] = ['UpdateRotationPolicy', { EnableAutomaticRotation: true, RotationInterval: '7d' }];
  for (const KeySpec of ['Aliyun_AES_256', SM4]) {
    const key = await made(t, { KeySpec, ...HSM, ...plan });
    const { KeyId } = key;
    planShows(t, `${KeySpec} in hardware, CreateKey`, key, 'Enabled', 7 * DAY);
    await t.call(action, { KeyId, EnableAutomaticRotation: true, RotationInterval: '30d' });
    planShows(t, `${KeySpec} in hardware, 30 days`, await describe(t, KeyId), 'Enabled', 30 * DAY);
    await t.call(action, { KeyId, EnableAutomaticRotation: false });
    planShows(t, `${KeySpec} in hardware, off`, await describe(t, KeyId), 'Disabled');
    await t.refused(`CreateKeyVersion of ${KeySpec}`, WRONG_KIND, 'CreateKeyVersion', { KeyId });
  }
  const pairOfKeys = { KeySpec: 'EC_SM2', ...HSM, ...plan };
  await t.refused('rotation of SM2 from the start', [UNSUPPORTED, WRONG_KIND], 'CreateKey', pairOfKeys);
  for (const spec of ['EC_SM2', 'RSA_2048']) {
    const { KeyId } = await ofSpec(t, spec, HSM);
    await t.refused(`rotation of ${spec} in hardware`, WRONG_KIND, action, { KeyId, ...plan });
    // SOURCE: CreateKeyVersion: at least seven days between two versions.
    await t.refused(`another version of ${spec} at once`, WRONG_KIND, 'CreateKeyVersion', { KeyId });
    t.equal(`${spec} in hardware: still one version`, (await versions(t, KeyId)).length, 1);
  }
}

async function signingRequests(t) {
  const { openssl } = authority();
  for (const [spec, level] of [['EC_P256', {}], ['EC_P384', HSM], ['RSA_2048', HSM]]) {
    const [name, key] = [[spec, ...Object.values(level)].join(' '), await pair(t, spec, level)];
    const asked = { Subject: 'CN=hard.example,O=Live', SubjectAlternativeNames: ['hard.example'] };
    const answer = await t.call('CreateCsr', { ...asked, ...key });
    t.equal(`${name}: whose signing request`, names(answer), key);
    openssl.write('hard.csr', answer.Csr);
    const shown = openssl.run('openssl req -in hard.csr -verify -noout -text -nameopt RFC2253 2>&1');
    t.that(`${name}: OpenSSL verifies the signing request`, shown.includes('verify OK'), shown);
    t.that(`${name}: subject of the request`, shown.includes('Subject: CN=hard.example,O=Live\n'), shown);
    t.that(`${name}: name in the request`, shown.includes('DNS:hard.example'), shown);
    const publicKey = openssl.run('openssl req -in hard.csr -noout -pubkey');
    t.equal(`${name}: key of the request`, publicKey, (await t.call('GetPublicKey', key)).PublicKey);
  }
}

/** Each operation takes the keys that it is for, and each key the algorithms that it is for. */
async function refusedUses(t) {
  for (const KeySpec of ['RSA_2048', 'EC_P256', 'EC_SM2']) {
    const params = { KeySpec, Origin: 'EXTERNAL', ...HSM };
    await t.refused(`${KeySpec} in hardware, from outside`, WRONG_ORIGIN, 'CreateKey', params);
  }
  const { KeyId, PrimaryKeyVersion } = await ofSpec(t, SM4, HSM);
  const named = { KeyId, KeyVersionId: PrimaryKeyVersion };
  const signed = { Algorithm: 'SM2DSA', Digest: text(Buffer.alloc(32)) };
  await t.refused('AsymmetricSign by SM4', WRONG_KIND, 'AsymmetricSign', { ...signed, ...named });
  const sealed = { Algorithm: 'SM2PKE', Plaintext: text(Buffer.from('x')) };
  await t.refused('AsymmetricEncrypt to SM4', WRONG_KIND, 'AsymmetricEncrypt', { ...sealed, ...named });
  await t.refused('GetPublicKey of SM4', WRONG_KIND, 'GetPublicKey', named);
  const coded = { KeyId, Algorithm: 'HMAC_SM3', Message: text(Buffer.from('m')) };
  await t.refused('GenerateMac by SM4', WRONG_KIND, 'GenerateMac', coded);
  const curve = await pair(t, 'EC_P256', HSM);
  await t.refused('SM2DSA by P-256', INVALID, 'AsymmetricSign', { ...signed, ...curve });
  const rsa = await pair(t, 'RSA_2048', { KeyUsage: CIPHER, ...HSM });
  await t.refused('SM2PKE to RSA', INVALID, 'AsymmetricEncrypt', { ...sealed, ...rsa });
  const DKMSInstanceId = `kst-${randomUUID().slice(0, 8)}`;
  const nowhere = [403, 'Forbidden.DKMSInstanceNotFound'];
  await t.refused('an instance', nowhere, 'CreateKey', { DKMSInstanceId, ...HSM });
}

export const SECTIONS = [betweenLevels];
export const ONCE = [
  everySpec, everyCipher, chineseCipher, everySignature, everyCode, encryptionToAPair, levelsInLists, tampering, states,
  rotation, signingRequests, refusedUses,
];
