// Keys: how they are made, described, listed, switched off and on: the twin of `python/scenario_keys.py`.

import { DATE, DESCRIPTION, DISABLED, INVALID, MISSING, PLAINTEXT, UUID, state } from './scenario_common.mjs';

async function creating(t) {
  const made = await t.call('CreateKey', {
    Description: DESCRIPTION,
    KeySpec: 'Aliyun_AES_256',
    KeyUsage: 'ENCRYPT/DECRYPT',
    Origin: 'Aliyun_KMS',
    ProtectionLevel: 'SOFTWARE',
    Tags: [{ TagKey: 'team/a', TagValue: 'x@y:1' }, { TagKey: 'empty', TagValue: '' }],
  });
  metadataHolds(t, 'CreateKey', made.KeyMetadata);
  await t.refused('tags that are not JSON', INVALID, 'CreateKey', { Tags: 'not json' });
  await t.refused('reserved tag key', INVALID, 'CreateKey', { Tags: [{ TagKey: 'acs:x', TagValue: 'y' }] });
  const many = Array.from({ length: 21 }, (_, i) => ({ TagKey: `k${i}`, TagValue: 'v' }));
  await t.refused('21 tags', INVALID, 'CreateKey', { Tags: many });
  await t.refused('description of 8193 characters', INVALID, 'CreateKey', { Description: 'd'.repeat(8193) });
  await t.refused('origin that does not exist', INVALID, 'CreateKey', { Origin: 'aliyun_kms' });
}

async function describing(t) {
  for (const [name, KeyId] of [['id', t.key], ['ARN', t.arn]]) {
    const got = (await t.call('DescribeKey', { KeyId })).KeyMetadata;
    metadataHolds(t, `DescribeKey by ${name}`, got);
    t.equal(`DescribeKey by ${name}: same key`, got.KeyId, t.key);
    t.equal(`DescribeKey by ${name}: creation date`, got.CreationDate, t.first.CreationDate);
    if (!t.api.hiddenFields.has('DeletionProtection')) {
      t.equal(`DescribeKey by ${name}: DeletionProtection`, got.DeletionProtection, 'Disabled');
    }
  }
  await t.refused('DescribeKey without KeyId', MISSING, 'DescribeKey');
}

export function metadataHolds(t, name, got) {
  const want = {
    Arn: `${t.arnPrefix}key/${got.KeyId}`,
    Creator: t.credentials.account_id,
    Description: DESCRIPTION,
    KeyState: 'Enabled',
    KeySpec: 'Aliyun_AES_256',
    KeyUsage: 'ENCRYPT/DECRYPT',
    Origin: 'Aliyun_KMS',
    ProtectionLevel: 'SOFTWARE',
    AutomaticRotation: 'Disabled',
  };
  t.equal(`${name}: metadata`, Object.fromEntries(Object.keys(want).map((field) => [field, got[field]])), want);
  for (const field of ['CreationDate', 'LastRotationDate']) {
    t.that(`${name}: ${field}`, DATE.test(got[field]), got[field]);
  }
  t.that(`${name}: PrimaryKeyVersion is a UUID`, UUID.test(got.PrimaryKeyVersion), got.PrimaryKeyVersion);
  for (const field of ['DeleteDate', 'MaterialExpireTime', 'NextRotationDate', 'RotationInterval']) {
    t.equal(`${name}: ${field} is empty`, got[field] ?? '', '');
  }
}

async function listing(t) {
  let page = await t.call('ListKeys');
  t.equal('ListKeys: default page', [page.PageNumber, page.PageSize], [1, 10]);
  const every = await allKeys(t);
  t.that('ListKeys: both keys are there', every.has(t.key) && every.has(t.other));
  t.equal('ListKeys: KeyArn', every.get(t.key), t.arn);
  const size = Math.max(1, Math.ceil(every.size / 3));
  const seen = [];
  for (const number of [1, 2, 3]) {
    page = await t.call('ListKeys', { PageNumber: number, PageSize: size });
    t.equal(`ListKeys: page ${number} names itself`, [page.PageNumber, page.PageSize], [number, size]);
    t.equal(`ListKeys: page ${number} has the total`, page.TotalCount, every.size);
    seen.push(...page.Keys.Key.map((key) => key.KeyId));
  }
  t.equal('ListKeys: three pages are everything, once', seen.sort(), [...every.keys()].sort());
  page = await t.call('ListKeys', { PageNumber: 1000, PageSize: 100 });
  t.equal('ListKeys: a page past the end is empty', page.Keys.Key, []);
  for (const [name, value] of [['PageSize', 0], ['PageSize', 101], ['PageNumber', 0]]) {
    await t.refused(`ListKeys with ${name}=${value}`, INVALID, 'ListKeys', { [name]: value });
  }
}

