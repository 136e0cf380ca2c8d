// Material that its owner brings: the twin of `python/scenario_import.py`.

import { randomBytes, randomUUID } from 'node:crypto';

import * as local from './local_crypto.mjs';
import {
  DAY, DISABLED, HOUR, INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, NO_MOVE, ORDINARY, PLAINTEXT, UNFILLED,
  UNSUPPORTED, WRONG_ORIGIN, data, describe, encrypt, flipped, liesAhead, made, moment, now, state, text,
  versions, without,
} from './scenario_common.mjs';

export const OAEP = 'RSAES_OAEP_SHA_256';
export const WRAPPINGS = ['RSAES_PKCS1_V1_5', 'RSAES_OAEP_SHA_1', OAEP];
export const BAD_TOKEN = [400, 'InvalidImportToken'];
export const BAD_MATERIAL = [400, 'InvalidKeyMaterial'];

export async function external(t, params = {}) {
  return (await made(t, { Origin: 'EXTERNAL', ...params })).KeyId;
}

async function parameters(t, KeyId, WrappingAlgorithm = OAEP) {
  return t.call('GetParametersForImport', { KeyId, WrappingKeySpec: 'RSA_2048', WrappingAlgorithm });
}

/** What ImportKeyMaterial takes: material under the public key of an answer, and its token. */
function wrapped({ KeyId, PublicKey, ImportToken }, material, algorithm = OAEP) {
  const publicKey = local.publicKeyOfDer(data(PublicKey));
  return { KeyId, EncryptedKeyMaterial: text(local.encrypt(publicKey, algorithm, material)), ImportToken };
}

async function bring(t, key, material, { algorithm = OAEP, ...more } = {}) {
  const params = wrapped(await parameters(t, key, algorithm), material, algorithm);
  await t.call('ImportKeyMaterial', { ...params, ...more });
}

/** The flow of the user guide's Java and Go samples. */
async function guide(t) {
  const KeyId = await external(t, { Description: 'External key' });
  const material = randomBytes(32);
  const start = now();
  const got = await parameters(t, KeyId);
  t.equal('GetParametersForImport: key', got.KeyId, KeyId);
  liesAhead(t, 'GetParametersForImport: TokenExpireTime', got.TokenExpireTime, start, 24 * HOUR);
  const { modulusLength, publicExponent } = local.publicKeyOfDer(data(got.PublicKey)).asymmetricKeyDetails;
  t.equal('GetParametersForImport: public key', [modulusLength, Number(publicExponent)], [2048, 65537]);
  const KeyMaterialExpireUnix = Math.floor(now()) + 10 * 365 * DAY;
  await t.call('ImportKeyMaterial', { ...wrapped(got, material), KeyMaterialExpireUnix });
  const filled = await describe(t, KeyId);
  t.equal('state after ImportKeyMaterial', [filled.KeyState, filled.Origin], ['Enabled', 'EXTERNAL']);
  t.equal('MaterialExpireTime', moment(filled.MaterialExpireTime), KeyMaterialExpireUnix);
  const sealed = await encrypt(t, KeyId, PLAINTEXT, ORDINARY);
  const { CiphertextBlob } = sealed;
  t.equal('imported material encrypts', sealed.KeyVersionId, filled.PrimaryKeyVersion);
  t.equal('imported material decrypts', await opened(t, CiphertextBlob), PLAINTEXT);
  await t.call('DeleteKeyMaterial', { KeyId });
  const empty = await describe(t, KeyId);
  const shown = [empty.KeyState, empty.MaterialExpireTime ?? '', empty.PrimaryKeyVersion ?? ''];
  t.equal('after DeleteKeyMaterial', shown, ['PendingImport', '', '']);
  const params = { CiphertextBlob, EncryptionContext: ORDINARY };
  await t.refused('without material nothing opens', UNFILLED, 'Decrypt', params);
  for (const algorithm of WRAPPINGS) {
    await bring(t, KeyId, material, { algorithm, KeyMaterialExpireUnix: 0 });
    t.equal(`${algorithm}: old blob opens again`, await opened(t, CiphertextBlob), PLAINTEXT);
    t.equal(`${algorithm}: no expiry`, (await describe(t, KeyId)).MaterialExpireTime ?? '', '');
    t.equal(`${algorithm}: one version for life`, (await versions(t, KeyId)).length, 1);
    await t.call('DeleteKeyMaterial', { KeyId });
  }
}

