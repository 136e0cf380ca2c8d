// Versions of keys: the twin of `python/scenario_versions.py`.

import { randomUUID } from 'node:crypto';

import {
  INVALID, MISSING, NO_KEY, NO_VERSION, WRONG_KIND, describe, ofSpec, versions,
} from './scenario_common.mjs';

async function oneVersion(t) {
  const AliasName = `alias/live/${t.tag}-versions`;
  await t.call('CreateAlias', { KeyId: t.key, AliasName });
  const KeyVersionId = t.first.PrimaryKeyVersion;
  const want = { KeyId: t.key, KeyVersionId, CreationDate: t.first.LastRotationDate };
  for (const [name, KeyId] of Object.entries({ id: t.key, ARN: t.arn, alias: AliasName })) {
    const page = await t.call('ListKeyVersions', { KeyId });
    t.equal(`ListKeyVersions by ${name}`, page.KeyVersions.KeyVersion, [want]);
    t.equal(`ListKeyVersions by ${name}, page`, paging(page), [1, 10, 1]);
    const got = (await t.call('DescribeKeyVersion', { KeyId, KeyVersionId })).KeyVersion;
    t.equal(`DescribeKeyVersion by ${name}`, got, want);
  }
  await t.call('DeleteAlias', { AliasName });
  const page = await t.call('ListKeyVersions', { KeyId: t.key, PageNumber: 2, PageSize: 1 });
  t.equal('ListKeyVersions past the end', [page.KeyVersions.KeyVersion, paging(page)], [[], [2, 1, 1]]);
}

function paging(page) {
  return [page.PageNumber, page.PageSize, page.TotalCount];
}

async function versionsOfAPair(t) {
  const key = await ofSpec(t, 'EC_P256');
  const { KeyId } = key;
  const found = await versions(t, KeyId);
  t.equal('a key pair begins with one version', found.length, 1);
  t.equal('its date', found[0].CreationDate, key.CreationDate);
  t.equal('a key pair has no primary version', key.PrimaryKeyVersion ?? '', '');
  // SOURCE: CreateKeyVersion: at least seven days between two versions.
  await t.refused('another version at once', WRONG_KIND, 'CreateKeyVersion', { KeyId });
  t.equal('still one version', await versions(t, KeyId), found);
  t.equal('the rotation date stays', (await describe(t, KeyId)).LastRotationDate, key.LastRotationDate);
}

async function refusedVersions(t) {
  const unknown = randomUUID();
  await t.refused('CreateKeyVersion, symmetric', WRONG_KIND, 'CreateKeyVersion', { KeyId: t.key });
  await t.refused('CreateKeyVersion, unknown key', NO_KEY, 'CreateKeyVersion', { KeyId: unknown });
  await t.refused('CreateKeyVersion without a key', MISSING, 'CreateKeyVersion');
  const action = 'DescribeKeyVersion';
  const foreign = (await versions(t, t.other))[0].KeyVersionId;
  for (const [name, KeyVersionId] of Object.entries({ unknown, 'of another key': foreign, 'no UUID': 'first' })) {
    await t.refused(`${action}, ${name}`, NO_VERSION, action, { KeyId: t.key, KeyVersionId });
  }
  await t.refused(`${action}, unknown key`, NO_KEY, action, { KeyId: unknown, KeyVersionId: foreign });
  await t.refused(`${action} without a version`, MISSING, action, { KeyId: t.key });
  await t.refused('ListKeyVersions, unknown key', NO_KEY, 'ListKeyVersions', { KeyId: unknown });
  for (const [name, value] of [['PageSize', 0], ['PageSize', 101], ['PageNumber', 0]]) {
    const params = { KeyId: t.key, [name]: value };
    await t.refused(`ListKeyVersions with ${name}=${value}`, INVALID, 'ListKeyVersions', params);
  }
}

export const SECTIONS = [oneVersion, versionsOfAPair, refusedVersions];
