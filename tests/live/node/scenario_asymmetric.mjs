// Encryption to key pairs: the twin of `python/scenario_asymmetric.py`.

import { randomBytes, randomUUID } from 'node:crypto';

import * as local from './local_crypto.mjs';
import {
  DISABLED, INVALID, LEAVING, MISSING, NO_KEY, NO_VERSION, ORDINARY, PLAINTEXT, UNSUPPORTED, WRONG_KIND, data, flipped,
  names, ofSpec, pair, text, without,
} from './scenario_common.mjs';

// The longest plaintext under RSA_2048, in bytes.
const LONGEST = { RSAES_OAEP_SHA_256: 190, RSAES_OAEP_SHA_1: 214 };
const OPENER = { KeyUsage: 'ENCRYPT/DECRYPT' };
const OAEP = { Algorithm: 'RSAES_OAEP_SHA_256' };
const UTF8 = Buffer.from('this is plaintext, открытый текст\n');

async function encryptionToAPair(t) {
  const key = await pair(t, 'RSA_2048', OPENER);
  const AliasName = `alias/live/${t.tag}-rsa`;
  await t.call('CreateAlias', { KeyId: key.KeyId, AliasName });
  for (const [Algorithm, longest] of Object.entries(LONGEST)) {
    const plaintexts = { text: UTF8, zero: Buffer.alloc(1), longest: randomBytes(longest) };
    for (const [name, plaintext] of Object.entries(plaintexts)) {
      const sealed = await t.call('AsymmetricEncrypt', { Algorithm, Plaintext: text(plaintext), ...key });
      t.equal(`${Algorithm}, ${name}: length`, data(sealed.CiphertextBlob).length, 256);
      const opened = await openOne(t, key, Algorithm, sealed.CiphertextBlob);
      t.equal(`${Algorithm}, ${name}: plaintext`, opened.Plaintext, text(plaintext));
      t.equal(`${Algorithm}, ${name}: names`, [names(sealed), names(opened)], [key, key]);
    }
    const long = { Algorithm, Plaintext: text(Buffer.alloc(longest + 1)), ...key };
    await t.refused(`${Algorithm}, too long`, INVALID, 'AsymmetricEncrypt', long);
  }
  for (const [name, KeyId] of Object.entries({ alias: AliasName, ARN: `${t.arnPrefix}key/${key.KeyId}` })) {
    const named = { ...key, KeyId, ...OAEP };
    const { CiphertextBlob } = await t.call('AsymmetricEncrypt', { Plaintext: text(UTF8), ...named });
    const opened = await t.call('AsymmetricDecrypt', { CiphertextBlob, ...named });
    t.equal(`by ${name}`, [opened.Plaintext, names(opened)], [text(UTF8), key]);
  }
  await t.call('DeleteAlias', { AliasName });
}

async function openOne(t, key, Algorithm, CiphertextBlob) {
  return t.call('AsymmetricDecrypt', { Algorithm, CiphertextBlob, ...key });
}

/** What anybody encrypts to the public key, the service opens. */
async function encryptionByOthers(t) {
  const key = await pair(t, 'RSA_2048', OPENER);
  const got = await t.call('GetPublicKey', key);
  t.equal('GetPublicKey: names', names(got), key);
  t.that('GetPublicKey: armour', got.PublicKey.startsWith('-----BEGIN PUBLIC KEY-----\n'), got.PublicKey);
  t.that('GetPublicKey: last line', got.PublicKey.endsWith('\n-----END PUBLIC KEY-----\n'), got.PublicKey);
  const publicKey = local.publicKey(got.PublicKey);
  for (const [algorithm, longest] of Object.entries(LONGEST)) {
    const plaintext = randomBytes(longest);
    const blob = text(local.encrypt(publicKey, algorithm, plaintext));
    const { Plaintext } = await openOne(t, key, algorithm, blob);
    t.equal(`${algorithm}: what others encrypt`, Plaintext, text(plaintext));
  }
}

