// SM2 keys, judged by OpenSSL: the twin of `python/scenario_sm2.py`.

import { createHash, randomBytes } from 'node:crypto';

import { authority } from './authority.mjs';
import * as local from './local_sm.mjs';
import {
  DISABLED, INVALID, LEAVING, MISSING, ORDINARY, PLAINTEXT, UNSUPPORTED, WRONG_KIND, data, flipped, made, names, ofSpec,
  pair, text, versions,
} from './scenario_common.mjs';
import { HSM } from './scenario_hsm.mjs';

const SIGNER = HSM;
const OPENER = { KeyUsage: 'ENCRYPT/DECRYPT', ...HSM };
const MESSAGE = Buffer.from('this is message, 签名\n');
const LONGEST = 6047; // bytes. SOURCE: AsymmetricEncrypt.
const SM2PKE = { Algorithm: 'SM2PKE' };
const SM2DSA = { Algorithm: 'SM2DSA' };

async function publicOf(t, key) {
  return local.der((await t.call('GetPublicKey', key)).PublicKey);
}

async function signed(t, key, digest) {
  return data((await t.call('AsymmetricSign', { Digest: text(digest), ...SM2DSA, ...key })).Value);
}

async function publicKeys(t) {
  const { openssl } = authority();
  for (const [name, params] of Object.entries({ 'a signer': SIGNER, 'an opener': OPENER })) {
    const pem = (await t.call('GetPublicKey', await pair(t, 'EC_SM2', params))).PublicKey;
    t.that(`SM2, ${name}: the form of its public key`, local.point(local.der(pem)).length === 64);
    openssl.write('sm2.pem', pem);
    const shown = openssl.run('openssl pkey -pubin -in sm2.pem -noout -text_pub');
    t.that(`SM2, ${name}: OpenSSL knows the curve`, shown.includes('ASN1 OID: SM2\n'), shown);
    const [code] = openssl.tries('openssl pkey -pubin -in sm2.pem -pubcheck -noout');
    t.equal(`SM2, ${name}: the point is on it`, code, 0);
    t.equal(`SM2, ${name}: OpenSSL writes the same text`, openssl.run('openssl pkey -pubin -in sm2.pem'), pem);
  }
}

async function signatures(t) {
  const [key, { openssl }] = [await pair(t, 'EC_SM2', SIGNER), authority()];
  const publicKey = await publicOf(t, key);
  let digest;
  let value;
  for (const [name, message] of Object.entries({
    text: MESSAGE, nothing: Buffer.alloc(0), '4 KiB': randomBytes(4096),
  })) {
    digest = local.digest(publicKey, message);
    const answer = await t.call('AsymmetricSign', { Digest: text(digest), ...SM2DSA, ...key });
    t.equal(`SM2DSA of ${name}: names`, names(answer), key);
    value = data(answer.Value);
    t.that(`SM2DSA of ${name}: OpenSSL takes it`, local.verify(openssl, publicKey, message, value));
    const other = Buffer.concat([message, Buffer.from('x')]);
    t.that(`SM2DSA of ${name}: for no other message`, !local.verify(openssl, publicKey, other, value));
  }
  const concatenated = local.members(value).map((part) => Buffer.concat([Buffer.alloc(32), part]).subarray(-32));
  for (const [shape, wants, Digest, Value] of [
    ['the signature', true, text(digest), text(value)],
    ['another digest', false, text(flipped(digest)), text(value)],
    ['a changed r', false, text(digest), text(flipped(value, 10))],
    ['a changed s', false, text(digest), text(flipped(value))],
    ['a short signature', false, text(digest), text(value.subarray(0, -1))],
    ['a long signature', false, text(digest), text(value, [0])],
    ['r and s without DER', false, text(digest), text(...concatenated)],
    ['a signature by another key', false, text(digest), text(await byAnotherKey(t, digest))],
    ['no signature at all', false, text(digest), text([0])],
  ]) {
    const got = await t.call('AsymmetricVerify', { Digest, Value, ...SM2DSA, ...key });
    t.equal(`SM2DSA, ${shape}`, got.Value, wants);
    t.equal(`SM2DSA, ${shape}, names`, names(got), key);
  }
}

async function byAnotherKey(t, digest) {
  const { KeyId } = await made(t, { KeySpec: 'EC_SM2', ...SIGNER });
  return signed(t, { KeyId, KeyVersionId: (await versions(t, KeyId))[0].KeyVersionId }, digest);
}

