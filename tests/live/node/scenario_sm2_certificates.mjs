// Certificates for SM2 pairs, issued and judged by OpenSSL: the twin of `python/scenario_sm2_certificates.py`.

import { randomBytes } from 'node:crypto';

import { authority } from './authority.mjs';
import * as local from './local_sm.mjs';
import { INVALID, data, flipped, text } from './scenario_common.mjs';

const SUBJECT = 'CN=国密.example,O=Live,C=CN';
const MESSAGE = Buffer.from('this is message, 签名\n');
const NAMED = `distid:${local.IDENTITY}`;
const ISSUE = `openssl x509 -req -in sm2.csr -vfyopt ${NAMED} -CAcreateserial -days 30 -out sm2.pem`;
const SM2DSA = { Algorithm: 'SM2DSA' };
const SM2PKE = { Algorithm: 'SM2PKE' };

/** Certificates by an authority with an SM2 pair, and by one with another curve, and their issuers. */
function issued(csr) {
  const { openssl } = authority();
  openssl.write('sm2.csr', csr);
  openssl.run(
    `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out sm2-root.key
    openssl req -x509 -new -key sm2-root.key -sm3 -sigopt ${NAMED} -days 30 -subj '/CN=SM2 Root' -out sm2-root.pem
    ${ISSUE} -CA sm2-root.pem -CAkey sm2-root.key -sm3 -sigopt ${NAMED}
    mv sm2.pem by-sm2.pem
    ${ISSUE} -CA issuer.pem -CAkey issuer.key`,
  );
  return [
    ['P-384', openssl.readText('sm2.pem'), authority().issuer, 'ECDSA-SHA256'],
    ['SM2', openssl.readText('by-sm2.pem'), openssl.readText('sm2-root.pem'), 'SM2-SM3'],
  ];
}

async function fromRequestToSignature(t) {
  const asked = { KeySpec: 'EC_SM2', Subject: SUBJECT, SubjectAlternativeNames: ['sm.example'] };
  const { CertificateId, Csr } = await t.call('CreateCertificate', asked);
  const [ref, { openssl }] = [{ CertificateId }, authority()];
  openssl.write('made.csr', Csr);
  const verify = `openssl req -in made.csr -verify -noout -text -vfyopt ${NAMED} -nameopt RFC2253,-esc_msb 2>&1`;
  const request = openssl.run(verify);
  t.that('SM2 certificate: OpenSSL verifies the request', request.includes('verify OK'), request);
  for (const part of [
    `Subject: ${SUBJECT}\n`, 'DNS:sm.example', 'Signature Algorithm: SM2-with-SM3\n', 'ASN1 OID: SM2\n',
  ]) {
    t.that(`SM2 certificate: the request has ${part.trim()}`, request.includes(part), request);
  }
  let shown;
  for (const [name, Certificate, CertificateChain, algorithm] of issued(Csr)) {
    await t.call('UploadCertificate', { Certificate, CertificateChain, ...ref });
    const got = await t.call('GetCertificate', ref);
    t.equal(`SM2 certificate by ${name}: it is kept`, got.Certificate.trim(), Certificate.trim());
    shown = await t.call('DescribeCertificate', ref);
    const facts = [shown.Status, shown.KeySpec, shown.SignatureAlgorithm, shown.Subject];
    t.equal(`SM2 certificate by ${name}: DescribeCertificate`, facts, ['ACTIVE', 'EC_SM2', algorithm, SUBJECT]);
  }
  const publicKey = local.der(shown.SubjectPublicKey);
  await signatures(t, ref, publicKey);
  await encryption(t, ref, publicKey);
  await t.call('DeleteCertificate', ref);
}

async function signatures(t, ref, publicKey) {
  const digest = local.digest(publicKey, MESSAGE);
  for (const [kind, message, wrong] of [
    ['RAW', MESSAGE, MESSAGE.subarray(0, -1)], ['DIGEST', digest, flipped(digest)],
  ]) {
    const params = { MessageType: kind, Message: text(message), ...SM2DSA, ...ref };
    const value = data((await t.call('CertificatePrivateKeySign', params)).SignatureValue);
    const taken = local.verify(authority().openssl, publicKey, MESSAGE, value);
    t.that(`SM2 certificate, ${kind}: OpenSSL takes the signature`, taken);
    for (const [shape, changed, want] of [
      ['right', {}, true], ['another message', { Message: text(wrong) }, false],
      ['changed', { SignatureValue: text(flipped(value)) }, false],
    ]) {
      const asked = { ...params, SignatureValue: text(value), ...changed };
      const got = await t.call('CertificatePublicKeyVerify', asked);
      t.equal(`SM2 certificate, ${kind}: ${shape}`, got.SignatureValid, want);
    }
    for (const Algorithm of ['ECDSA_SHA_256', 'RSA_PKCS1_SHA_256', 'SM2PKE', 'sm2dsa']) {
      const bad = { ...params, Algorithm };
      await t.refused(`SM2 certificate, ${kind}: ${Algorithm}`, INVALID, 'CertificatePrivateKeySign', bad);
    }
  }
  for (const [name, bad] of Object.entries({
    'a short digest': { MessageType: 'DIGEST', Message: text(digest.subarray(1)) },
    'a long message': { MessageType: 'RAW', Message: text(Buffer.alloc(4097)) },
  })) {
    const params = { ...SM2DSA, ...bad, ...ref };
    await t.refused(`SM2 certificate, ${name}`, INVALID, 'CertificatePrivateKeySign', params);
  }
}

async function encryption(t, ref, publicKey) {
  const action = 'CertificatePrivateKeyDecrypt';
  for (const size of [1, 32, 190]) {
    const Plaintext = text(randomBytes(size));
    const sealed = await t.call('CertificatePublicKeyEncrypt', { Plaintext, ...SM2PKE, ...ref });
    const outside = local.encrypt(authority().openssl, publicKey, data(Plaintext));
    for (const [name, blob] of Object.entries({
      ours: data(sealed.CiphertextBlob), "OpenSSL's": outside, 'without DER': local.raw(outside),
    })) {
      const got = await t.call(action, { CiphertextBlob: text(blob), ...SM2PKE, ...ref });
      t.equal(`SM2 certificate, ${size} bytes, ${name}: opens`, got.Plaintext, Plaintext);
    }
    const bad = { CiphertextBlob: text(flipped(outside)), ...SM2PKE, ...ref };
    await t.refused(`SM2 certificate, ${size} bytes, damaged`, INVALID, action, bad);
  }
}

export const ONCE = [fromRequestToSignature];