async function damagedCiphertexts(t) {
  const key = await pair(t, 'RSA_2048', OPENER);
  const good = { ...OAEP, Plaintext: PLAINTEXT.slice(0, 128), ...key };
  const blob = (await t.call('AsymmetricEncrypt', good)).CiphertextBlob;
  const bytes = data(blob);
  const bad = {
    flipped: text(flipped(bytes, 100)), short: text(bytes.subarray(0, -1)), long: text(bytes, [0]),
    zeros: text(Buffer.alloc(256)), ones: text(Buffer.alloc(256, 0xff)),
    foreign: text(local.encrypt(local.newPair().publicKey, OAEP.Algorithm, UTF8)), 'not base64': '!',
  };
  const action = 'AsymmetricDecrypt';
  for (const [name, CiphertextBlob] of Object.entries(bad)) {
    await t.refused(`ciphertext, ${name}`, INVALID, action, { ...OAEP, CiphertextBlob, ...key });
  }
  const other = { Algorithm: 'RSAES_OAEP_SHA_1', CiphertextBlob: blob, ...key };
  await t.refused('ciphertext under the other hash', INVALID, action, other);
}

async function refusedEncryptions(t) {
  const action = 'AsymmetricEncrypt';
  const key = await pair(t, 'RSA_2048', OPENER);
  const good = { ...OAEP, Plaintext: text(UTF8) };
  for (const Algorithm of ['RSAES_PKCS1_V1_5', 'RSA_PSS_SHA_256', 'rsaes_oaep_sha_256', 'SM2PKE']) {
    await t.refused(`${action} with ${Algorithm}`, INVALID, action, { ...good, Algorithm, ...key });
  }
  for (const name of Object.keys({ ...good, ...key })) {
    await t.refused(`${action} without ${name}`, MISSING, action, without({ ...good, ...key }, name));
  }
  const words = { ...good, Plaintext: 'no base64', ...key };
  await t.refused('plaintext that is not base64', INVALID, action, words);
  const wrong = { unknown: randomUUID(), 'of a symmetric key': t.first.PrimaryKeyVersion };
  for (const [name, KeyVersionId] of Object.entries(wrong)) {
    const named = { KeyId: key.KeyId, KeyVersionId };
    await t.refused(`version, ${name}`, NO_VERSION, action, { ...good, ...named });
    await t.refused(`public key of a version, ${name}`, NO_VERSION, 'GetPublicKey', named);
  }
  const unknown = { ...key, KeyId: randomUUID() };
  await t.refused(`${action}, unknown key`, NO_KEY, action, { ...good, ...unknown });
  await t.refused('GetPublicKey, unknown key', NO_KEY, 'GetPublicKey', unknown);
}

/** Each operation takes the keys it is for, and says so in its own words. */
async function otherKindsOfKeys(t) {
  const symmetric = { KeyId: t.key, KeyVersionId: t.first.PrimaryKeyVersion };
  const signing = await pair(t, 'RSA_2048');
  const encrypting = await pair(t, 'RSA_2048', OPENER);
  const sealed = { ...OAEP, Plaintext: text(UTF8) };
  const opened = { ...OAEP, CiphertextBlob: text(Buffer.alloc(256)) };
  const signed = { Algorithm: 'RSA_PSS_SHA_256', Digest: text(Buffer.alloc(32)) };
  const verified = { ...signed, Value: text(Buffer.alloc(256)) };
  for (const [name, key] of Object.entries({ symmetric, signing })) {
    await t.refused(`AsymmetricEncrypt, ${name} key`, WRONG_KIND, 'AsymmetricEncrypt', { ...sealed, ...key });
    await t.refused(`AsymmetricDecrypt, ${name} key`, WRONG_KIND, 'AsymmetricDecrypt', { ...opened, ...key });
  }
  for (const [name, key] of Object.entries({ symmetric, encrypting })) {
    await t.refused(`AsymmetricSign, ${name} key`, WRONG_KIND, 'AsymmetricSign', { ...signed, ...key });
    await t.refused(`AsymmetricVerify, ${name} key`, WRONG_KIND, 'AsymmetricVerify', { ...verified, ...key });
  }
  await t.refused('GetPublicKey, symmetric key', WRONG_KIND, 'GetPublicKey', symmetric);
  const MAC = await ofSpec(t, 'HMAC_SHA_256');
  for (const [name, { KeyId }] of Object.entries({ signing, encrypting, MAC })) {
    await t.refused(`Encrypt, ${name} key`, UNSUPPORTED, 'Encrypt', { Plaintext: PLAINTEXT, KeyId });
    await t.refused(`GenerateDataKey, ${name} key`, UNSUPPORTED, 'GenerateDataKey', { KeyId });
  }
}

