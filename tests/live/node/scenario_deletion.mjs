// The end of a key: its window, the way back, its protection: the twin of `python/scenario_deletion.py`.

import { randomUUID } from 'node:crypto';

import {
  DAY, INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, NO_MOVE, PLAINTEXT, UNSUPPORTED, describe, liesAhead, made,
  now, state, versions,
} from './scenario_common.mjs';

async function deletion(t) {
  const { KeyId } = await made(t);
  const AliasName = `alias/live/${t.tag}-leaving`;
  await t.call('CreateAlias', { KeyId, AliasName });
  const { CiphertextBlob } = await t.call('Encrypt', { KeyId, Plaintext: PLAINTEXT });
  const start = now();
  await t.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  t.equal('state after ScheduleKeyDeletion', await state(t, KeyId), 'PendingDeletion');
  liesAhead(t, 'DeleteDate', (await describe(t, KeyId)).DeleteDate, start, 7 * DAY);
  await refusedWhileLeaving(t, KeyId, AliasName, CiphertextBlob);
  await servedWhileLeaving(t, KeyId, AliasName);
  await t.call('CancelKeyDeletion', { KeyId });
  const back = await describe(t, KeyId);
  t.equal('state after CancelKeyDeletion', [back.KeyState, back.DeleteDate ?? ''], ['Enabled', '']);
  t.equal('old blob opens again', (await t.call('Decrypt', { CiphertextBlob })).Plaintext, PLAINTEXT);
  await t.refused('CancelKeyDeletion, enabled', NO_MOVE, 'CancelKeyDeletion', { KeyId });
  await t.call('DisableKey', { KeyId });
  await t.refused('CancelKeyDeletion, disabled', NO_MOVE, 'CancelKeyDeletion', { KeyId });
  await t.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 366 });
  liesAhead(t, 'the longest window', (await describe(t, KeyId)).DeleteDate, start, 366 * DAY);
  await t.call('CancelKeyDeletion', { KeyId });
  t.equal('a key that was disabled comes back enabled', await state(t, KeyId), 'Enabled');
}

async function refusedWhileLeaving(t, key, alias, blob) {
  const base = { KeyId: key };
  const mine = (await t.call('Encrypt', { KeyId: t.key, Plaintext: PLAINTEXT })).CiphertextBlob;
  for (const [action, wants, params] of [
    ['Encrypt', LEAVING, { ...base, Plaintext: PLAINTEXT }],
    ['Encrypt', LEAVING, { KeyId: alias, Plaintext: PLAINTEXT }],
    ['Decrypt', LEAVING, { CiphertextBlob: blob }],
    ['GenerateDataKey', LEAVING, base],
    ['GenerateDataKeyWithoutPlaintext', LEAVING, base],
    ['ReEncrypt', LEAVING, { CiphertextBlob: blob, DestinationKeyId: t.key }],
    ['ReEncrypt', LEAVING, { CiphertextBlob: mine, DestinationKeyId: key }],
    ['UpdateKeyDescription', LEAVING, { ...base, Description: 'x' }],
    ['UpdateRotationPolicy', LEAVING, { ...base, EnableAutomaticRotation: true, RotationInterval: '7d' }],
    ['TagResource', LEAVING, { ...base, Tags: [{ TagKey: 'a', TagValue: 'b' }] }],
    ['UntagResource', LEAVING, { ...base, TagKeys: ['a'] }],
    ['UpdateAlias', LEAVING, { ...base, AliasName: alias }],
    ['CreateAlias', NO_MOVE, { ...base, AliasName: `${alias}-2` }],
    ['EnableKey', NO_MOVE, base],
    ['DisableKey', NO_MOVE, base],
    ['ScheduleKeyDeletion', NO_MOVE, { ...base, PendingWindowInDays: 7 }],
  ]) {
    await t.refused(`${action} while the key waits for its end`, wants, action, params);
  }
}

