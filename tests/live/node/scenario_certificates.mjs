// Certificates: OpenSSL is the authority that issues them, and the judge. Twin of `python/scenario_certificates.py`.

import { randomBytes, randomUUID } from 'node:crypto';

import { authority } from './authority.mjs';
import {
  DATE, DISABLED, INVALID, MISSING, NO_MOVE, UNFILLED, UUID, data, flipped, moment, text, without,
} from './scenario_common.mjs';
import { tags } from './scenario_tags.mjs';

const NO_CERTIFICATE = [404, 'Certificate.NotFound'];
const SUBJECT = 'CN=live.example.com,OU=Ключи & keys,O=Live\\, Inc.,C=CN';
const NAMES = ['live.example.com', '*.live.example.com', '192.0.2.7', '2001:db8::7', 'live@example.com'];
const MESSAGE = Buffer.from('this is message, сообщение\n');
const ECDSA = 'ECDSA_SHA_256';
const READ = '-serial -dates -dateopt iso_8601 -pubkey -ext subjectKeyIdentifier';
const PSS = '-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1';

/** The answer to CreateCertificate. */
function pending(t, KeySpec = 'EC_P256', params = {}) {
  return t.call('CreateCertificate', { KeySpec, Subject: SUBJECT, ...params });
}

/** The id of a new certificate that is in use. */
async function active(t, spec = 'EC_P256') {
  const [{ CertificateId, Csr }, ca] = [await pending(t, spec), authority()];
  const issued = { Certificate: ca.issue(Csr), CertificateChain: ca.issuer };
  await t.call('UploadCertificate', { CertificateId, ...issued });
  return CertificateId;
}

function details(t, CertificateId) {
  return t.call('DescribeCertificate', { CertificateId });
}

async function sign(t, CertificateId, Algorithm = ECDSA, message = MESSAGE, MessageType = 'RAW') {
  const params = { CertificateId, Algorithm, MessageType, Message: text(message) };
  const answer = await t.call('CertificatePrivateKeySign', params);
  t.equal(`${Algorithm}, ${MessageType}: id`, answer.CertificateId, CertificateId);
  return data(answer.SignatureValue);
}

async function verified(t, CertificateId, signature, Algorithm = ECDSA, message = MESSAGE, MessageType = 'RAW') {
  const params = { CertificateId, Algorithm, MessageType, Message: text(message), SignatureValue: text(signature) };
  const answer = await t.call('CertificatePublicKeyVerify', params);
  t.equal(`${Algorithm}, ${MessageType}: id of verification`, answer.CertificateId, CertificateId);
  return answer.SignatureValid;
}

// What every scheme must carry: lines of PEM in both directions, names in Unicode, messages.
async function fromRequestToSignature(t) {
  const made = await pending(t, 'EC_P256', { SubjectAlternativeNames: NAMES });
  const [{ CertificateId }, ca] = [made, authority()];
  t.equal('ARN', made.Arn, `${t.arnPrefix}certificate/${CertificateId}`);
  t.that('UUID', UUID.test(CertificateId), CertificateId);
  requestHolds(t, made.Csr);
  t.equal('status before the upload', (await details(t, CertificateId)).Status, 'PENDING');
  const leaf = ca.issue(made.Csr);
  await t.call('UploadCertificate', { CertificateId, Certificate: leaf, CertificateChain: ca.issuer });
  const got = await t.call('GetCertificate', { CertificateId: made.Arn });
  t.equal('GetCertificate by ARN', got.CertificateId, CertificateId);
  t.equal('the signing request stays', got.Csr, made.Csr);
  chainHolds(t, got);
  t.equal('it is the one that was issued', got.Certificate.trim(), leaf.trim());
  const publicKey = await descriptionHolds(t, CertificateId, leaf);
  const signature = await sign(t, CertificateId);
  t.that('OpenSSL takes the signature', ca.signs(publicKey, MESSAGE, signature));
  t.equal('the service takes it', await verified(t, CertificateId, signature), true);
  const other = MESSAGE.subarray(0, -1);
  t.equal('not for another message', await verified(t, CertificateId, signature, ECDSA, other), false);
  await t.call('DeleteCertificate', { CertificateId });
  await t.refused('GetCertificate after its deletion', NO_CERTIFICATE, 'GetCertificate', { CertificateId });
}

