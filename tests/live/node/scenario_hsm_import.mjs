// Material that its owner brings into hardware, wrapped with RSA and with SM2: the twin of
// `python/scenario_hsm_import.py`.

import { randomBytes } from 'node:crypto';

import { authority } from './authority.mjs';
import * as localCrypto from './local_crypto.mjs';
import * as local from './local_sm.mjs';
import {
  HOUR, INVALID, ORDINARY, PLAINTEXT, UNFILLED, UNSUPPORTED, data, describe, encrypt, flipped, liesAhead, moment, now,
  state, text, versions,
} from './scenario_common.mjs';
import { HSM } from './scenario_hsm.mjs';
import { BAD_MATERIAL, BAD_TOKEN, OAEP, WRAPPINGS, external } from './scenario_import.mjs';

const ACTION = 'ImportKeyMaterial';
const PARAMETERS = 'GetParametersForImport';
const SM2 = { WrappingKeySpec: 'EC_SM2', WrappingAlgorithm: 'SM2PKE' };
const WAYS = [...WRAPPINGS, 'SM2PKE'];
// Specs with the bytes of their material.
const LENGTHS = {
  Aliyun_SM4: 16, Aliyun_AES_256: 32, Aliyun_AES_192: 24, Aliyun_AES_128: 16, HMAC_SHA_256: 32, HMAC_SM3: 32,
};
// An RSA pair for each call is dear, so not every spec comes in every way.
const EVERY_WAY = ['Aliyun_SM4', 'Aliyun_AES_256'];

function parameters(t, KeyId, way = 'SM2PKE') {
  const wrapping = way === 'SM2PKE' ? SM2 : { WrappingKeySpec: 'RSA_2048', WrappingAlgorithm: way };
  return t.call(PARAMETERS, { KeyId, ...wrapping });
}

/** What ImportKeyMaterial takes. */
function wrapped({ KeyId, PublicKey, ImportToken }, material, way = 'SM2PKE') {
  const publicKey = data(PublicKey);
  const sealed = way === 'SM2PKE'
    ? local.encrypt(authority().openssl, publicKey, material)
    : localCrypto.encrypt(localCrypto.publicKeyOfDer(publicKey), way, material);
  return { KeyId, EncryptedKeyMaterial: text(sealed), ImportToken };
}

async function opened(t, CiphertextBlob) {
  return (await t.call('Decrypt', { CiphertextBlob, EncryptionContext: ORDINARY })).Plaintext;
}

/** The same material again and again: what the first way brought opens what the others bring back. */
async function everyWay(t) {
  for (const [spec, length] of Object.entries(LENGTHS)) {
    const [KeyId, material] = [await external(t, { KeySpec: spec, ...HSM }), randomBytes(length)];
    let first;
    for (const way of EVERY_WAY.includes(spec) ? WAYS : [OAEP, 'SM2PKE']) {
      const [name, start] = [`${spec} into hardware by ${way}`, now()];
      const got = await parameters(t, KeyId, way);
      liesAhead(t, `${name}: TokenExpireTime`, got.TokenExpireTime, start, 24 * HOUR);
      await t.call(ACTION, wrapped(got, material, way));
      const { KeyState, Origin, ProtectionLevel, KeySpec } = await describe(t, KeyId);
      const facts = [KeyState, Origin, ProtectionLevel, KeySpec];
      t.equal(`${name}: DescribeKey`, facts, ['Enabled', 'EXTERNAL', 'HSM', spec]);
      t.equal(`${name}: one version for life`, (await versions(t, KeyId)).length, 1);
      first ??= await used(t, spec, KeyId);
      t.that(`${name}: the same key as before`, await works(t, spec, KeyId, first));
      await t.call('DeleteKeyMaterial', { KeyId });
      t.equal(`${name}: state without material`, await state(t, KeyId), 'PendingImport');
    }
  }
}

async function used(t, Algorithm, KeyId) {
  if (Algorithm.startsWith('HMAC')) {
    return (await t.call('GenerateMac', { KeyId, Algorithm, Message: PLAINTEXT })).Mac;
  }
  return (await encrypt(t, KeyId, PLAINTEXT, ORDINARY)).CiphertextBlob;
}

async function works(t, Algorithm, KeyId, first) {
  if (Algorithm.startsWith('HMAC')) {
    return (await t.call('VerifyMac', { KeyId, Algorithm, Message: PLAINTEXT, Mac: first })).Value === true;
  }
  return (await opened(t, first)) === PLAINTEXT;
}

async function expiry(t) {
  const KeyId = await external(t, { KeySpec: 'Aliyun_SM4', ...HSM });
  const good = wrapped(await parameters(t, KeyId), randomBytes(16));
  const KeyMaterialExpireUnix = Math.floor(now()) + HOUR;
  await t.call(ACTION, { ...good, KeyMaterialExpireUnix });
  const shown = moment((await describe(t, KeyId)).MaterialExpireTime);
  t.equal('into hardware: MaterialExpireTime', shown, KeyMaterialExpireUnix);
  const { CiphertextBlob } = await encrypt(t, KeyId, PLAINTEXT, ORDINARY);
  await t.call('DeleteKeyMaterial', { KeyId });
  const sealed = { CiphertextBlob, EncryptionContext: ORDINARY };
  await t.refused('in hardware, without material nothing opens', UNFILLED, 'Decrypt', sealed);
  const plain = { KeyId, Plaintext: 'x' };
  await t.refused('in hardware, without material nothing is encrypted', UNFILLED, 'Encrypt', plain);
  await t.call(ACTION, { ...good, KeyMaterialExpireUnix: 0 });
  t.equal('into hardware: no expiry', (await describe(t, KeyId)).MaterialExpireTime ?? '', '');
  t.equal('into hardware: an old blob opens again', await opened(t, CiphertextBlob), PLAINTEXT);
}

