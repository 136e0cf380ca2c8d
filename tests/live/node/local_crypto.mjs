// What a caller computes on its own side: with public keys of the service, and with private keys of its own. Twin of
// `python/local_crypto.py`.

import {
  constants, createHash, createPublicKey, generateKeyPairSync, privateDecrypt, publicEncrypt, verify as check,
} from 'node:crypto';

export function publicKey(pem) {
  return createPublicKey(pem);
}

export function publicKeyOfDer(der) {
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

export function encrypt(key, algorithm, data) {
  return publicEncrypt({ key, ...padding(algorithm) }, data);
}

/** Whether the signature is right for the message, not for its digest. */
export function verify(key, algorithm, message, signature) {
  const [scheme, bits] = algorithm.split('_SHA_');
  const options = { key };
  if (scheme === 'RSA_PSS') {
    options.padding = constants.RSA_PKCS1_PSS_PADDING;
    options.saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  }
  return check(`sha${bits}`, message, options, signature);
}

/** The digest that is signed with this algorithm. */
export function digest(algorithm, message) {
  return createHash(`sha${algorithm.split('_SHA_')[1]}`).update(message).digest();
}

export function newPair(modulusLength = 2048) {
  return generateKeyPairSync('rsa', { modulusLength });
}

/** The public half as DER SubjectPublicKeyInfo. */
export function derOf(pair) {
  return pair.publicKey.export({ format: 'der', type: 'spki' });
}

export function decrypt(pair, algorithm, ciphertext) {
  return privateDecrypt({ key: pair.privateKey, ...padding(algorithm) }, ciphertext);
}

function padding(algorithm) {
  if (algorithm === 'RSAES_PKCS1_V1_5') return { padding: constants.RSA_PKCS1_PADDING };
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: `sha${algorithm.split('_').at(-1)}` };
}
