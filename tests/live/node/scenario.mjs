// The scenario that every Node client runs: the twin of `python/scenario.py`, section by section and check by check.

import { randomBytes, randomUUID } from 'node:crypto';

const INVALID = [400, 'InvalidParameter'];
const MISSING = [400, 'MissingParameter'];
const NO_ALIAS_HERE = [400, 'Unsupported.Alias'];
const ALIAS_TAKEN = [400, 'AliasAlreadyExists'];
const UNSUPPORTED = [400, 'UnsupportedOperation'];
const NO_KEY = [404, 'Forbidden.KeyNotFound'];
const NO_ALIAS = [404, 'Forbidden.AliasNotFound'];
const DISABLED = [409, 'Rejected.Disabled'];

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DESCRIPTION = "live test: 密钥 «ключ» 'q\" &=+%\n~*";
const PLAINTEXT = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('base64');
const ORDINARY = { purpose: 'live test', tenant: 'a=1&b=2' };
const UNICODE = { 'k 1': 'v+/=*~', ключ: '值 "q"\\', '😀': '' };

// Two keys that all sections share, and a name that no other run uses.
async function setup(t) {
  t.tag = randomUUID().replaceAll('-', '').slice(0, 12);
  t.first = (await t.call('CreateKey', { Description: DESCRIPTION })).KeyMetadata;
  t.key = t.first.KeyId;
  t.arn = t.first.Arn;
  t.other = (await t.call('CreateKey')).KeyMetadata.KeyId;
  t.arnPrefix = `acs:kms:${t.credentials.region}:${t.credentials.account_id}:`;
}

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