/** The hash comes from the caller, so who signs may have any name; the service takes the hash as it is. */
async function identities(t) {
  const [key, { openssl }] = [await pair(t, 'EC_SM2', SIGNER), authority()];
  const [publicKey, identity] = [await publicOf(t, key), 'ALICE123@YAHOO.COM'];
  const value = await signed(t, key, local.digest(publicKey, MESSAGE, identity));
  t.that('signed as Alice', local.verify(openssl, publicKey, MESSAGE, value, identity));
  t.that('not signed as who names nothing', !local.verify(openssl, publicKey, MESSAGE, value));
  const bare = await signed(t, key, createHash('sm3').update(MESSAGE).digest());
  const taken = local.verify(openssl, publicKey, MESSAGE, bare);
  t.that('the hash of a message alone is signed for nobody', !taken);
}

async function encryption(t) {
  const [key, { openssl }] = [await pair(t, 'EC_SM2', OPENER), authority()];
  const publicKey = await publicOf(t, key);
  for (const [name, plaintext] of Object.entries({
    text: MESSAGE, zero: Buffer.alloc(1), 'a data key': randomBytes(32), 'the longest': randomBytes(LONGEST),
  })) {
    const Plaintext = text(plaintext);
    const blob = data((await t.call('AsymmetricEncrypt', { Plaintext, ...SM2PKE, ...key })).CiphertextBlob);
    const [x, y, hashed, body] = local.members(blob);
    const shape = [Math.max(x.length, y.length) <= 33, hashed.length, body.length];
    t.equal(`SM2PKE, ${name}: two numbers, a hash, the ciphertext`, shape, [true, 32, plaintext.length]);
    for (const [how, shown] of Object.entries({
      'of ours': blob, 'without DER': local.raw(blob), 'by OpenSSL': local.encrypt(openssl, publicKey, plaintext),
      'by OpenSSL, without DER': local.raw(local.encrypt(openssl, publicKey, plaintext)),
    })) {
      const opened = await t.call('AsymmetricDecrypt', { CiphertextBlob: text(shown), ...SM2PKE, ...key });
      t.equal(`SM2PKE, ${name}, ${how}: opens`, opened.Plaintext, Plaintext);
      t.equal(`SM2PKE, ${name}, ${how}: names`, names(opened), key);
    }
  }
  const long = { Plaintext: text(Buffer.alloc(LONGEST + 1)), ...SM2PKE, ...key };
  await t.refused('SM2PKE, too long', INVALID, 'AsymmetricEncrypt', long);
  const twice = [];
  for (const Plaintext of [PLAINTEXT, PLAINTEXT]) {
    twice.push((await t.call('AsymmetricEncrypt', { Plaintext, ...SM2PKE, ...key })).CiphertextBlob);
  }
  t.that('SM2PKE: equal plaintexts have different ciphertexts', twice[0] !== twice[1]);
}

async function damagedCiphertexts(t) {
  const [key, { openssl }] = [await pair(t, 'EC_SM2', OPENER), authority()];
  const sealed = local.encrypt(openssl, await publicOf(t, key), MESSAGE);
  const bare = local.raw(sealed);
  openssl.run('openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out other.pem');
  openssl.run('openssl pkey -in other.pem -pubout -outform DER -out other.der');
  for (const [name, wrong] of Object.entries({
    x: flipped(bare, 10), y: flipped(bare, 40), 'the hash': flipped(bare, 70), 'the ciphertext': flipped(bare),
    'the form of the point': Buffer.concat([Buffer.from([2]), bare.subarray(1)]),
    'the order of hash and ciphertext': local.raw(sealed, true), 'the end': bare.subarray(0, -1),
    'the end of DER': sealed.subarray(0, -1), 'a byte more than DER': Buffer.concat([sealed, Buffer.alloc(1)]),
    'a bit of DER': flipped(sealed), everything: Buffer.alloc(bare.length), 'nearly all': bare.subarray(0, 97),
    'whom it is for': local.encrypt(openssl, openssl.read('other.der'), MESSAGE),
  })) {
    const params = { CiphertextBlob: text(wrong), ...SM2PKE, ...key };
    await t.refused(`SM2PKE, wrong is ${name}`, INVALID, 'AsymmetricDecrypt', params);
  }
  const none = { CiphertextBlob: '!', ...SM2PKE, ...key };
  await t.refused('SM2PKE, no base64', INVALID, 'AsymmetricDecrypt', none);
}