async function pairsInOtherStates(t) {
  const key = await pair(t, 'RSA_2048', OPENER);
  const { KeyId } = key;
  const plain = { ...OAEP, Plaintext: text(UTF8), ...key };
  const { CiphertextBlob } = await t.call('AsymmetricEncrypt', plain);
  const sealed = { ...OAEP, CiphertextBlob, ...key };
  for (const [action, wants, params] of [
    ['DisableKey', DISABLED, {}],
    ['ScheduleKeyDeletion', LEAVING, { PendingWindowInDays: 7 }],
  ]) {
    await t.call(action, { KeyId, ...params });
    await t.refused(`AsymmetricEncrypt after ${action}`, wants, 'AsymmetricEncrypt', plain);
    await t.refused(`AsymmetricDecrypt after ${action}`, wants, 'AsymmetricDecrypt', sealed);
    await t.refused(`GetPublicKey after ${action}`, wants, 'GetPublicKey', key);
    await t.refused(`CreateKeyVersion after ${action}`, wants, 'CreateKeyVersion', { KeyId });
    const source = { ...sourceOf(key), CiphertextBlob, DestinationKeyId: t.key };
    await t.refused(`ReEncrypt after ${action}`, wants, 'ReEncrypt', source);
  }
  await t.call('CancelKeyDeletion', { KeyId });
  t.equal('opens again', (await openOne(t, key, OAEP.Algorithm, CiphertextBlob)).Plaintext, text(UTF8));
}

function sourceOf({ KeyId, KeyVersionId }) {
  return { SourceKeyId: KeyId, SourceKeyVersionId: KeyVersionId, SourceEncryptionAlgorithm: OAEP.Algorithm };
}

async function reencryptingFromAPair(t) {
  const key = await pair(t, 'RSA_2048', OPENER);
  const base = { ...sourceOf(key), DestinationKeyId: t.key };
  let blob;
  // The symmetric operations carry base64 text, so the same Plaintext comes out on both roads.
  for (const [name, plaintext] of Object.entries({ text: UTF8, key: randomBytes(32) })) {
    blob = (await t.call('AsymmetricEncrypt', { ...OAEP, Plaintext: text(plaintext), ...key })).CiphertextBlob;
    const params = { ...base, CiphertextBlob: blob, DestinationEncryptionContext: ORDINARY };
    const moved = await t.call('ReEncrypt', params);
    const want = { KeyId: t.key, KeyVersionId: t.first.PrimaryKeyVersion };
    t.equal(`ReEncrypt of a ${name}: key`, names(moved), want);
    const { CiphertextBlob } = moved;
    const opened = await t.call('Decrypt', { CiphertextBlob, EncryptionContext: ORDINARY });
    t.equal(`ReEncrypt of a ${name}: Plaintext`, opened.Plaintext, text(plaintext));
  }
  const good = { ...base, CiphertextBlob: blob };
  for (const name of ['SourceKeyId', 'SourceKeyVersionId', 'SourceEncryptionAlgorithm']) {
    await t.refused(`ReEncrypt without ${name}`, MISSING, 'ReEncrypt', without(good, name));
  }
  for (const [name, change, wants] of [
    ['damaged', { CiphertextBlob: text(flipped(data(blob))) }, INVALID],
    ['other hash', { SourceEncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }, INVALID],
    ['no such algorithm', { SourceEncryptionAlgorithm: 'RSA_PSS_SHA_256' }, INVALID],
    ['unknown version', { SourceKeyVersionId: randomUUID() }, NO_VERSION],
    ['unknown key', { SourceKeyId: randomUUID() }, NO_KEY],
    ['to a key pair', { DestinationKeyId: key.KeyId }, UNSUPPORTED],
    ['from a signing key', sourceOf(await pair(t, 'RSA_2048')), UNSUPPORTED],
  ]) {
    await t.refused(`ReEncrypt from a pair, ${name}`, wants, 'ReEncrypt', { ...good, ...change });
  }
}

export const SECTIONS = [
  encryptionToAPair, encryptionByOthers, damagedCiphertexts, refusedEncryptions, otherKindsOfKeys, pairsInOtherStates,
  reencryptingFromAPair,
];