/** One material in software and in hardware: two keys all the same. */
async function sameMaterialTwice(t) {
  const [material, blobs, primary] = [randomBytes(32), [], []];
  for (const key of [await external(t), await external(t, HSM)]) {
    await t.call(ACTION, wrapped(await parameters(t, key, OAEP), material, OAEP));
    blobs.push(data((await encrypt(t, key, PLAINTEXT, ORDINARY)).CiphertextBlob));
    primary.push((await describe(t, key)).PrimaryKeyVersion);
  }
  for (const [name, foreign] of Object.entries({
    hardware: text(primary[1], blobs[0].subarray(36)), software: text(primary[0], blobs[1].subarray(36)),
  })) {
    const params = { CiphertextBlob: foreign, EncryptionContext: ORDINARY };
    await t.refused(`the other level's blob in ${name}`, INVALID, 'Decrypt', params);
  }
}

async function refusedParameters(t) {
  const [soft, hard] = [await external(t), await external(t, { KeySpec: 'Aliyun_SM4', ...HSM })];
  const [wrong, ours] = [[INVALID, UNSUPPORTED], { KeyId: soft, ...SM2 }];
  await t.refused(`${PARAMETERS} with SM2 for a key in software`, wrong, PARAMETERS, ours);
  for (const [name, change] of Object.entries({
    'SM2 and OAEP': { WrappingAlgorithm: OAEP }, 'RSA and SM2PKE': { WrappingKeySpec: 'RSA_2048' },
    ec_sm2: { WrappingKeySpec: 'ec_sm2' }, SM2: { WrappingKeySpec: 'SM2' },
    sm2pke: { WrappingAlgorithm: 'sm2pke' }, SM2DSA: { WrappingAlgorithm: 'SM2DSA' },
  })) {
    await t.refused(`${PARAMETERS} with ${name}`, INVALID, PARAMETERS, { KeyId: hard, ...SM2, ...change });
  }
}

async function refusedMaterial(t) {
  const [KeyId, material] = [await external(t, { KeySpec: 'Aliyun_SM4', ...HSM }), randomBytes(16)];
  const [got, other] = [await parameters(t, KeyId), await parameters(t, KeyId)];
  t.that('SM2: each answer has its own public key', got.PublicKey !== other.PublicKey);
  t.that('the form of the public key', local.point(data(got.PublicKey)).length === 64);
  const good = wrapped(got, material);
  const sealed = data(good.EncryptedKeyMaterial);
  const byRsa = await parameters(t, KeyId, OAEP);
  for (const [name, params] of Object.entries({
    '15 bytes': wrapped(got, material.subarray(1)), '17 bytes': wrapped(got, randomBytes(17)),
    '32 bytes': wrapped(got, randomBytes(32)), 'not wrapped': { ...good, EncryptedKeyMaterial: text(material) },
    'a flipped bit': { ...good, EncryptedKeyMaterial: text(flipped(sealed)) },
    'a cut': { ...good, EncryptedKeyMaterial: text(sealed.subarray(0, -1)) },
    'the other public key': { ...good, ImportToken: other.ImportToken },
    'RSA where SM2 was named': { ...good, ImportToken: byRsa.ImportToken },
    'SM2 where RSA was named': { ...wrapped(byRsa, material, OAEP), ImportToken: got.ImportToken },
  })) {
    await t.refused(`into hardware, ${name}`, BAD_MATERIAL, ACTION, params);
  }
  const [soft, stranger] = [await external(t), await external(t, { KeySpec: 'Aliyun_SM4', ...HSM })];
  for (const [name, ImportToken] of Object.entries({
    'of another key': (await parameters(t, stranger)).ImportToken,
    'of a key in software': (await parameters(t, soft, OAEP)).ImportToken,
    damaged: text(flipped(data(got.ImportToken), 30)),
  })) {
    await t.refused(`into hardware, token ${name}`, BAD_TOKEN, ACTION, { ...good, ImportToken });
  }
  t.equal('into hardware: none of them was taken', await state(t, KeyId), 'PendingImport');
  const bare = { ...good, EncryptedKeyMaterial: text(local.raw(sealed)) };
  for (const [name, params] of Object.entries({ 'as OpenSSL writes it': good, 'without DER': bare })) {
    await t.call(ACTION, params);
    t.equal(`into hardware, ${name}: state`, await state(t, KeyId), 'Enabled');
  }
  await t.refused('into hardware, other material', BAD_MATERIAL, ACTION, wrapped(got, randomBytes(16)));
  await t.call('DeleteKeyMaterial', { KeyId });
  await t.refused('the rule outlives the material', BAD_MATERIAL, ACTION, wrapped(other, randomBytes(16)));
  await t.call(ACTION, good);
  t.equal('into hardware, the same material', await state(t, KeyId), 'Enabled');
}

export const ONCE = [everyWay, expiry, sameMaterialTwice, refusedParameters, refusedMaterial];