async function servedWhileLeaving(t, KeyId, AliasName) {
  t.equal('DescribeKey by alias', (await describe(t, AliasName)).KeyId, KeyId);
  const [{ KeyVersionId }] = await versions(t, KeyId);
  const got = (await t.call('DescribeKeyVersion', { KeyId, KeyVersionId })).KeyVersion;
  t.equal('DescribeKeyVersion', got.KeyVersionId, KeyVersionId);
  t.equal('ListResourceTags', (await t.call('ListResourceTags', { KeyId })).Tags.Tag, []);
  const page = await t.call('ListAliasesByKeyId', { KeyId });
  t.equal('ListAliasesByKeyId', page.Aliases.Alias.map((row) => row.AliasName), [AliasName]);
  await t.call('DeleteAlias', { AliasName });
  t.equal('DeleteAlias', (await t.call('ListAliasesByKeyId', { KeyId })).TotalCount, 0);
}

async function windows(t) {
  const action = 'ScheduleKeyDeletion';
  const { KeyId } = await made(t);
  for (const PendingWindowInDays of [0, 6, 367, 'x', '-7']) {
    await t.refused(`${action} in ${PendingWindowInDays} days`, INVALID, action, { KeyId, PendingWindowInDays });
  }
  await t.refused(`${action} without a key`, MISSING, action, { PendingWindowInDays: 7 });
  const unknown = { KeyId: randomUUID() };
  await t.refused(`${action}, unknown key`, NO_KEY, action, { PendingWindowInDays: 7, ...unknown });
  await t.refused('CancelKeyDeletion, unknown key', NO_KEY, 'CancelKeyDeletion', unknown);
  const AliasName = `alias/live/${t.tag}-window`;
  await t.call('CreateAlias', { KeyId, AliasName });
  await t.refused(`${action} by alias`, NO_ALIAS_HERE, action, { KeyId: AliasName, PendingWindowInDays: 7 });
  await t.refused('CancelKeyDeletion by alias', NO_ALIAS_HERE, 'CancelKeyDeletion', { KeyId: AliasName });
  await t.call('DeleteAlias', { AliasName });
  t.equal('nothing happened', await state(t, KeyId), 'Enabled');
  const start = now();
  await t.call(action, { KeyId: `${t.arnPrefix}key/${KeyId}` });
  liesAhead(t, 'the window when none is given', (await describe(t, KeyId)).DeleteDate, start, 30 * DAY);
}

async function protection(t) {
  const action = 'SetDeletionProtection';
  const { KeyId, Arn: ProtectedResourceArn } = await made(t);
  const on = { ProtectedResourceArn, EnableDeletionProtection: true };
  const off = { ProtectedResourceArn, EnableDeletionProtection: false };
  const reason = { DeletionProtectionDescription: 'kept for «аудит» & more' };
  await t.call(action, { ...on, ...reason });
  await protectionShows(t, 'on', KeyId, 'Enabled', reason.DeletionProtectionDescription);
  const week = { KeyId, PendingWindowInDays: 7 };
  await t.refused('a protected key', UNSUPPORTED, 'ScheduleKeyDeletion', week);
  t.equal('a protected key stays', await state(t, KeyId), 'Enabled');
  await t.call(action, { ...off, ...reason });
  await protectionShows(t, 'off', KeyId, 'Disabled', '');
  await t.call(action, { KeyId, EnableDeletionProtection: true });
  await protectionShows(t, 'on by KeyId', KeyId, 'Enabled', '');
  await t.call(action, { KeyId, EnableDeletionProtection: false });
  await t.refused('no word on or off', MISSING, action, { ProtectedResourceArn });
  await t.refused('a word that is neither', INVALID, action, { ...on, EnableDeletionProtection: 'yes' });
  await t.refused('protection of no key', MISSING, action, { EnableDeletionProtection: true });
  const unknown = `${t.arnPrefix}key/${randomUUID()}`;
  await t.refused('unknown key', NO_KEY, action, { ...on, ProtectedResourceArn: unknown });
  await t.call('ScheduleKeyDeletion', week);
  await t.refused('protection too late', LEAVING, action, on);
}

async function protectionShows(t, name, key, wants, reason) {
  if (t.api.hiddenFields.has('DeletionProtection')) return;
  const got = await describe(t, key);
  const shown = [got.DeletionProtection, got.DeletionProtectionDescription ?? ''];
  t.equal(`protection ${name}`, shown, [wants, reason]);
}

export const SECTIONS = [deletion, windows, protection];