/** Data keys for somebody else's SM2 pair. */
async function exporting(t) {
  const { openssl } = authority();
  openssl.run('openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out mine.pem');
  openssl.run('openssl pkey -in mine.pem -pubout -outform DER -out mine.der');
  const mine = openssl.read('mine.der');
  const to = { PublicKeyBlob: text(mine), WrappingKeySpec: 'EC_SM2', WrappingAlgorithm: 'SM2PKE' };
  const keys = { software: t.key, hardware: (await ofSpec(t, 'Aliyun_SM4', HSM)).KeyId };
  for (const [name, KeyId] of Object.entries(keys)) {
    for (const NumberOfBytes of [16, 1024]) {
      const params = { KeyId, NumberOfBytes, EncryptionContext: ORDINARY };
      const fresh = await t.call('GenerateAndExportDataKey', { ...params, ...to });
      const blob = { CiphertextBlob: fresh.CiphertextBlob, EncryptionContext: ORDINARY };
      const again = await t.call('ExportDataKey', { ...blob, ...to });
      const want = (await t.call('Decrypt', blob)).Plaintext;
      for (const [how, answer] of Object.entries({ 'made and exported': fresh, 'exported again': again })) {
        openssl.write('exported', data(answer.ExportedDataKey));
        openssl.run('openssl pkeyutl -decrypt -inkey mine.pem -in exported -out data-key');
        const got = openssl.read('data-key');
        t.equal(`${how} from ${name} to SM2, ${NumberOfBytes} bytes`, [text(got), got.length], [want, NumberOfBytes]);
      }
    }
  }
  for (const [name, change] of Object.entries({
    OAEP: { WrappingAlgorithm: 'RSAES_OAEP_SHA_256' }, 'another spec': { WrappingKeySpec: 'RSA_2048' },
    'another case': { WrappingAlgorithm: 'sm2pke' }, 'a cut public key': { PublicKeyBlob: text(mine.subarray(0, -1)) },
    'a point off the curve': { PublicKeyBlob: text(flipped(mine)) },
  })) {
    const params = { KeyId: t.key, ...to, ...change };
    await t.refused(`exporting to SM2, ${name}`, INVALID, 'GenerateAndExportDataKey', params);
  }
}

async function signingRequest(t) {
  const { openssl } = authority();
  for (const [name, params] of Object.entries({ 'a signer': SIGNER, 'an opener': OPENER })) {
    const key = await pair(t, 'EC_SM2', params);
    const asked = { Subject: 'CN=国密.example,C=CN', SubjectAlternativeNames: ['sm.example'] };
    openssl.write('sm2.csr', (await t.call('CreateCsr', { ...asked, ...key })).Csr);
    const verify = `openssl req -in sm2.csr -verify -noout -text -vfyopt distid:${local.IDENTITY}`;
    const shown = openssl.run(`${verify} -nameopt RFC2253,-esc_msb 2>&1`);
    t.that(`SM2, ${name}: OpenSSL verifies the signing request`, shown.includes('verify OK'), shown);
    t.that(`SM2, ${name}: subject of the request`, shown.includes('Subject: CN=国密.example,C=CN\n'), shown);
    t.that(`SM2, ${name}: signature of the request`, shown.includes('Signature Algorithm: SM2-with-SM3\n'), shown);
    t.that(`SM2, ${name}: name in the request`, shown.includes('DNS:sm.example'), shown);
    const publicKey = openssl.run('openssl req -in sm2.csr -noout -pubkey');
    t.equal(`SM2, ${name}: key of the request`, publicKey, (await t.call('GetPublicKey', key)).PublicKey);
    openssl.run('openssl req -in sm2.csr -outform DER -out sm2.csr.der');
    openssl.write('bad.der', flipped(openssl.read('sm2.csr.der'), 40));
    const refused = openssl.tries(`${verify.replace('sm2.csr', 'bad.der -inform DER')} 2>&1`)[1];
    t.that(`SM2, ${name}: not a changed one`, refused.includes('verify failure'), refused);
  }
}