function metadataHolds(t, name, got) {
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
async function allKeys(t, filters) {
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

async function state(t, KeyId) {
  return (await t.call('DescribeKey', { KeyId })).KeyMetadata.KeyState;
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

async function encrypt(t, KeyId, Plaintext, context) {
  return t.call('Encrypt', { KeyId, Plaintext, ...(context && { EncryptionContext: context }) });
}

async function roundTrip(t, name, plaintext, key, context) {
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

async function aliases(t) {
  const name = `alias/live/${t.tag}_a-1`;
  await t.call('CreateAlias', { KeyId: t.key, AliasName: name });
  const want = { KeyId: t.key, AliasName: name, AliasArn: t.arnPrefix + name };
  t.equal('ListAliases has it', (await allAliases(t)).find((alias) => alias.AliasName === name), want);
  const byKey = await t.call('ListAliasesByKeyId', { KeyId: t.key, PageSize: 100 });
  t.equal('ListAliasesByKeyId has it alone', [byKey.TotalCount, byKey.Aliases.Alias], [1, [want]]);
  const none = await t.call('ListAliasesByKeyId', { KeyId: t.other });
  t.equal('ListAliasesByKeyId, no alias', [none.TotalCount, none.Aliases.Alias], [0, []]);
  t.equal('DescribeKey by alias', (await t.call('DescribeKey', { KeyId: name })).KeyMetadata.KeyId, t.key);
  await t.refused('the same alias again', ALIAS_TAKEN, 'CreateAlias', { KeyId: t.other, AliasName: name });
  const { CiphertextBlob } = await t.call('Encrypt', { KeyId: name, Plaintext: PLAINTEXT });
  for (const action of ['EnableKey', 'DisableKey']) {
    await t.refused(`${action} by alias`, NO_ALIAS_HERE, action, { KeyId: name });
  }
  const text = { KeyId: name, Description: 'x' };
  await t.refused('UpdateKeyDescription by alias', NO_ALIAS_HERE, 'UpdateKeyDescription', text);
  await t.call('UpdateAlias', { KeyId: t.other, AliasName: name });
  t.equal('UpdateAlias moves it', (await t.call('Encrypt', { KeyId: name, Plaintext: PLAINTEXT })).KeyId, t.other);
  t.equal('old blobs stay with their key', (await t.call('Decrypt', { CiphertextBlob })).KeyId, t.key);
  t.equal('data key by alias', (await t.call('GenerateDataKey', { KeyId: name })).KeyId, t.other);
  await t.call('DeleteAlias', { AliasName: name });
  t.that('DeleteAlias removes it', !(await allAliases(t)).some((alias) => alias.AliasName === name));
}

async function refusedAliases(t) {
  const gone = `alias/live/${t.tag}_gone`;
  await t.refused('DeleteAlias, unknown', NO_ALIAS, 'DeleteAlias', { AliasName: gone });
  await t.refused('UpdateAlias, unknown', NO_ALIAS, 'UpdateAlias', { KeyId: t.key, AliasName: gone });
  await t.refused('DescribeKey, unknown alias', NO_ALIAS, 'DescribeKey', { KeyId: gone });
  await t.refused('GenerateDataKey, unknown alias', NO_ALIAS, 'GenerateDataKey', { KeyId: gone });
  await t.refused('CreateAlias, unknown key', NO_KEY, 'CreateAlias', { KeyId: randomUUID(), AliasName: gone });
  const long = `alias/${'a'.repeat(256)}`;
  const bad = ['alias/acs/x', 'alias/acs', 'no-prefix', 'alias/', 'alias/two words', 'alias/ключ', long];
  for (const AliasName of bad) {
    await t.refused(`CreateAlias ${AliasName.slice(0, 20)}`, INVALID, 'CreateAlias', { KeyId: t.key, AliasName });
  }
  await t.refused('CreateAlias without a name', MISSING, 'CreateAlias', { KeyId: t.key });
  for (const PageSize of [0, 101]) {
    await t.refused(`ListAliases with PageSize=${PageSize}`, INVALID, 'ListAliases', { PageSize });
  }
}

async function allAliases(t) {
  const found = [];
  for (let number = 1; ; number += 1) {
    const page = await t.call('ListAliases', { PageNumber: number, PageSize: 100 });
    found.push(...page.Aliases.Alias);
    if (number * 100 >= page.TotalCount) return found;
  }
}

async function unknownKeys(t) {
  const references = {
    UUID: randomUUID(),
    'newer style': `key-hzz${randomBytes(9).toString('hex')}`,
    ARN: `${t.arnPrefix}key/${randomUUID()}`,
  };
  for (const [name, KeyId] of Object.entries(references)) {
    await t.refused(`DescribeKey, unknown ${name}`, NO_KEY, 'DescribeKey', { KeyId });
  }
  const KeyId = randomUUID();
  for (const action of ['EnableKey', 'DisableKey', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
    await t.refused(`${action}, unknown key`, NO_KEY, action, { KeyId });
  }
  await t.refused('Encrypt, unknown key', NO_KEY, 'Encrypt', { KeyId, Plaintext: PLAINTEXT });
  await t.refused('UpdateKeyDescription, unknown key', NO_KEY, 'UpdateKeyDescription', { KeyId, Description: 'x' });
}

async function account(t) {
  const regions = (await t.call('DescribeRegions')).Regions.Region;
  t.that('DescribeRegions has ours', regions.some((region) => region.RegionId === t.credentials.region));
  t.equal('AccountStatus', (await t.call('DescribeAccountKmsStatus')).AccountStatus, 'Enabled');
  await t.refused('OpenKmsService', [400, 'Forbidden.Opened'], 'OpenKmsService');
}

async function unsupported(t) {
  const deletion = { KeyId: t.other, PendingWindowInDays: 7 };
  await t.refused('ScheduleKeyDeletion', UNSUPPORTED, 'ScheduleKeyDeletion', deletion);
  await t.refused('AsymmetricSign', UNSUPPORTED, 'AsymmetricSign', {
    KeyId: t.key,
    KeyVersionId: t.first.PrimaryKeyVersion,
    Algorithm: 'RSA_PSS_SHA_256',
    Digest: Buffer.alloc(32).toString('base64'),
  });
  await t.refused('ListSecrets', UNSUPPORTED, 'ListSecrets');
  t.equal('the key is still enabled', await state(t, t.other), 'Enabled');
  await t.refused('an action that nobody has', [404, 'InvalidAction.NotFound'], 'NoSuchAction');
}

async function callers(t) {
  const { access_key_id: keyId, access_key_secret: secret } = t.credentials;
  const wrong = t.make(keyId, secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0'));
  const code = [400, wrong.wrongSecretCode];
  await t.refused('wrong secret, read', code, 'DescribeKey', { KeyId: t.key }, wrong);
  const unicode = { KeyId: t.key, Plaintext: PLAINTEXT, EncryptionContext: UNICODE };
  await t.refused('wrong secret, unicode', code, 'Encrypt', unicode, wrong);
  const nobody = t.make('LTAI5tNobodyHasThisKeyId', secret);
  await t.refused('unknown access key', [404, 'InvalidAccessKeyId.NotFound'], 'DescribeRegions', {}, nobody);
}

// The pass over plain HTTP: the same server behind another listener.
async function inShort(t) {
  metadataHolds(t, 'CreateKey', t.first);
  await roundTrip(t, 'unicode context', PLAINTEXT, t.key, UNICODE);
  await roundTrip(t, '6144 bytes', Buffer.alloc(6144, 0xff).toString('base64'), t.arn, ORDINARY);
  const blob = (await encrypt(t, t.key, PLAINTEXT, ORDINARY)).CiphertextBlob;
  await t.refused('wrong context', INVALID, 'Decrypt', { CiphertextBlob: blob, EncryptionContext: UNICODE });
}

export const FULL = [
  setup, creating, describing, listing, filtering, states, descriptions, encrypting, wrongContexts, tampering,
  limits, dataKeys, reencrypting, aliases, refusedAliases, unknownKeys, account, unsupported, callers,
];
export const SHORT = [setup, inShort, unknownKeys, account, callers];
