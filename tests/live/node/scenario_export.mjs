// Data keys for somebody else's key pair: the twin of `python/scenario_export.py`.

import { randomBytes, randomUUID } from 'node:crypto';

import * as local from './local_crypto.mjs';
import {
  DISABLED, INVALID, MISSING, NO_KEY, ORDINARY, UNICODE, data, encrypt, flipped, names, pair as servicePair, text,
  without,
} from './scenario_common.mjs';

const ALGORITHMS = ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'];

function recipient(pair, WrappingAlgorithm = ALGORITHMS[0]) {
  return { PublicKeyBlob: text(local.derOf(pair)), WrappingKeySpec: 'RSA_2048', WrappingAlgorithm };
}

async function exporting(t) {
  const pair = local.newPair();
  const ours = { KeyId: t.key, KeyVersionId: t.first.PrimaryKeyVersion };
  const sizes = { default: [{}, 32], AES_128: [{ KeySpec: 'AES_128' }, 16], bytes: [{ NumberOfBytes: 100 }, 100] };
  const context = { EncryptionContext: ORDINARY };
  for (const algorithm of ALGORITHMS) {
    const to = recipient(pair, algorithm);
    for (const [size, [params, length]] of Object.entries(sizes)) {
      const name = `${algorithm}, ${size}`;
      const made = await t.call('GenerateAndExportDataKey', { KeyId: t.arn, ...to, ...params, ...context });
      const { CiphertextBlob } = made;
      t.equal(`${name}: key`, names(made), ours);
      t.that(`${name}: no plaintext`, !('Plaintext' in made));
      const raw = local.decrypt(pair, algorithm, data(made.ExportedDataKey));
      t.equal(`${name}: length`, raw.length, length);
      const { Plaintext } = await t.call('Decrypt', { CiphertextBlob, ...context });
      t.equal(`${name}: both are the same data key`, Plaintext, text(raw));
      const again = await t.call('ExportDataKey', { CiphertextBlob, ...to, ...context });
      t.equal(`${name}: exported again, key`, names(again), ours);
      const got = local.decrypt(pair, algorithm, data(again.ExportedDataKey));
      t.equal(`${name}: exported again`, text(got), text(raw));
    }
  }
  const unicode = { EncryptionContext: UNICODE };
  for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
    const { CiphertextBlob } = await t.call(action, { KeyId: t.key, ...unicode });
    const out = await t.call('ExportDataKey', { CiphertextBlob, ...unicode, ...recipient(pair) });
    const { Plaintext } = await t.call('Decrypt', { CiphertextBlob, ...unicode });
    const raw = local.decrypt(pair, ALGORITHMS[0], data(out.ExportedDataKey));
    t.equal(`export of what ${action} made`, text(raw), Plaintext);
  }
}

/** A data key that its maker sent to a key pair, kept under a symmetric key, and sent on. */
async function exportingWhatCameByAPair(t) {
  const service = await servicePair(t, 'RSA_2048', { KeyUsage: 'ENCRYPT/DECRYPT' });
  const [mine, raw, algorithm] = [local.newPair(), randomBytes(32), ALGORITHMS[0]];
  const publicKey = local.publicKey((await t.call('GetPublicKey', service)).PublicKey);
  const moved = await t.call('ReEncrypt', {
    SourceKeyId: service.KeyId,
    SourceKeyVersionId: service.KeyVersionId,
    SourceEncryptionAlgorithm: algorithm,
    CiphertextBlob: text(local.encrypt(publicKey, algorithm, raw)),
    DestinationKeyId: t.key,
  });
  const out = await t.call('ExportDataKey', { CiphertextBlob: moved.CiphertextBlob, ...recipient(mine) });
  const got = local.decrypt(mine, algorithm, data(out.ExportedDataKey));
  t.equal('the key that its maker sent', text(got), text(raw));
}

async function refusedExports(t) {
  const pair = local.newPair();
  const context = { EncryptionContext: ORDINARY };
  const sealed = (await t.call('GenerateDataKey', { KeyId: t.key, ...context })).CiphertextBlob;
  const blob = { CiphertextBlob: sealed, ...context };
  const to = recipient(pair);
  const wrong = {
    'a public key of another length': { PublicKeyBlob: text(local.derOf(local.newPair(3072))) },
    'a damaged public key': { PublicKeyBlob: text(local.derOf(pair).subarray(0, -1)) },
    'no public key at all': { PublicKeyBlob: text(Buffer.from('public key')) },
    'a public key that is not base64': { PublicKeyBlob: '-----BEGIN PUBLIC KEY-----' },
    'an algorithm for imports': { WrappingAlgorithm: 'RSAES_PKCS1_V1_5' },
    'an algorithm that does not exist': { WrappingAlgorithm: 'RSAES_OAEP_SHA_512' },
    'an algorithm of other keys': { WrappingAlgorithm: 'SM2PKE' },
    'a spec that does not wrap': { WrappingKeySpec: 'RSA_3072' },
  };
  const actions = { GenerateAndExportDataKey: { KeyId: t.key }, ExportDataKey: blob };
  for (const [action, base] of Object.entries(actions)) {
    for (const [name, change] of Object.entries(wrong)) {
      await t.refused(`${action} with ${name}`, INVALID, action, { ...base, ...to, ...change });
    }
    for (const name of [Object.keys(base)[0], ...Object.keys(to)]) {
      await t.refused(`${action} without ${name}`, MISSING, action, without({ ...base, ...to }, name));
    }
  }
  let action = 'GenerateAndExportDataKey';
  const longKey = { KeyId: t.key, NumberOfBytes: 191, ...to };
  await t.refused('a data key that is too long to wrap', INVALID, action, longKey);
  await t.refused(`${action}, unknown key`, NO_KEY, action, { KeyId: randomUUID(), ...to });
  action = 'ExportDataKey';
  const params = { ...blob, ...to };
  await t.refused(`${action} under a wrong context`, INVALID, action, { ...params, EncryptionContext: UNICODE });
  const damaged = text(flipped(data(sealed)));
  await t.refused(`${action} of a damaged blob`, INVALID, action, { ...params, CiphertextBlob: damaged });
  const words = await encrypt(t, t.key, 'no data key', ORDINARY);
  const long = await encrypt(t, t.key, text(randomBytes(191)), ORDINARY);
  for (const [name, { CiphertextBlob }] of Object.entries({ 'no data key': words, 'too long': long })) {
    await t.refused(`${action} of what is ${name}`, INVALID, action, { ...params, CiphertextBlob });
  }
  await exportsOfDisabledKeys(t, to);
}

async function exportsOfDisabledKeys(t, to) {
  const KeyId = t.other;
  const { CiphertextBlob } = await t.call('GenerateDataKey', { KeyId });
  await t.call('DisableKey', { KeyId });
  const fresh = { KeyId, ...to };
  await t.refused('GenerateAndExportDataKey, disabled', DISABLED, 'GenerateAndExportDataKey', fresh);
  await t.refused('ExportDataKey, disabled', DISABLED, 'ExportDataKey', { CiphertextBlob, ...to });
  await t.call('EnableKey', { KeyId });
}

export const SECTIONS = [exporting, exportingWhatCameByAPair, refusedExports];