function requestHolds(t, csr) {
  const { openssl } = authority();
  openssl.write('shown.csr', csr);
  const verify = 'openssl req -in shown.csr -verify -noout -subject -text -nameopt RFC2253,-esc_msb 2>&1';
  const shown = openssl.run(verify);
  t.that('OpenSSL verifies the request', shown.includes('verify OK'), shown);
  t.that('subject of the request', shown.includes(`subject=${SUBJECT}\n`), shown);
  const spelt = [...NAMES.slice(0, 3), '2001:DB8:0:0:0:0:0:7', NAMES[4]];
  for (const [i, kind] of ['DNS', 'DNS', 'IP Address', 'IP Address', 'email'].entries()) {
    t.that(`request for ${NAMES[i]}`, shown.includes(`${kind}:${spelt[i]}`), shown);
  }
  t.that('hash of the request', shown.includes('Signature Algorithm: ecdsa-with-SHA256'), shown);
}

/** What GetCertificate gives convinces whoever trusts the root. */
function chainHolds(t, got) {
  const { openssl } = authority();
  openssl.write('got.pem', got.Certificate);
  openssl.write('chain.pem', got.CertificateChain);
  const judged = openssl.tries('openssl verify -CAfile root.pem -untrusted chain.pem got.pem');
  t.equal('OpenSSL verifies the chain', judged, [0, 'got.pem: OK\n']);
}

/** DescribeCertificate says what OpenSSL reads in the certificate. Gives the public key, as OpenSSL writes it. */
async function descriptionHolds(t, CertificateId, leaf) {
  const [shown, read] = [await details(t, CertificateId), authority().shown(leaf, READ)];
  const [publicKey] = /-----BEGIN PUBLIC KEY-----[^]+-----END PUBLIC KEY-----/.exec(read);
  const wants = {
    CertificateId, Arn: `${t.arnPrefix}certificate/${CertificateId}`, Status: 'ACTIVE', KeySpec: 'EC_P256',
    ExportablePrivateKey: true, SignatureAlgorithm: 'ECDSA-SHA256', Subject: SUBJECT,
    Issuer: 'CN=Live Issuer,O=Live & Co',
  };
  for (const [name, want] of Object.entries(wants)) t.equal(`DescribeCertificate: ${name}`, shown[name], want);
  t.equal('SubjectPublicKey', shown.SubjectPublicKey.trim(), publicKey);
  const lines = read.split('\n').map((line) => line.trim());
  t.that('Serial', lines.includes(`serial=${shown.Serial.toUpperCase()}`), shown.Serial);
  const identifier = shown.SubjectKeyIdentifier.replaceAll(' ', ':');
  t.that('SubjectKeyIdentifier', identifier.length === 59 && lines.includes(identifier), identifier);
  t.equal('SubjectAlternativeNames', [...shown.SubjectAlternativeNames].sort(), [...NAMES].sort());
  for (const [name, label] of Object.entries({ NotBefore: 'notBefore', NotAfter: 'notAfter' })) {
    t.that(name, lines.includes(`${label}=${shown[name].replace('T', ' ')}`), shown[name]);
  }
  for (const name of ['CreatedAt', 'UpdatedAt']) t.that(name, DATE.test(shown[name]), shown[name]);
  t.that('changed after it was made', moment(shown.CreatedAt) <= moment(shown.UpdatedAt));
  return publicKey;
}