async function filtering(t) {
  const off = (await t.call('CreateKey')).KeyMetadata.KeyId;
  await t.call('DisableKey', { KeyId: off });

  async function check(name, wantOn, wantOff, ...filters) {
    const found = await allKeys(t, filters.map(([Key, Values]) => ({ Key, Values })));
    t.equal(`filter ${name}`, [found.has(t.key), found.has(off)], [wantOn, wantOff]);
  }

  await check('KeyState Enabled', true, false, ['KeyState', ['Enabled']]);
  await check('KeyState Disabled', false, true, ['KeyState', ['Disabled']]);
  await check('KeyState, two values', true, true, ['KeyState', ['Enabled', 'Disabled']]);
  await check('KeyState, two entries', true, true, ['KeyState', ['Enabled']], ['KeyState', ['Disabled']]);
  await check('KeySpec', true, true, ['KeySpec', ['Aliyun_AES_256', 'RSA_2048']]);
  await check('another KeySpec', false, false, ['KeySpec', ['RSA_2048']]);
  await check('KeyUsage', true, true, ['KeyUsage', ['ENCRYPT/DECRYPT']]);
  await check('another KeyUsage', false, false, ['KeyUsage', ['SIGN/VERIFY']]);
  await check('ProtectionLevel', true, true, ['ProtectionLevel', ['SOFTWARE']]);
  await check('another ProtectionLevel', false, false, ['ProtectionLevel', ['HSM']]);
  await check('CreatorType User', true, true, ['CreatorType', ['User']]);
  await check('CreatorType Service', false, false, ['CreatorType', ['Service']]);
  await check('state and usage', false, true, ['KeyState', ['Disabled']], ['KeyUsage', ['ENCRYPT/DECRYPT']]);
  await check('that nothing meets', false, false, ['KeyState', ['Disabled']], ['KeyUsage', ['SIGN/VERIFY']]);
  await t.refused('filters that are not JSON', INVALID, 'ListKeys', { Filters: 'not json' });
}

/** Every key that matches, as a map from id to ARN. */
export async function allKeys(t, filters) {
  const found = new Map();
  for (let number = 1; ; number += 1) {
    const params = { PageNumber: number, PageSize: 100, ...(filters && { Filters: filters }) };
    const page = await t.call('ListKeys', params);
    for (const key of page.Keys.Key) found.set(key.KeyId, key.KeyArn);
    if (number * 100 >= page.TotalCount) return found;
  }
}

async function states(t) {
  const blob = (await t.call('Encrypt', { KeyId: t.other, Plaintext: PLAINTEXT })).CiphertextBlob;
  const mine = (await t.call('Encrypt', { KeyId: t.key, Plaintext: PLAINTEXT })).CiphertextBlob;
  for (let i = 0; i < 2; i += 1) await t.call('DisableKey', { KeyId: t.other }); // both moves are idempotent
  t.equal('state after DisableKey', await state(t, t.other), 'Disabled');
  await t.refused('Encrypt, disabled', DISABLED, 'Encrypt', { KeyId: t.other, Plaintext: PLAINTEXT });
  await t.refused('Decrypt, disabled', DISABLED, 'Decrypt', { CiphertextBlob: blob });
  for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
    await t.refused(`${action}, disabled`, DISABLED, action, { KeyId: t.other });
  }
  const to = { CiphertextBlob: mine, DestinationKeyId: t.other };
  await t.refused('ReEncrypt to disabled', DISABLED, 'ReEncrypt', to);
  const from = { CiphertextBlob: blob, DestinationKeyId: t.key };
  await t.refused('ReEncrypt from disabled', DISABLED, 'ReEncrypt', from);
  for (let i = 0; i < 2; i += 1) await t.call('EnableKey', { KeyId: t.other });
  t.equal('state after EnableKey', await state(t, t.other), 'Enabled');
  t.equal('Decrypt after EnableKey', (await t.call('Decrypt', { CiphertextBlob: blob })).Plaintext, PLAINTEXT);
}

async function descriptions(t) {
  for (const [name, text] of [['new', 'second text'], ['8192 characters', 'd'.repeat(8192)], ['empty', '']]) {
    await t.call('UpdateKeyDescription', { KeyId: t.other, Description: text });
    const got = (await t.call('DescribeKey', { KeyId: t.other })).KeyMetadata.Description ?? '';
    t.equal(`description, ${name}`, got, text);
  }
  const long = { KeyId: t.other, Description: 'd'.repeat(8193) };
  await t.refused('description, 8193 characters', INVALID, 'UpdateKeyDescription', long);
  await t.refused('description missing', MISSING, 'UpdateKeyDescription', { KeyId: t.other });
}

export const SECTIONS = [creating, describing, listing, filtering, states, descriptions];
