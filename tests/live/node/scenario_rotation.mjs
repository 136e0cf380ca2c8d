// Automatic rotation: the twin of `python/scenario_rotation.py`.

import {
  DAY, DISABLED, HOUR, INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, UNSUPPORTED, WRONG_KIND, describe, made,
  moment, ofSpec,
} from './scenario_common.mjs';

const ACTION = 'UpdateRotationPolicy';

async function rotationFromTheStart(t) {
  const plan = { EnableAutomaticRotation: true, RotationInterval: '7d' };
  const fresh = await made(t, plan);
  planShows(t, 'CreateKey', fresh, 'Enabled', 7 * DAY);
  planShows(t, 'DescribeKey', await describe(t, fresh.KeyId), 'Enabled', 7 * DAY);
  const off = await made(t, { EnableAutomaticRotation: false, RotationInterval: 'nonsense' });
  planShows(t, 'an interval that is not asked for is not read', off, 'Disabled');
  await t.refused('rotation without an interval', MISSING, 'CreateKey', { EnableAutomaticRotation: true });
  for (const RotationInterval of ['6d', '731d', '7', '7D', '-7d', 'week']) {
    const params = { EnableAutomaticRotation: true, RotationInterval };
    await t.refused(`CreateKey with RotationInterval=${RotationInterval}`, INVALID, 'CreateKey', params);
  }
  const others = { 'a key pair': { KeySpec: 'EC_P256' }, 'imported material': { Origin: 'EXTERNAL' } };
  for (const [name, params] of Object.entries(others)) {
    await t.refused(`rotation of ${name}`, [UNSUPPORTED, WRONG_KIND], 'CreateKey', { ...plan, ...params });
  }
}

async function rotationPolicy(t) {
  const { KeyId } = await made(t);
  const EnableAutomaticRotation = true;
  for (const [RotationInterval, seconds] of Object.entries({
    '7d': 7 * DAY, '604800s': 7 * DAY, '169h': 169 * HOUR, '10081m': 10081 * 60, '365d': 365 * DAY, '730d': 730 * DAY,
  })) {
    await t.call(ACTION, { KeyId, EnableAutomaticRotation, RotationInterval });
    planShows(t, `interval ${RotationInterval}`, await describe(t, KeyId), 'Enabled', seconds);
  }
  const before = await describe(t, KeyId);
  for (const [name, RotationInterval] of [
    ['6d', '6d'], ['731d', '731d'], ['too short by a second', '604799s'], ['no unit', '7'], ['big unit', '7D'],
    ['negative', '-7d'], ['fraction', '7.5d'], ['no number', 'd'],
  ]) {
    const params = { KeyId, EnableAutomaticRotation, RotationInterval };
    await t.refused(`interval, ${name}`, INVALID, ACTION, params);
  }
  await t.refused('enabling without an interval', MISSING, ACTION, { KeyId, EnableAutomaticRotation });
  await t.refused('no word on or off', MISSING, ACTION, { KeyId, RotationInterval: '7d' });
  const neither = { KeyId, EnableAutomaticRotation: 'on', RotationInterval: '7d' };
  await t.refused('a word that is neither', INVALID, ACTION, neither);
  t.equal('refusals change nothing', await describe(t, KeyId), before);
  await t.call(ACTION, { KeyId, EnableAutomaticRotation: false });
  planShows(t, 'no plan any more', await describe(t, KeyId), 'Disabled');
}

async function suspendedRotation(t) {
  const { KeyId, Arn } = await made(t);
  const plan = { EnableAutomaticRotation: true, RotationInterval: '30d' };
  await t.call(ACTION, { KeyId: Arn, ...plan });
  await t.call('DisableKey', { KeyId });
  planShows(t, 'disabled', await describe(t, KeyId), 'Suspended', 30 * DAY);
  await t.refused(`${ACTION}, disabled`, DISABLED, ACTION, { KeyId, ...plan });
  await t.call('EnableKey', { KeyId });
  planShows(t, 'enabled again', await describe(t, KeyId), 'Enabled', 30 * DAY);
  await t.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  planShows(t, 'before its end', await describe(t, KeyId), 'Suspended', 30 * DAY);
  await t.refused(`${ACTION} before its end`, LEAVING, ACTION, { KeyId, ...plan });
  await t.call('CancelKeyDeletion', { KeyId });
  planShows(t, 'taken back', await describe(t, KeyId), 'Enabled', 30 * DAY);
  const pair = { KeyId: (await ofSpec(t, 'EC_P256')).KeyId, ...plan };
  await t.refused(`${ACTION}, key pair`, WRONG_KIND, ACTION, pair);
  const unknown = { KeyId: '00000000-0000-4000-8000-000000000000', ...plan };
  await t.refused(`${ACTION}, unknown key`, NO_KEY, ACTION, unknown);
  await t.refused(`${ACTION} by alias`, NO_ALIAS_HERE, ACTION, { KeyId: `alias/live/${t.tag}`, ...plan });
  await t.refused(`${ACTION} without a key`, MISSING, ACTION, plan);
}

export function planShows(t, name, got, status, seconds) {
  t.equal(`${name}: AutomaticRotation`, got.AutomaticRotation, status);
  const [interval, following] = [got.RotationInterval ?? '', got.NextRotationDate ?? ''];
  if (seconds === undefined) {
    t.equal(`${name}: nothing of a plan`, [interval, following], ['', '']);
    return;
  }
  t.equal(`${name}: RotationInterval`, interval, `${seconds}s`);
  t.equal(`${name}: NextRotationDate`, moment(following), moment(got.LastRotationDate) + seconds);
}

export const SECTIONS = [rotationFromTheStart, rotationPolicy, suspendedRotation];
