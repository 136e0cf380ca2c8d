// Signatures, judged by a library that has only the public key: the twin of `python/scenario_signatures.py`.

import * as local from './local_crypto.mjs';
import {
  DISABLED, INVALID, LEAVING, MISSING, NO_VERSION, data, flipped, names, pair, text, without,
} from './scenario_common.mjs';

const MESSAGE = Buffer.from('this is message\n');
const RSA = ['RSA_PSS_SHA_256', 'RSA_PKCS1_SHA_256'];
// The vendor signs with SHA-256 alone; the longer hashes are ours.
export const ALGORITHMS = {
  RSA_2048: [...RSA, 'RSA_PSS_SHA_384', 'RSA_PSS_SHA_512', 'RSA_PKCS1_SHA_384', 'RSA_PKCS1_SHA_512'],
  RSA_3072: RSA,
  RSA_4096: RSA,
  EC_P256: ['ECDSA_SHA_256'],
  EC_P256K: ['ECDSA_SHA_256'],
  EC_P384: ['ECDSA_SHA_256', 'ECDSA_SHA_384'],
  EC_P521: ['ECDSA_SHA_256', 'ECDSA_SHA_512'],
};

async function signing(t) {
  for (const [spec, algorithms] of Object.entries({ RSA_2048: RSA, EC_P256: ['ECDSA_SHA_256'] })) {
    for (const algorithm of algorithms) await signAndVerify(t, spec, algorithm);
  }
}

async function everySignature(t) {
  for (const [spec, algorithms] of Object.entries(ALGORITHMS)) {
    for (const algorithm of algorithms) await signAndVerify(t, spec, algorithm);
  }
}

export async function signAndVerify(t, spec, Algorithm, level = {}) {
  const [key, name] = [await pair(t, spec, level), [spec, ...Object.values(level), Algorithm].join(', ')];
  const digest = local.digest(Algorithm, MESSAGE);
  const signed = await t.call('AsymmetricSign', { Algorithm, Digest: text(digest), ...key });
  t.equal(`${name}: names`, names(signed), key);
  const value = data(signed.Value);
  const publicKey = local.publicKey((await t.call('GetPublicKey', key)).PublicKey);
  t.that(`${name}: others verify it`, local.verify(publicKey, Algorithm, MESSAGE, value));
  for (const [shape, wants, Digest, Value] of [
    ['the signature', true, text(digest), text(value)],
    ['another digest', false, text(flipped(digest)), text(value)],
    ['a changed signature', false, text(digest), text(flipped(value))],
    ['a short signature', false, text(digest), text(value.subarray(0, -1))],
    ['a long signature', false, text(digest), text(value, [0])],
    ['no signature at all', false, text(digest), text([0])],
  ]) {
    const got = await t.call('AsymmetricVerify', { Algorithm, Digest, Value, ...key });
    t.equal(`${name}: ${shape}`, got.Value, wants);
    t.equal(`${name}: ${shape}, names`, names(got), key);
  }
}

async function refusedSignatures(t) {
  const key = await pair(t, 'RSA_2048');
  const good = { Algorithm: 'RSA_PSS_SHA_256', Digest: text(Buffer.alloc(32)) };
  const verified = { ...good, Value: text(Buffer.alloc(256)) };
  for (const [action, params] of Object.entries({ AsymmetricSign: good, AsymmetricVerify: verified })) {
    for (const Algorithm of ['ECDSA_SHA_256', 'SM2DSA', 'RSAES_OAEP_SHA_256', 'RSA_PSS_SHA_1', 'rsa_pss_sha_256']) {
      await t.refused(`${action} with ${Algorithm}`, INVALID, action, { ...params, Algorithm, ...key });
    }
    for (const length of [1, 20, 31, 33, 48, 64]) {
      const wrong = { ...params, Digest: text(Buffer.alloc(length)), ...key };
      await t.refused(`${action} of ${length} bytes`, INVALID, action, wrong);
    }
    await t.refused(`${action} of no base64`, INVALID, action, { ...params, Digest: '!', ...key });
    for (const name of Object.keys({ ...params, ...key })) {
      await t.refused(`${action} without ${name}`, MISSING, action, without({ ...params, ...key }, name));
    }
    const { KeyVersionId } = await pair(t, 'EC_P256');
    const other = { ...params, KeyId: key.KeyId, KeyVersionId };
    await t.refused(`${action} with a version of another key`, NO_VERSION, action, other);
  }
  await t.refused('RSA with a curve', INVALID, 'AsymmetricSign', { ...good, ...(await pair(t, 'EC_P256')) });
}

async function signersInOtherStates(t) {
  const key = await pair(t, 'EC_P256');
  const { KeyId } = key;
  const good = { Algorithm: 'ECDSA_SHA_256', Digest: text(Buffer.alloc(32)), ...key };
  const { Value } = await t.call('AsymmetricSign', good);
  for (const [action, wants, params] of [
    ['DisableKey', DISABLED, {}],
    ['ScheduleKeyDeletion', LEAVING, { PendingWindowInDays: 7 }],
  ]) {
    await t.call(action, { KeyId, ...params });
    await t.refused(`AsymmetricSign after ${action}`, wants, 'AsymmetricSign', good);
    await t.refused(`AsymmetricVerify after ${action}`, wants, 'AsymmetricVerify', { ...good, Value });
  }
  await t.call('CancelKeyDeletion', { KeyId });
  t.equal('an old signature is still right', (await t.call('AsymmetricVerify', { ...good, Value })).Value, true);
}

/** A call that only asks whether it would work always fails, with a code that gives the answer. */
async function dryRuns(t) {
  const signer = await pair(t, 'EC_P256');
  const opener = await pair(t, 'RSA_2048', { KeyUsage: 'ENCRYPT/DECRYPT' });
  const digest = { Algorithm: 'ECDSA_SHA_256', Digest: text(Buffer.alloc(32)) };
  const oaep = { Algorithm: 'RSAES_OAEP_SHA_256' };
  for (const [action, params, change] of [
    ['AsymmetricSign', { ...digest, ...signer }, { Digest: '!' }],
    ['AsymmetricVerify', { ...digest, ...signer, Value: text(Buffer.alloc(70)) }, { Digest: '!' }],
    ['AsymmetricEncrypt', { ...oaep, ...opener, Plaintext: text(Buffer.from('x')) }, { Plaintext: '!' }],
    ['GetPublicKey', opener, { KeyVersionId: '' }],
    ['Encrypt', { KeyId: t.key, Plaintext: 'x' }, { KeyId: '' }],
    ['GenerateDataKey', { KeyId: t.key }, { NumberOfBytes: 0 }],
  ]) {
    const dry = { DryRun: 'true', ...params };
    await t.refused(`${action}, dry`, [400, 'DryRunOperationError'], action, dry);
    await t.refused(`${action}, dry and wrong`, [400, 'ValidationError'], action, { ...dry, ...change });
  }
}

export const SECTIONS = [signing, refusedSignatures, signersInOtherStates, dryRuns];
export const ONCE = [everySignature];
