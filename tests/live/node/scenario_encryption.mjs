// Encryption under symmetric keys, and data keys: the twin of `python/scenario_encryption.py`.

import { randomBytes, randomUUID } from 'node:crypto';

import {
  INVALID, MISSING, NO_ALIAS, NO_KEY, ORDINARY, PLAINTEXT, UNICODE, encrypt,
} from './scenario_common.mjs';

async function encrypting(t) {
  const alias = `alias/live/${t.tag}-enc`;
  await t.call('CreateAlias', { KeyId: t.key, AliasName: alias });
  const references = { id: t.key, alias, 'key ARN': t.arn, 'alias ARN': t.arnPrefix + alias };
  const contexts = { none: undefined, empty: {}, ordinary: ORDINARY, unicode: UNICODE };
  for (const [how, ref] of Object.entries(references)) await roundTrip(t, `by ${how}`, PLAINTEXT, ref, ORDINARY);
  for (const [kind, context] of Object.entries(contexts)) {
    await roundTrip(t, `context ${kind}`, PLAINTEXT, t.key, context);
  }
  await roundTrip(t, 'text that is not base64', 'just text, не base64 ✓', t.key, ORDINARY);
  await roundTrip(t, 'long context', PLAINTEXT, t.key, { k: 'v'.repeat(8000) });
  const blobs = [await encrypt(t, t.key, PLAINTEXT), await encrypt(t, t.key, PLAINTEXT)];
  t.that('equal plaintexts have different blobs', blobs[0].CiphertextBlob !== blobs[1].CiphertextBlob);
  const { CiphertextBlob } = await encrypt(t, t.key, PLAINTEXT, { a: '1', b: '2' });
  const swapped = await t.call('Decrypt', { CiphertextBlob, EncryptionContext: { b: '2', a: '1' } });
  t.equal('order of the context does not matter', swapped.Plaintext, PLAINTEXT);
  await t.call('DeleteAlias', { AliasName: alias });
  await t.refused('Encrypt by a deleted alias', NO_ALIAS, 'Encrypt', { KeyId: alias, Plaintext: PLAINTEXT });
  await t.refused('Encrypt without Plaintext', MISSING, 'Encrypt', { KeyId: t.key });
  await t.refused('Encrypt without KeyId', MISSING, 'Encrypt', { Plaintext: PLAINTEXT });
  await t.refused('Decrypt without blob', MISSING, 'Decrypt');
}

export async function roundTrip(t, name, plaintext, key, context) {
  const sealed = await encrypt(t, key, plaintext, context);
  const { CiphertextBlob } = sealed;
  const opened = await t.call('Decrypt', { CiphertextBlob, ...(context && { EncryptionContext: context }) });
  t.equal(`${name}: plaintext`, opened.Plaintext, plaintext);
  const ids = [t.key, t.first.PrimaryKeyVersion];
  t.equal(`${name}: Encrypt names key and version`, [sealed.KeyId, sealed.KeyVersionId], ids);
  t.equal(`${name}: Decrypt names key and version`, [opened.KeyId, opened.KeyVersionId], ids);
}

async function wrongContexts(t) {
  const sealed = (await encrypt(t, t.key, PLAINTEXT, ORDINARY)).CiphertextBlob;
  const bare = (await encrypt(t, t.key, PLAINTEXT)).CiphertextBlob;
  await t.refused('context missing', INVALID, 'Decrypt', { CiphertextBlob: sealed });
  await t.refused('context not wanted', INVALID, 'Decrypt', { CiphertextBlob: bare, EncryptionContext: ORDINARY });
  const wrong = {
    'value changed': { ...ORDINARY, purpose: 'other' },
    'pair added': { ...ORDINARY, more: '' },
    'pair removed': { purpose: ORDINARY.purpose },
    'pairs joined': { purpose: 'live test&tenant=a=1&b=2' },
  };
  for (const [name, EncryptionContext] of Object.entries(wrong)) {
    await t.refused(`context, ${name}`, INVALID, 'Decrypt', { CiphertextBlob: sealed, EncryptionContext });
  }
  const bad = { number: { n: 1 }, object: { o: { k: 'v' } }, 'too long': { k: 'v'.repeat(9000) } };
  for (const [name, EncryptionContext] of Object.entries(bad)) {
    const params = { KeyId: t.key, Plaintext: PLAINTEXT, EncryptionContext };
    await t.refused(`context with a value of kind ${name}`, INVALID, 'Encrypt', params);
  }
}

async function tampering(t) {
  const open = async (key) => Buffer.from((await encrypt(t, key, PLAINTEXT, ORDINARY)).CiphertextBlob, 'base64');
  const blob = await open(t.key);
  const foreign = await open(t.other);
  const text = (...parts) => Buffer.concat(parts).toString('base64');
  const check = (name, CiphertextBlob, wants = INVALID) =>
    t.refused(`blob, ${name}`, wants, 'Decrypt', { CiphertextBlob, EncryptionContext: ORDINARY });

  const places = { 'format or nonce': 36, nonce: 44, ciphertext: blob.length - 40, tag: blob.length - 1 };
  for (const [name, position] of Object.entries(places)) {
    const changed = Buffer.from(blob);
    changed[position] ^= 1;
    await check(`bit flipped in the ${name}`, text(changed));
  }
  await check('cut by a byte', text(blob.subarray(0, -1)));
  await check('cut to nothing but a version', text(blob.subarray(0, 36)));
  await check('longer by a byte', text(blob, Buffer.alloc(1)));
  await check('under the version of another key', text(foreign.subarray(0, 36), blob.subarray(36)));
  await check('not base64', '!not base64!');
  // A version that nobody has may be told apart from a damaged blob, as the vendor does.
  await check('of an unknown version', text(Buffer.from(randomUUID()), blob.subarray(36)), [INVALID, NO_KEY]);
}

