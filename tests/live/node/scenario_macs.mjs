// Message authentication codes: the twin of `python/scenario_macs.py`.

import { randomBytes, randomUUID } from 'node:crypto';

import {
  DISABLED, INVALID, LEAVING, MISSING, NO_KEY, WRONG_KIND, data, flipped, made, ofSpec, text, without,
} from './scenario_common.mjs';

// Algorithms and the bytes of their codes. The specs of their keys have the same names.
export const LENGTHS = { HMAC_SHA_224: 28, HMAC_SHA_256: 32, HMAC_SHA_384: 48, HMAC_SHA_512: 64, HMAC_SM3: 32 };

async function codes(t) {
  await codeAndCheck(t, 'HMAC_SHA_256');
}

async function everyCode(t) {
  for (const algorithm of Object.keys(LENGTHS)) await codeAndCheck(t, algorithm);
}

export async function codeAndCheck(t, Algorithm, level = {}) {
  const [{ KeyId }, label] = [await ofSpec(t, Algorithm, level), [Algorithm, ...Object.values(level)].join(' ')];
  const messages = { short: Buffer.from('m'), binary: Buffer.from([...Array(256).keys()]), long: randomBytes(4096) };
  for (const [name, message] of Object.entries(messages)) {
    const params = { KeyId, Algorithm, Message: text(message) };
    const answer = await t.call('GenerateMac', params);
    const code = data(answer.Mac);
    const got = [answer.KeyId, answer.Algorithm, code.length];
    t.equal(`${label}, ${name}: answer`, got, [KeyId, Algorithm, LENGTHS[Algorithm]]);
    t.equal(`${label}, ${name}: the same code again`, (await t.call('GenerateMac', params)).Mac, answer.Mac);
    for (const [shape, wants, Message, Mac] of [
      ['right', true, text(message), text(code)],
      ['another message', false, text(flipped(message)), text(code)],
      ['a changed code', false, text(message), text(flipped(code))],
      ['a cut code', false, text(message), text(code.subarray(0, -1))],
      ['a longer code', false, text(message), text(code, [0])],
    ]) {
      const checked = await t.call('VerifyMac', { KeyId, Algorithm, Message, Mac });
      const answered = [checked.KeyId, checked.Algorithm, checked.Value];
      t.equal(`${label}, ${name}: ${shape}`, answered, [KeyId, Algorithm, wants]);
    }
  }
}

async function refusedCodes(t) {
  const mine = (await ofSpec(t, 'HMAC_SHA_256')).KeyId;
  const good = { KeyId: mine, Algorithm: 'HMAC_SHA_256', Message: text(Buffer.from('m')) };
  const checked = { ...good, Mac: text(Buffer.alloc(32)) };
  for (const [action, params] of Object.entries({ GenerateMac: good, VerifyMac: checked })) {
    for (const Algorithm of ['HMAC_SHA_512', 'HMAC_SHA_1', 'hmac_sha_256', 'RSA_PSS_SHA_256']) {
      await t.refused(`${action} with ${Algorithm}`, INVALID, action, { ...params, Algorithm });
    }
    for (const name of Object.keys(params)) {
      await t.refused(`${action} without ${name}`, MISSING, action, without(params, name));
    }
    await t.refused(`${action} of no base64`, INVALID, action, { ...params, Message: '!' });
    await t.refused(`${action}, unknown key`, NO_KEY, action, { ...params, KeyId: randomUUID() });
    await t.refused(`${action}, symmetric key`, WRONG_KIND, action, { ...params, KeyId: t.key });
  }
  const other = (await made(t, { KeySpec: 'HMAC_SHA_256' })).KeyId;
  const both = new Set();
  for (const KeyId of [mine, other]) both.add((await t.call('GenerateMac', { ...good, KeyId })).Mac);
  t.equal('two keys make two codes', both.size, 2);
}

async function codersInOtherStates(t) {
  const { KeyId } = await ofSpec(t, 'HMAC_SHA_256');
  const good = { KeyId, Algorithm: 'HMAC_SHA_256', Message: text(Buffer.from('m')) };
  const { Mac } = await t.call('GenerateMac', good);
  for (const [action, wants, params] of [
    ['DisableKey', DISABLED, {}],
    ['ScheduleKeyDeletion', LEAVING, { PendingWindowInDays: 7 }],
  ]) {
    await t.call(action, { KeyId, ...params });
    await t.refused(`GenerateMac after ${action}`, wants, 'GenerateMac', good);
    await t.refused(`VerifyMac after ${action}`, wants, 'VerifyMac', { ...good, Mac });
  }
  await t.call('CancelKeyDeletion', { KeyId });
  t.equal('an old code is still right', (await t.call('VerifyMac', { ...good, Mac })).Value, true);
}

export const SECTIONS = [codes, refusedCodes, codersInOtherStates];
export const ONCE = [everyCode];
