// Aliases: the twin of `python/scenario_aliases.py`.

import { randomUUID } from 'node:crypto';

import {
  ALIAS_TAKEN, INVALID, MISSING, NO_ALIAS, NO_ALIAS_HERE, NO_KEY, PLAINTEXT,
} from './scenario_common.mjs';

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

export const SECTIONS = [aliases, refusedAliases];