// Signatures and encryption with RSA, each half done by OpenSSL too.
async function rsa(t) {
  const [CertificateId, ca] = [await active(t, 'RSA_2048'), authority()];
  const publicKey = ca.shown((await t.call('GetCertificate', { CertificateId })).Certificate, '-pubkey');
  ca.openssl.write('digested', MESSAGE);
  ca.openssl.run('openssl dgst -sha256 -binary -out digest digested');
  for (const [algorithm, options] of Object.entries({ RSA_PKCS1_SHA_256: '', RSA_PSS_SHA_256: PSS })) {
    for (const [kind, message] of Object.entries({ RAW: MESSAGE, DIGEST: ca.openssl.read('digest') })) {
      const name = `${algorithm}, ${kind}`;
      const signature = await sign(t, CertificateId, algorithm, message, kind);
      t.that(`${name}: OpenSSL takes it`, ca.signs(publicKey, MESSAGE, signature, options));
      t.equal(`${name}: right`, await verified(t, CertificateId, signature, algorithm, message, kind), true);
      const changed = flipped(signature);
      t.equal(`${name}: changed`, await verified(t, CertificateId, changed, algorithm, message, kind), false);
    }
  }
  await oaep(t, CertificateId, ca, 'RSAES_OAEP_SHA_1', 'sha1', 214);
  await oaep(t, CertificateId, ca, 'RSAES_OAEP_SHA_256', 'sha256', 190);
  const longest = Buffer.from(Array.from({ length: 4096 }, (_, i) => i));
  const signature = await sign(t, CertificateId, 'RSA_PKCS1_SHA_256', longest);
  t.that('4096 bytes: OpenSSL takes it', ca.signs(publicKey, longest, signature));
  const params = { CertificateId, Algorithm: 'RSA_PKCS1_SHA_256', MessageType: 'RAW', Message: text(longest, 'x') };
  await t.refused('4097 bytes', INVALID, 'CertificatePrivateKeySign', params);
}

async function oaep(t, CertificateId, ca, Algorithm, digest, longest) {
  const both = { CertificateId, Algorithm };
  const plaintext = randomBytes(longest);
  const open = (CiphertextBlob) => t.call('CertificatePrivateKeyDecrypt', { CiphertextBlob, ...both });
  const sealed = await t.call('CertificatePublicKeyEncrypt', { Plaintext: text(plaintext), ...both });
  let opened = await open(sealed.CiphertextBlob);
  const ids = [sealed.CertificateId, opened.CertificateId];
  t.equal(`${Algorithm}: ids`, ids, [CertificateId, CertificateId]);
  t.equal(`${Algorithm}: there and back`, data(opened.Plaintext), plaintext);
  ca.openssl.write('plain', plaintext);
  ca.openssl.run(
    `openssl pkeyutl -encrypt -pubin -inkey public.pem -in plain -out sealed -pkeyopt rsa_padding_mode:oaep` +
      ` -pkeyopt rsa_oaep_md:${digest} -pkeyopt rsa_mgf1_md:${digest}`,
  );
  const blob = ca.openssl.read('sealed');
  opened = await open(text(blob));
  t.equal(`${Algorithm}: what OpenSSL encrypts`, data(opened.Plaintext), plaintext);
  const long = { Plaintext: text(Buffer.alloc(longest + 1)), ...both };
  await t.refused(`${Algorithm}: too long`, INVALID, 'CertificatePublicKeyEncrypt', long);
  const damaged = { CiphertextBlob: text(flipped(blob, 100)), ...both };
  await t.refused(`${Algorithm}: damaged`, INVALID, 'CertificatePrivateKeyDecrypt', damaged);
}