async function opened(t, CiphertextBlob) {
  return (await t.call('Decrypt', { CiphertextBlob, EncryptionContext: ORDINARY })).Plaintext;
}

async function withoutMaterial(t) {
  const KeyId = await external(t);
  t.equal('an external key waits for its material', await state(t, KeyId), 'PendingImport');
  for (const [action, wants, params] of [
    ['Encrypt', UNFILLED, { Plaintext: PLAINTEXT }],
    ['GenerateDataKey', UNFILLED, {}],
    ['EnableKey', NO_MOVE, {}],
    ['DisableKey', NO_MOVE, {}],
    ['CancelKeyDeletion', NO_MOVE, {}],
    ['UpdateRotationPolicy', UNFILLED, { EnableAutomaticRotation: true, RotationInterval: '7d' }],
    ['CreateKeyVersion', UNFILLED, {}],
  ]) {
    await t.refused(`${action} without material`, wants, action, { KeyId, ...params });
  }
  await t.call('UpdateKeyDescription', { KeyId, Description: 'still empty' });
  await t.call('DeleteKeyMaterial', { KeyId });
  await t.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  const late = wrapped(await parameters(t, KeyId), Buffer.alloc(32));
  await t.refused('import before the end', NO_MOVE, 'ImportKeyMaterial', late);
  await t.call('DeleteKeyMaterial', { KeyId });
  t.equal('DeleteKeyMaterial leaves the state', await state(t, KeyId), 'PendingDeletion');
  await t.call('CancelKeyDeletion', { KeyId });
  t.equal('taken back without material', await state(t, KeyId), 'PendingImport');
}

/** One key through all its states with material, and another with the same material. */
async function materialAndStates(t) {
  const [KeyId, twin, material] = [await external(t), await external(t), randomBytes(32)];
  for (const ref of [KeyId, twin]) await bring(t, ref, material);
  const { CiphertextBlob } = await encrypt(t, KeyId, PLAINTEXT, ORDINARY);
  const version = Buffer.from((await describe(t, twin)).PrimaryKeyVersion);
  const foreign = text(version, data(CiphertextBlob).subarray(36));
  const action = 'Decrypt';
  const params = { CiphertextBlob, EncryptionContext: ORDINARY };
  await t.refused('the same material is another key', INVALID, action, { ...params, CiphertextBlob: foreign });
  await t.call('DisableKey', { KeyId });
  await bring(t, KeyId, material, { KeyMaterialExpireUnix: Math.floor(now()) + HOUR });
  t.equal('import leaves a disabled key so', await state(t, KeyId), 'Disabled');
  await t.refused('disabled after import', DISABLED, action, params);
  await t.call('DeleteKeyMaterial', { KeyId });
  t.equal('a disabled key without material', await state(t, KeyId), 'PendingImport');
  await bring(t, KeyId, material);
  await t.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await t.refused('leaving', LEAVING, action, params);
  await t.call('CancelKeyDeletion', { KeyId });
  const back = [await state(t, KeyId), await opened(t, CiphertextBlob)];
  t.equal('taken back with material', back, ['Enabled', PLAINTEXT]);
}

