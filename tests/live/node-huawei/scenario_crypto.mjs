// Data, data keys, signatures, codes, import. The judge is Node's own library.

import * as crypto from 'node:crypto';

import { TEXT, b64, code, encrypted, made, opened, raw, sha256, state } from './walk.mjs';

async function data(t) {
  for (const text of [TEXT, 'x', 'é'.repeat(2048)]) {
    const blob = await encrypted(t, t.key, { plain_text: text });
    const back = await t.call('decrypt-data', { cipher_text: blob });
    t.equal('back', [back.key_id, back.plain_text, raw(back.plain_text_base64).toString()], [t.key, text, text]);
  }
  const bound = { additional_authenticated_data: 'ctx=a b&c=d/ü' };
  const blob = await encrypted(t, t.key, bound);
  t.equal('bound', await opened(t, blob, bound), TEXT);
  await t.refused('bound to another', code('0208'), 'decrypt-data', { cipher_text: blob, additional_authenticated_data: 'x' });
  const sealed = await encrypted(t, t.key, { encryption_context: { a: '1', b: '2' } });
  t.equal('members in another order', await opened(t, sealed, { encryption_context: { b: '2', a: '1' } }), TEXT);
  await t.refused('4097 bytes', code('0308'), 'encrypt-data', { key_id: t.key, plain_text: 'x'.repeat(4097) });
  const { random_data } = await t.call('gen-random', { random_data_length: '512' });
  t.that('gen-random', /^[0-9A-F]{128}$/.test(random_data), random_data);
}

async function dataKeys(t) {
  const ref = { key_id: t.key };
  const fresh = await t.call('create-datakey', { ...ref, datakey_length: 512 });
  const shown = await t.call('decrypt-datakey', { ...ref, cipher_text: fresh.cipher_text, datakey_cipher_length: 64 });
  t.equal('opened', shown.data_key, fresh.plain_text);
  t.equal('its digest', shown.datakey_dgst, sha256(Buffer.from(fresh.plain_text, 'hex')).toString('hex').toUpperCase());
  const own = crypto.randomBytes(64);
  const plain_text = Buffer.concat([own, sha256(own)]).toString('hex');
  const sent = await t.call('encrypt-datakey', { ...ref, plain_text, datakey_plain_length: '64' });
  const back = await t.call('decrypt-datakey', { ...ref, cipher_text: sent.cipher_text, datakey_cipher_length: '64' });
  t.equal('brought', back.data_key, own.toString('hex').toUpperCase());
  const wrong = Buffer.concat([own, sha256('')]).toString('hex');
  await t.refused('another digest', code('2103'), 'encrypt-datakey', { ...ref, plain_text: wrong, datakey_plain_length: '64' });
}

async function pairs(t) {
  const message = Buffer.from('this is message');
  for (const [key_spec, signing_algorithm, options] of [
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', {}],
    ['RSA_2048', 'RSASSA_PSS_SHA_512', { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }],
    ['EC_P256', 'ECDSA_SHA_256', {}],
    ['EC_P384', 'ECDSA_SHA_384', {}],
  ]) {
    const key_id = await made(t, { key_spec });
    const { public_key } = await t.call('get-publickey', { key_id });
    const hash = `sha${signing_algorithm.slice(-3)}`;
    const params = { key_id, signing_algorithm, message: b64(message), message_type: 'RAW' };
    const { signature } = await t.call('sign', params);
    t.equal(signing_algorithm, crypto.verify(hash, message, { key: public_key, ...options }, raw(signature)), true);
    t.equal(`${signing_algorithm}: verify`, (await t.call('verify', { ...params, signature })).signature_valid, 'true');
    const other = { ...params, signature, message: b64('another') };
    t.equal(`${signing_algorithm}: another message`, (await t.call('verify', other)).signature_valid, 'false');
  }
  const key_id = await made(t, { key_spec: 'RSA_2048', key_usage: 'ENCRYPT_DECRYPT' });
  const { public_key } = await t.call('get-publickey', { key_id });
  const outside = crypto.publicEncrypt({ key: public_key, oaepHash: 'sha256' }, Buffer.from(TEXT));
  t.equal('from outside', await opened(t, b64(outside), { key_id, encryption_algorithm: 'RSAES_OAEP_SHA_256' }), TEXT);
}

async function codes(t) {
  const params = { key_id: await made(t, { key_spec: 'HMAC_256' }), mac_algorithm: 'HMAC_SHA_256', message: b64('message') };
  const { mac } = await t.call('generate-mac', params);
  t.that('mac', /^[0-9a-f]{64}$/.test(mac), mac);
  t.equal('right', (await t.call('verify-mac', { ...params, mac })).mac_valid, true);
  t.equal('wrong', (await t.call('verify-mac', { ...params, mac: '0'.repeat(64) })).mac_valid, false);
}

function wrapped(got, material) {
  const key = crypto.createPublicKey({ key: raw(got.public_key), format: 'der', type: 'spki' });
  const sealed = crypto.publicEncrypt({ key, oaepHash: 'sha256' }, material);
  return { key_id: got.key_id, import_token: got.import_token, encrypted_key_material: b64(sealed) };
}

const parameters = (t, key_id) =>
  t.call('get-parameters-for-import', { key_id, wrapping_algorithm: 'RSAES_OAEP_SHA_256' });

async function imports(t) {
  const key = await made(t, { origin: 'external' });
  t.equal('waits', await state(t, key), '5');
  const material = crypto.randomBytes(32);
  t.equal('answer', await t.call('import-key-material', wrapped(await parameters(t, key), material)), {});
  const blob = await encrypted(t, key);
  await t.call('delete-imported-key-material', { key_id: key });
  const other = wrapped(await parameters(t, key), crypto.randomBytes(32));
  await t.refused('other material', code('2606'), 'import-key-material', other);
  const expiration_time = `${Math.floor(Date.now() / 1000) + 3600}`; // some clients send a text
  await t.call('import-key-material', { ...wrapped(await parameters(t, key), material), expiration_time });
  t.equal('opens again', await opened(t, blob), TEXT);
}

async function importedPairs(t) {
  const key_id = await made(t, { origin: 'external', key_spec: 'EC_P256' });
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const temporary = crypto.randomBytes(32);
  const wrap = crypto.createCipheriv('id-aes256-wrap-pad', temporary, Buffer.from('A65959A6', 'hex'));
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const encrypted_privatekey = b64(Buffer.concat([wrap.update(der), wrap.final()]));
  await t.call('import-key-material', { ...wrapped(await parameters(t, key_id), temporary), encrypted_privatekey });
  const params = { key_id, signing_algorithm: 'ECDSA_SHA_256', message: b64('message'), message_type: 'RAW' };
  const { signature } = await t.call('sign', params);
  t.equal('signed with it', crypto.verify('sha256', Buffer.from('message'), publicKey, raw(signature)), true);
}

export const SECTIONS = [data, dataKeys, pairs, codes, imports, importedPairs];
export const SHORT = [data, dataKeys];