async function statuses(t) {
  const [{ CertificateId }, ca, action] = [await pending(t), authority(), 'UpdateCertificateStatus'];
  const ref = { CertificateId };
  const signing = { ...ref, Algorithm: ECDSA, MessageType: 'RAW', Message: text(MESSAGE) };
  const set = (Status) => t.call(action, { ...ref, Status });
  const status = async () => (await details(t, CertificateId)).Status;
  await t.refused('signing while pending', UNFILLED, 'CertificatePrivateKeySign', signing);
  await t.refused('activation while pending', NO_MOVE, action, { ...ref, Status: 'ACTIVE' });
  const csr = (await t.call('GetCertificate', ref)).Csr;
  await t.call('UploadCertificate', { ...ref, Certificate: ca.issue(csr, { by: 'root' }) });
  t.equal('no chain below the root', (await t.call('GetCertificate', ref)).CertificateChain, '');
  const signature = await sign(t, CertificateId);
  const checking = { ...signing, SignatureValue: text(signature) };
  await set('INACTIVE');
  t.equal('inactive', await status(), 'INACTIVE');
  await t.refused('signing while inactive', DISABLED, 'CertificatePrivateKeySign', signing);
  await t.refused('verifying while inactive', DISABLED, 'CertificatePublicKeyVerify', checking);
  const first = ca.shown((await t.call('GetCertificate', ref)).Certificate, '-serial');
  await t.call('UploadCertificate', { ...ref, Certificate: ca.issue(csr, { days: 30 }), CertificateChain: ca.issuer });
  const renewed = await t.call('GetCertificate', ref);
  t.that('renewed', ca.shown(renewed.Certificate, '-serial') !== first);
  chainHolds(t, renewed);
  t.equal('still inactive', await status(), 'INACTIVE');
  await set('ACTIVE');
  t.equal('active again', await verified(t, CertificateId, signature), true);
  await set('REVOKED');
  t.equal('revoked ones verify', await verified(t, CertificateId, signature), true);
  await t.refused('signing after revocation', DISABLED, 'CertificatePrivateKeySign', signing);
  await t.refused('no way back', NO_MOVE, action, { ...ref, Status: 'ACTIVE' });
  for (const [name, Status] of Object.entries({ PENDING: 'PENDING', 'lower case': 'active', 'no word': '1' })) {
    await t.refused(`status, ${name}`, INVALID, action, { ...ref, Status });
  }
  await t.refused('no status', MISSING, action, ref);
  await t.call('DeleteCertificate', ref);
}

async function tagsOfCertificates(t) {
  const { CertificateId } = await pending(t);
  const ref = { CertificateId };
  await t.call('TagResource', { ...ref, Tags: tags({ team: 'a', stage: 'live' }) });
  t.equal('tags', await tagsOf(t, CertificateId), { team: 'a', stage: 'live' });
  const rows = (await details(t, CertificateId)).Tags.Tag;
  const shown = Object.fromEntries(rows.map((row) => [row.TagKey, row.TagValue]));
  t.equal('tags in DescribeCertificate', shown, await tagsOf(t, CertificateId));
  await t.call('UntagResource', { ...ref, TagKeys: ['team', 'nobody'] });
  t.equal('tags after UntagResource', await tagsOf(t, CertificateId), { stage: 'live' });
  const both = { ...ref, KeyId: t.key, Tags: tags({ a: 'b' }) };
  await t.refused('tags of two things', INVALID, 'TagResource', both);
  await t.call('DeleteCertificate', ref);
  const one = { ...ref, Tags: tags({ a: 'b' }) };
  await t.refused('TagResource after the deletion', NO_CERTIFICATE, 'TagResource', one);
  const none = { ...ref, TagKeys: ['a'] };
  await t.refused('UntagResource after the deletion', NO_CERTIFICATE, 'UntagResource', none);
}

async function tagsOf(t, CertificateId) {
  const rows = (await t.call('ListResourceTags', { CertificateId })).Tags.Tag;
  t.that('ListResourceTags names the certificate', rows.every((row) => row.CertificateId === CertificateId));
  return Object.fromEntries(rows.map((row) => [row.TagKey, row.TagValue]));
}

async function refusedUploads(t) {
  const [{ CertificateId, Csr }, ca, action] = [await pending(t), authority(), 'UploadCertificate'];
  const ref = { CertificateId };
  const leaf = ca.issue(Csr);
  const wrong = {
    "somebody else's key": [ca.stranger(), ca.issuer], 'no PEM': ['certificate', ca.issuer],
    'a signing request': [Csr, ca.issuer], cut: [leaf.slice(0, leaf.length / 2), ca.issuer],
    "the issuer's own": [ca.issuer, ca.root], 'a chain that is none': [leaf, 'chain'],
    'a chain that does not fit': [leaf, ca.root], 'a chain upside down': [leaf, ca.root + ca.issuer],
  };
  for (const [name, [Certificate, CertificateChain]] of Object.entries(wrong)) {
    await t.refused(`${action}, ${name}`, INVALID, action, { ...ref, Certificate, CertificateChain });
  }
  await t.refused(`${action} of nothing`, MISSING, action, ref);
  await t.refused(`${action} for nobody`, MISSING, action, { Certificate: leaf });
  t.equal('refusals change nothing', (await details(t, CertificateId)).Status, 'PENDING');
  await t.call(action, { ...ref, Certificate: leaf, CertificateChain: ca.issuer + ca.root });
  t.equal('the root may come along', (await details(t, CertificateId)).Status, 'ACTIVE');
}

