// What holds for every call: unknown keys, the account, who may call: the twin of `python/scenario_calls.py`.

import { randomBytes, randomUUID } from 'node:crypto';

import { NO_KEY, PLAINTEXT, UNICODE, UNSUPPORTED } from './scenario_common.mjs';

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
  await t.refused('ListSecrets', UNSUPPORTED, 'ListSecrets');
  await t.refused('GetRandomPassword', UNSUPPORTED, 'GetRandomPassword', { PasswordLength: '32' });
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

export const SECTIONS = [unknownKeys, account, unsupported, callers];
export const SHORT = [unknownKeys, account, callers];