async function refusedMaterial(t) {
  const [KeyId, action, material] = [await external(t), 'ImportKeyMaterial', randomBytes(32)];
  const [got, other] = [await parameters(t, KeyId), await parameters(t, KeyId)];
  t.that('each answer has its own public key', got.PublicKey !== other.PublicKey);
  t.that('each answer has its own token', got.ImportToken !== other.ImportToken);
  const good = wrapped(got, material);
  const wrong = {
    nothing: wrapped(got, Buffer.alloc(0)),
    '16 bytes': wrapped(got, material.subarray(16)),
    '31 bytes': wrapped(got, material.subarray(1)),
    '33 bytes': wrapped(got, Buffer.concat([material, Buffer.alloc(1)])),
    'the other public key': { ...good, ImportToken: other.ImportToken },
    'another algorithm': wrapped(got, material, 'RSAES_PKCS1_V1_5'),
    'the other hash': wrapped(got, material, 'RSAES_OAEP_SHA_1'),
    'a flipped bit': { ...good, EncryptedKeyMaterial: text(flipped(data(good.EncryptedKeyMaterial))) },
    'not wrapped': { ...good, EncryptedKeyMaterial: text(material) },
  };
  for (const [name, params] of Object.entries(wrong)) {
    await t.refused(`material, ${name}`, BAD_MATERIAL, action, params);
  }
  const bytes = data(got.ImportToken);
  const damaged = text(flipped(bytes, Math.floor(bytes.length / 2)));
  const stranger = (await parameters(t, await external(t))).ImportToken;
  const tokens = { damaged, 'of another key': stranger, 'not base64': 'token' };
  for (const [name, ImportToken] of Object.entries(tokens)) {
    await t.refused(`token, ${name}`, BAD_TOKEN, action, { ...good, ImportToken });
  }
  await t.refused('material that is not base64', INVALID, action, { ...good, EncryptedKeyMaterial: '!' });
  const expiries = { 'just over': Math.floor(now()) - 1, 'long ago': 1546272000 };
  for (const [name, KeyMaterialExpireUnix] of Object.entries(expiries)) {
    await t.refused(`expiry that is ${name}`, INVALID, action, { ...good, KeyMaterialExpireUnix });
  }
  for (const name of Object.keys(good)) {
    await t.refused(`${action} without ${name}`, MISSING, action, without(good, name));
  }
  t.equal('none of them was taken', await state(t, KeyId), 'PendingImport');
  for (const attempt of ['first', 'second']) { // a token may be used more than once
    await t.call(action, good);
    t.equal(`state after the ${attempt} import`, await state(t, KeyId), 'Enabled');
  }
  await t.refused('other material than the first', BAD_MATERIAL, action, wrapped(got, randomBytes(32)));
  await t.call('DeleteKeyMaterial', { KeyId });
  await t.refused('the rule outlives the material', BAD_MATERIAL, action, wrapped(other, randomBytes(32)));
  t.equal('other material is not taken', await state(t, KeyId), 'PendingImport');
}

async function refusedParameters(t) {
  const [KeyId, action] = [await external(t), 'GetParametersForImport'];
  const good = { KeyId, WrappingKeySpec: 'RSA_2048', WrappingAlgorithm: OAEP };
  for (const name of Object.keys(good)) {
    await t.refused(`${action} without ${name}`, MISSING, action, without(good, name));
  }
  for (const [name, value] of [
    ['WrappingAlgorithm', 'RSAES_OAEP_SHA_512'], ['WrappingAlgorithm', 'SM2PKE'], ['WrappingKeySpec', 'RSA_4096'],
    ['WrappingKeySpec', 'AES_256'],
  ]) {
    await t.refused(`${action} with ${name}=${value}`, INVALID, action, { ...good, [name]: value });
  }
  const sm2 = { KeyId, WrappingKeySpec: 'EC_SM2', WrappingAlgorithm: 'SM2PKE' };
  await t.refused(`${action} with SM2`, [INVALID, UNSUPPORTED], action, sm2);
  await t.refused(`${action}, unknown key`, NO_KEY, action, { ...good, KeyId: randomUUID() });
  await t.refused(`${action} by alias`, NO_ALIAS_HERE, action, { ...good, KeyId: `alias/live/${t.tag}` });
  await t.refused(`${action}, material of the service`, WRONG_ORIGIN, action, { ...good, KeyId: t.key });
  const mine = { ...wrapped(await parameters(t, KeyId), Buffer.alloc(32)), KeyId: t.key };
  await t.refused('ImportKeyMaterial, material of the service', WRONG_ORIGIN, 'ImportKeyMaterial', mine);
  const ours = { KeyId: t.key };
  await t.refused('DeleteKeyMaterial, material of the service', WRONG_ORIGIN, 'DeleteKeyMaterial', ours);
}

export const SECTIONS = [guide, withoutMaterial, materialAndStates, refusedMaterial, refusedParameters];
