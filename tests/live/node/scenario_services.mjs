// Services of the deployment, the keys that they make for accounts, and why a decision is as it is: operations of ours.
// Twin of `python/scenario_services.py`.

import { Person, fresh, grant, onKey, root, statement, twoKeys, uid, user } from './people.mjs';
import { neighbours } from './scenario_accounts.mjs';
import { PLAINTEXT as Plaintext, WRONG_KIND } from './scenario_common.mjs';

// A service makes one key in each account, at its first use, and may use that key and no other.
async function services(t) {
  const [me, ServiceName] = [root(t), fresh(t, 'oss').slice(0, 32).replace(/-+$/, '')];
  await me.claviger('CreateService', { ServiceName, Description: 'live test' });
  const key = (await me.claviger('CreateServiceAccessKey', { ServiceName })).AccessKey;
  const service = new Person(t, key);
  const who = await service.sts('GetCallerIdentity');
  t.equal('who it is', [who.IdentityType, who.PrincipalId], ['Service', ServiceName]);
  const [number, chief] = await neighbours(t);
  let opening;
  for (const [owner, account] of [[me, uid(t)], [chief, number]]) {
    const alias = `alias/acs/${ServiceName}`;
    const arn = `acs:kms:${t.credentials.region}:${account}:${alias}`;
    const noAlias = [404, 'Forbidden.AliasNotFound'];
    await owner.refused('before the first use', noAlias, 'kms', 'DescribeKey', { KeyId: alias });
    const made = await service.kms('GenerateDataKey', { KeyId: arn });
    const shown = (await owner.kms('DescribeKey', { KeyId: alias })).KeyMetadata;
    t.equal('whose key it is', [shown.KeyId, shown.Creator], [made.KeyId, ServiceName]);
    opening = { CiphertextBlob: made.CiphertextBlob };
    t.equal('the service opens it', (await service.kms('Decrypt', opening)).Plaintext, made.Plaintext);
    t.equal('the same key again', (await service.kms('Encrypt', { KeyId: arn, Plaintext })).KeyId, made.KeyId);
    const params = { KeyId: shown.KeyId, PendingWindowInDays: 7 };
    await owner.refused('no deletion by the account', WRONG_KIND, 'kms', 'ScheduleKeyDeletion', params);
  }
  await service.denied('a key of the account', 'kms', 'Encrypt', { KeyId: t.arn, Plaintext });
  await service.denied('a key of its own', 'kms', 'CreateKey');
  await service.denied('users', 'ram', 'ListUsers');
  const rows = (await me.claviger('ListServices')).Services.Service;
  t.that('ListServices', rows.some((row) => row.ServiceName === ServiceName), rows);
  const ref = { ServiceName, UserAccessKeyId: key.AccessKeyId };
  await me.claviger('UpdateServiceAccessKey', { Status: 'Inactive', ...ref });
  await service.refused('a disabled access key', [403, 'Forbidden.AccessKey'], 'kms', 'Decrypt', opening);
  await me.claviger('DeleteServiceAccessKey', ref);
  await me.claviger('DeleteService', { ServiceName });
  const gone = [404, 'EntityNotExist.Service'];
  await me.refused('a service that is gone', gone, 'claviger', 'GetService', { ServiceName });
}

// Explain foretells what a call would meet, and names the statements.
async function explanations(t) {
  const [me, [key, other], [name, alice]] = [root(t), await twoKeys(t), await user(t)];
  const ref = await grant(t, name, statement('kms:*', onKey(t, key)), statement('kms:Decrypt', '*', 'Deny'));
  const asked = (action, KeyId) => ({
    As: `user/${name}`, AskedAction: `kms:${action}`, AskedResource: onKey(t, KeyId),
  });
  for (const [action, KeyId, params, allowed, explicit, matched] of [
    ['Encrypt', key, { Plaintext }, true, true, [[0, 'Allow', true]]],
    ['Encrypt', other, { Plaintext }, false, false, []], ['DescribeKey', other, {}, false, false, []],
  ]) {
    const told = await me.claviger('Explain', asked(action, KeyId));
    const what = `${action} on ${KeyId === key ? 'one' : 'the other'}`;
    t.equal(`${what}: foretold`, [told.Allowed, told.Explicit], [allowed, explicit]);
    const rows = told.MatchedStatements.MatchedStatement;
    const got = rows.map((row) => [row.Statement, row.Effect, row.Decides]);
    t.equal(`${what}: statements`, got, matched);
    t.that(`${what}: by name`, rows.every((row) => row.Policy.includes(ref.PolicyName)), rows);
    if (allowed) await alice.kms(action, { KeyId, ...params });
    else await alice.denied(what, 'kms', action, { KeyId, ...params });
  }
  const told = await me.claviger('Explain', asked('Decrypt', key));
  t.equal('a denial by a statement: foretold', [told.Allowed, told.Explicit], [false, true]);
  await alice.denied('nobody explains without permission', 'claviger', 'Explain', asked('Decrypt', key));
}

export const ONCE = [services, explanations];
