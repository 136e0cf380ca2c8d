// Policies of keys: the twin of `python/scenario_policies.py`.

import { randomUUID } from 'node:crypto';

import { INVALID, LEAVING, MISSING, NO_ALIAS_HERE, NO_KEY, made, without } from './scenario_common.mjs';

/** A policy that leaves everything to the account. */
export function policyFor(t, Sid = 'live') {
  const Principal = { RAM: [`acs:ram::${t.credentials.account_id}:*`] };
  const statement = { Sid, Effect: 'Allow', Principal, Action: ['kms:*'], Resource: ['*'] };
  return { Version: '1', Statement: [statement] };
}

async function read(t, KeyId, params = {}) {
  return JSON.parse((await t.call('GetKeyPolicy', { KeyId, ...params })).Policy);
}

async function policies(t) {
  const { KeyId, Arn } = await made(t);
  const first = await read(t, KeyId);
  t.equal('a new key has a policy', first.Version, '1');
  const [allowed] = first.Statement;
  t.equal('it leaves the key to the account', [allowed.Effect, allowed.Action], ['Allow', ['kms:*']]);
  let policy = policyFor(t, 'from SetKeyPolicy');
  await t.call('SetKeyPolicy', { KeyId, PolicyName: 'default', Policy: JSON.stringify(policy) });
  t.equal('GetKeyPolicy after SetKeyPolicy', await read(t, KeyId), policy);
  t.equal('GetKeyPolicy by name', await read(t, KeyId, { PolicyName: 'default' }), policy);
  policy = policyFor(t, 'second');
  await t.call('SetKeyPolicy', { KeyId: Arn, Policy: JSON.stringify(policy) });
  t.equal('SetKeyPolicy without a name, by ARN', await read(t, KeyId), policy);
  await t.call('Encrypt', { KeyId, Plaintext: 'still ours' });
  policy = policyFor(t, 'from CreateKey');
  const born = await made(t, { Policy: JSON.stringify(policy) });
  t.equal('the policy of CreateKey', await read(t, born.KeyId), policy);
  await t.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await t.refused('SetKeyPolicy too late', LEAVING, 'SetKeyPolicy', { KeyId, Policy: JSON.stringify(policy) });
}

async function refusedPolicies(t) {
  const [action, KeyId, before] = ['SetKeyPolicy', t.key, await read(t, t.key)];
  const good = policyFor(t);
  const [statement] = good.Statement;
  const changed = (change) => JSON.stringify({ ...good, Statement: [{ ...statement, ...change }] });
  const wrong = {
    'no JSON': 'policy', 'no object': '[]', 'no statement': JSON.stringify({ ...good, Statement: [] }),
    version: JSON.stringify({ ...good, Version: '2' }), 'too long': changed({ Action: [`kms:${'x'.repeat(32768)}`] }),
    effect: changed({ Effect: 'allow' }),
    'no principal': JSON.stringify({ ...good, Statement: [without(statement, 'Principal')] }),
  };
  for (const [name, Policy] of Object.entries(wrong)) {
    await t.refused(`policy, ${name}`, INVALID, action, { KeyId, Policy });
    await t.refused(`policy of a new key, ${name}`, INVALID, 'CreateKey', { Policy });
  }
  const policy = { Policy: JSON.stringify(good) };
  const mine = { PolicyName: 'mine' };
  await t.refused(`${action} under another name`, INVALID, action, { KeyId, ...mine, ...policy });
  await t.refused('GetKeyPolicy under another name', INVALID, 'GetKeyPolicy', { KeyId, ...mine });
  await t.refused(`${action} without a policy`, MISSING, action, { KeyId });
  await t.refused(`${action} without a key`, MISSING, action, policy);
  await t.refused(`${action}, unknown key`, NO_KEY, action, { KeyId: randomUUID(), ...policy });
  await t.refused('GetKeyPolicy, unknown key', NO_KEY, 'GetKeyPolicy', { KeyId: randomUUID() });
  await t.refused(`${action} by alias`, NO_ALIAS_HERE, action, { KeyId: `alias/live/${t.tag}`, ...policy });
  t.equal('refusals change nothing', await read(t, KeyId), before);
}

export const SECTIONS = [policies, refusedPolicies];