async function limits(t) {
  // 0xff encodes to '/', which triples in a query: this is also the longest request target.
  for (const [name, data] of [['random', randomBytes(6144)], ['escaped', Buffer.alloc(6144, 0xff)]]) {
    await roundTrip(t, `6144 bytes, ${name}`, data.toString('base64'), t.key, ORDINARY);
  }
  const long = { KeyId: t.key, Plaintext: randomBytes(6145).toString('base64') };
  await t.refused('6145 bytes', INVALID, 'Encrypt', long);
}

async function dataKeys(t) {
  const cases = {
    default: [{}, 32],
    AES_256: [{ KeySpec: 'AES_256' }, 32],
    AES_128: [{ KeySpec: 'AES_128' }, 16],
    '1 byte': [{ NumberOfBytes: 1 }, 1],
    '1024 bytes': [{ NumberOfBytes: 1024 }, 1024],
    both: [{ KeySpec: 'AES_128', NumberOfBytes: 64 }, 64],
    'with context': [{ EncryptionContext: UNICODE }, 32],
  };
  for (const [name, [params, size]] of Object.entries(cases)) {
    const context = params.EncryptionContext ? { EncryptionContext: params.EncryptionContext } : {};
    const made = await t.call('GenerateDataKey', { KeyId: t.arn, ...params });
    t.equal(`data key, ${name}: length`, bytes(made.Plaintext), size);
    t.equal(`data key, ${name}: key`, [made.KeyId, made.KeyVersionId], [t.key, t.first.PrimaryKeyVersion]);
    let opened = await t.call('Decrypt', { CiphertextBlob: made.CiphertextBlob, ...context });
    t.equal(`data key, ${name}: blob opens to the same text`, opened.Plaintext, made.Plaintext);
    const sealed = await t.call('GenerateDataKeyWithoutPlaintext', { KeyId: t.arn, ...params });
    t.that(`data key, ${name}: no plaintext`, !('Plaintext' in sealed));
    opened = await t.call('Decrypt', { CiphertextBlob: sealed.CiphertextBlob, ...context });
    t.equal(`sealed data key, ${name}: length`, bytes(opened.Plaintext), size);
  }
  const fresh = new Set();
  for (let i = 0; i < 3; i += 1) fresh.add((await t.call('GenerateDataKey', { KeyId: t.key })).Plaintext);
  t.equal('data keys are fresh', fresh.size, 3);
  const { CiphertextBlob } = await t.call('GenerateDataKey', { KeyId: t.key, EncryptionContext: ORDINARY });
  await t.refused('data key under a wrong context', INVALID, 'Decrypt', { CiphertextBlob });
  for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
    for (const [name, value] of [['NumberOfBytes', 0], ['NumberOfBytes', 1025], ['KeySpec', 'AES_512']]) {
      await t.refused(`${action} with ${name}=${value}`, INVALID, action, { KeyId: t.key, [name]: value });
    }
    await t.refused(`${action} without KeyId`, MISSING, action);
  }
}

function bytes(text) {
  const data = Buffer.from(text, 'base64');
  return data.toString('base64') === text ? data.length : -1;
}

async function reencrypting(t) {
  const blob = (await encrypt(t, t.key, PLAINTEXT, ORDINARY)).CiphertextBlob;
  const base = { CiphertextBlob: blob, DestinationKeyId: t.other };
  const from = { SourceEncryptionContext: ORDINARY };
  const moved = await t.call('ReEncrypt', { ...base, ...from, DestinationEncryptionContext: UNICODE });
  const { CiphertextBlob } = moved;
  t.equal('ReEncrypt names the new key', moved.KeyId, t.other);
  const opened = await t.call('Decrypt', { CiphertextBlob, EncryptionContext: UNICODE });
  t.equal('ReEncrypt keeps the plaintext', [opened.KeyId, opened.Plaintext], [t.other, PLAINTEXT]);
  t.equal('ReEncrypt names the version', moved.KeyVersionId, opened.KeyVersionId);
  await t.refused('the old context is gone', INVALID, 'Decrypt', { CiphertextBlob, EncryptionContext: ORDINARY });
  const bare = (await t.call('ReEncrypt', { ...base, ...from })).CiphertextBlob;
  const { Plaintext } = await t.call('Decrypt', { CiphertextBlob: bare });
  t.equal('ReEncrypt without a new context', Plaintext, PLAINTEXT);
  const wrong = { ...base, SourceEncryptionContext: UNICODE };
  await t.refused('ReEncrypt with a wrong context', INVALID, 'ReEncrypt', wrong);
  const unknown = { CiphertextBlob: blob, ...from, DestinationKeyId: randomUUID() };
  await t.refused('ReEncrypt to an unknown key', NO_KEY, 'ReEncrypt', unknown);
  await t.refused('ReEncrypt to nowhere', MISSING, 'ReEncrypt', { CiphertextBlob: blob, ...from });
}

export const SECTIONS = [encrypting, wrongContexts, tampering, limits, dataKeys, reencrypting];