async function reencrypting(t) {
  const key = await pair(t, 'EC_SM2', OPENER);
  const source = {
    SourceKeyId: key.KeyId, SourceKeyVersionId: key.KeyVersionId, SourceEncryptionAlgorithm: 'SM2PKE',
  };
  const { CiphertextBlob } = await t.call('AsymmetricEncrypt', { Plaintext: PLAINTEXT, ...SM2PKE, ...key });
  const targets = { software: t.key, hardware: (await ofSpec(t, 'Aliyun_SM4', HSM)).KeyId };
  for (const [name, DestinationKeyId] of Object.entries(targets)) {
    const params = { CiphertextBlob, DestinationKeyId, DestinationEncryptionContext: ORDINARY };
    const moved = await t.call('ReEncrypt', { ...source, ...params });
    const opened = await t.call('Decrypt', { CiphertextBlob: moved.CiphertextBlob, EncryptionContext: ORDINARY });
    t.equal(`from SM2 to ${name}`, [opened.KeyId, opened.Plaintext], [DestinationKeyId, PLAINTEXT]);
  }
  const damaged = { CiphertextBlob: text(flipped(data(CiphertextBlob))), DestinationKeyId: t.key };
  await t.refused('from SM2, damaged', INVALID, 'ReEncrypt', { ...source, ...damaged });
}

async function refusals(t) {
  const [signer, opener] = [await pair(t, 'EC_SM2', SIGNER), await pair(t, 'EC_SM2', OPENER)];
  const signing = { Digest: text(Buffer.alloc(32)), ...SM2DSA };
  const verifying = { ...signing, Value: text(Buffer.alloc(70)) };
  for (const [action, params] of Object.entries({ AsymmetricSign: signing, AsymmetricVerify: verifying })) {
    for (const Algorithm of ['ECDSA_SHA_256', 'RSA_PSS_SHA_256', 'SM2PKE', 'sm2dsa', 'SM2DSA_SM3']) {
      await t.refused(`SM2: ${action} with ${Algorithm}`, INVALID, action, { ...params, Algorithm, ...signer });
    }
    for (const length of [1, 20, 31, 33, 48, 64]) {
      const wrong = { ...params, Digest: text(Buffer.alloc(length)), ...signer };
      await t.refused(`SM2: ${action} of ${length} bytes`, INVALID, action, wrong);
    }
    await t.refused(`SM2: ${action}, encrypting key`, WRONG_KIND, action, { ...params, ...opener });
    const rest = { ...SM2DSA, Value: verifying.Value, ...signer };
    await t.refused(`SM2: ${action} without Digest`, MISSING, action, rest);
  }
  const sealing = { Plaintext: text(MESSAGE), ...SM2PKE };
  for (const Algorithm of ['RSAES_OAEP_SHA_256', 'SM2DSA', 'sm2pke', 'SM2_ENCRYPT']) {
    const wrong = { ...sealing, Algorithm, ...opener };
    await t.refused(`SM2: AsymmetricEncrypt with ${Algorithm}`, INVALID, 'AsymmetricEncrypt', wrong);
  }
  await t.refused('AsymmetricEncrypt, signing key', WRONG_KIND, 'AsymmetricEncrypt', { ...sealing, ...signer });
  const { KeyId } = opener;
  await t.refused('Encrypt, SM2', UNSUPPORTED, 'Encrypt', { KeyId, Plaintext: PLAINTEXT });
  await t.refused('GenerateDataKey, SM2', UNSUPPORTED, 'GenerateDataKey', { KeyId });
}

async function otherStates(t) {
  const key = await pair(t, 'EC_SM2', SIGNER);
  const [{ KeyId }, good] = [key, { Digest: text(Buffer.alloc(32)), ...SM2DSA, ...key }];
  const { Value } = await t.call('AsymmetricSign', good);
  for (const [action, wants, params] of [
    ['DisableKey', DISABLED, {}],
    ['ScheduleKeyDeletion', LEAVING, { PendingWindowInDays: 7 }],
  ]) {
    await t.call(action, { KeyId, ...params });
    await t.refused(`SM2: AsymmetricSign after ${action}`, wants, 'AsymmetricSign', good);
    await t.refused(`SM2: AsymmetricVerify after ${action}`, wants, 'AsymmetricVerify', { ...good, Value });
  }
  await t.call('CancelKeyDeletion', { KeyId });
  const got = await t.call('AsymmetricVerify', { ...good, Value });
  t.equal('SM2: an old signature is still right', got.Value, true);
}

export const ONCE = [
  publicKeys, signatures, identities, encryption, damagedCiphertexts, exporting, signingRequest, reencrypting,
  refusals, otherStates,
];