async function refusedRequests(t) {
  const action = 'CreateCertificate';
  const wrong = {
    'no CN': { Subject: 'O=Live' }, 'no name': { Subject: 'live.example.com' }, 'an open end': { Subject: 'CN=a,' },
    'an attribute that nobody has': { Subject: 'CN=a,XYZ=b' }, spec: { KeySpec: 'RSA_4096' },
    'a kind of key': { KeySpec: 'Aliyun_AES_256' }, export: { ExportablePrivateKey: 'perhaps' },
    names: { SubjectAlternativeNames: ['a b'] },
    'too many names': { SubjectAlternativeNames: Array.from({ length: 101 }, () => 'a.example') },
  };
  for (const [name, params] of Object.entries(wrong)) {
    await t.refused(`${action}, ${name}`, INVALID, action, { Subject: SUBJECT, ...params });
  }
  await t.refused(`${action} for nobody`, MISSING, action, { KeySpec: 'EC_P256' });
}

async function refusedUses(t) {
  const ref = { CertificateId: await active(t) };
  const signing = { MessageType: 'RAW', Message: text(MESSAGE) };
  const signed = { ...signing, Algorithm: ECDSA };
  const checked = { ...signed, SignatureValue: text(Buffer.alloc(70)) };
  for (const [action, params] of [['CertificatePrivateKeySign', signed], ['CertificatePublicKeyVerify', checked]]) {
    const refused = (name, wants, wrong) => t.refused(`${action} ${name}`, wants, action, { ...ref, ...wrong });
    for (const Algorithm of ['RSA_PKCS1_SHA_256', 'SM2DSA', 'ecdsa_sha_256']) {
      await refused(`with ${Algorithm}`, INVALID, { ...params, Algorithm });
    }
    await refused('of no base64', INVALID, { ...params, Message: '!' });
    const short = { ...params, MessageType: 'DIGEST', Message: text(Buffer.alloc(31)) };
    await refused('of a short digest', INVALID, short);
    await refused('of another type', INVALID, { ...params, MessageType: 'HASH' });
    for (const name of ['Algorithm', 'Message']) await refused(`without ${name}`, MISSING, without(params, name));
  }
  const encrypting = { ...ref, Algorithm: 'RSAES_OAEP_SHA_256', Plaintext: 'AAAA' };
  await t.refused('encryption to a curve', INVALID, 'CertificatePublicKeyEncrypt', encrypting);
  const opening = { ...ref, Algorithm: 'RSAES_OAEP_SHA_256', CiphertextBlob: 'AAAA' };
  await t.refused('decryption by a curve', INVALID, 'CertificatePrivateKeyDecrypt', opening);
  const others = {
    unknown: randomUUID(), 'ARN of none': `${t.arnPrefix}certificate/${randomUUID()}`, "a key's": t.key,
    'no id': 'certificate',
  };
  const actions = {
    DescribeCertificate: {}, GetCertificate: {}, DeleteCertificate: {}, CertificatePrivateKeySign: signed,
    UpdateCertificateStatus: { Status: 'ACTIVE' },
  };
  for (const [name, CertificateId] of Object.entries(others)) {
    for (const [action, params] of Object.entries(actions)) {
      await t.refused(`${action}, ${name}`, NO_CERTIFICATE, action, { ...params, CertificateId });
    }
  }
}

export const SECTIONS = [fromRequestToSignature];
export const ONCE = [rsa, statuses, tagsOfCertificates, refusedUploads, refusedRequests, refusedUses];
