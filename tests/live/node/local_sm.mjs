// The Chinese algorithms on a caller's side: SM2 by the `openssl` command, SM3 by Node. Twin of `python/local_sm.py`.
//
// SOURCE: GM/T 0009: the hash that is signed, the identity of who names none, the form of ciphertexts. GB/T 32918.5:
// the curve.

import { createHash } from 'node:crypto';

export const IDENTITY = '1234567812345678';
// A public key in DER up to its point: id-ecPublicKey on the curve 1.2.156.10197.1.301, a point that is not compressed.
const HEAD = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d03420004', 'hex');
// a and b of the curve, and its base point.
const CURVE = Buffer.from(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
  'hex',
);

export function der(pem) {
  return Buffer.from(pem.split('-----')[2], 'base64');
}

/** x and y of a public key in DER. */
export function point(publicKey) {
  if (!publicKey.subarray(0, HEAD.length).equals(HEAD) || publicKey.length !== HEAD.length + 64) {
    throw new Error(`no public key of SM2: ${publicKey.toString('hex')}`);
  }
  return publicKey.subarray(-64);
}

function sm3(...parts) {
  const hasher = createHash('sm3');
  for (const part of parts) hasher.update(part);
  return hasher.digest();
}

/** What is signed for a message: the hash of it behind a hash of who signs. */
export function digest(publicKey, message, identity = IDENTITY) {
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(8 * identity.length);
  return sm3(sm3(bits, identity, CURVE, point(publicKey)), message);
}

/** Whether OpenSSL takes the signature for right. */
export function verify(openssl, publicKey, message, signature, identity = IDENTITY) {
  openssl.write('sm2.der', publicKey);
  openssl.write('sm2.msg', message);
  openssl.write('sm2.sig', signature);
  const command = `openssl dgst -sm3 -keyform DER -verify sm2.der -sigopt distid:${identity}`;
  return openssl.tries(`${command} -signature sm2.sig sm2.msg`)[1] === 'Verified OK\n';
}

/** OpenSSL's ciphertext, a DER SEQUENCE of x, y, hash, ciphertext. */
export function encrypt(openssl, publicKey, plaintext) {
  openssl.write('sm2.der', publicKey);
  openssl.write('sm2.plain', plaintext);
  openssl.run('openssl pkeyutl -encrypt -pubin -keyform DER -inkey sm2.der -in sm2.plain -out sm2.sealed');
  return openssl.read('sm2.sealed');
}

/** The contents of the members of a DER SEQUENCE. */
export function members(sequence) {
  let [inside, rest] = first(sequence);
  if (rest.length) throw new Error('something behind the sequence');
  const found = [];
  while (inside.length) {
    [rest, inside] = first(inside);
    found.push(rest);
  }
  return found;
}

function first(data) {
  let [length, start] = [data[1], 2];
  if (length & 0x80) {
    start += length & 0x7f;
    length = data.readUIntBE(2, start - 2);
  }
  return [data.subarray(start, start + length), data.subarray(start + length)];
}

/** A ciphertext without DER: the point, the hash, what is encrypted. Swapped has the last two the other way round, as
 * the first edition of the standard. */
export function raw(sealed, swapped = false) {
  const [x, y, hashed, body] = members(sealed);
  const whole = (number) => Buffer.concat([Buffer.alloc(32), number]).subarray(-32);
  return Buffer.concat([Buffer.from([4]), whole(x), whole(y), ...(swapped ? [body, hashed] : [hashed, body])]);
}
