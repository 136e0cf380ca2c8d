// Roles and those who take them: the twin of `python/scenario_sessions.py`.

import {
  NO_ACCESS_KEY, Person, detailHolds, document, grant, onKey, role, root, session, statement, trusting, twoKeys, uid,
  user,
} from './people.mjs';
import { HOUR, PLAINTEXT as Plaintext, liesAhead, now } from './scenario_common.mjs';

const MALFORMED = [400, 'InvalidSecurityToken.Malformed'];
const MISMATCH = [400, 'InvalidSecurityToken.MismatchWithAccessKey'];
const MINUTES_15 = 900;
const RoleSessionName = 'live.session@1';

function wholeAccount(t) {
  return trusting(`acs:ram::${uid(t)}:root`);
}

/** What AssumeRole answers. */
function assumed(person, taken, more = {}) {
  return person.sts('AssumeRole', { RoleArn: taken.Arn, RoleSessionName, ...more });
}

async function sessionOf(t, person, taken, more) {
  return session(t, (await assumed(person, taken, more)).Credentials);
}

function mayAssume(t, name, taken) {
  return grant(t, name, statement('sts:AssumeRole', taken.Arn));
}

// From AssumeRole to a call with exactly the role's rights.
async function sessions(t) {
  const [[KeyId, other], [name, alice]] = [await twoKeys(t), await user(t)];
  const taken = await role(t, wholeAccount(t), statement(['kms:Encrypt', 'kms:Decrypt'], onKey(t, KeyId)));
  t.equal('ARN of the role', taken.Arn, `acs:ram::${uid(t)}:role/${taken.RoleName}`);
  const asked = { RoleArn: taken.Arn, RoleSessionName };
  await alice.denied('AssumeRole without permission', 'sts', 'AssumeRole', asked);
  await mayAssume(t, name, taken);
  const start = now();
  const { Credentials, AssumedRoleUser } = await assumed(alice, taken);
  const [Arn, PrincipalId] = [`${taken.Arn}/${RoleSessionName}`, `${taken.RoleId}:${RoleSessionName}`];
  t.equal('AssumedRoleUser', AssumedRoleUser, { Arn, AssumedRoleId: PrincipalId });
  t.that('id of the access key', Credentials.AccessKeyId.startsWith('STS.'), Credentials.AccessKeyId);
  liesAhead(t, 'Expiration', Credentials.Expiration, start, HOUR);
  const worker = session(t, Credentials);
  const me = await worker.sts('GetCallerIdentity');
  const who = { IdentityType: 'AssumedRoleUser', AccountId: uid(t), RoleId: taken.RoleId, PrincipalId, Arn };
  for (const [field, want] of Object.entries(who)) {
    t.equal(`GetCallerIdentity of a session: ${field}`, me[field], want);
  }
  const { CiphertextBlob } = await worker.kms('Encrypt', { KeyId, Plaintext });
  t.equal('Decrypt by a session', (await worker.kms('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
  await alice.denied('the user has no rights of the role', 'kms', 'Decrypt', { CiphertextBlob });
  await worker.denied('another key', 'kms', 'Encrypt', { KeyId: other, Plaintext });
  const error = await worker.denied('another operation', 'kms', 'GenerateDataKey', { KeyId });
  detailHolds(t, 'another operation by a session', error, {
    AuthAction: 'kms:GenerateDataKey', NoPermissionType: 'ImplicitDeny', AuthPrincipalType: 'AssumedRoleUser',
    AuthPrincipalOwnerId: uid(t), AuthPrincipalDisplayName: `${taken.RoleName}:${RoleSessionName}`,
    PolicyType: 'AccountLevelIdentityBasedPolicy',
  });
  await worker.denied('users', 'ram', 'ListUsers');
  await wrongTokens(t, worker, await sessionOf(t, alice, taken), alice);
}

// A token opens nothing without the access key it came with.
async function wrongTokens(t, worker, other, alice) {
  const asked = { KeyId: (await twoKeys(t))[0], Plaintext };
  const { accessKey, token } = worker;

  async function refused(name, wants, person) {
    await person.refused(`${name}, at KMS`, wants, 'kms', 'Encrypt', asked);
    await person.refused(`${name}, at STS`, wants, 'sts', 'GetCallerIdentity');
  }

  await refused('no token', NO_ACCESS_KEY, new Person(t, accessKey));
  for (const [name, wrong] of Object.entries({
    'a word': 'token', 'a long text': 'A'.repeat(800), cut: token.slice(0, -8),
  })) {
    await refused(`a wrong token, ${name}`, MALFORMED, new Person(t, accessKey, wrong));
  }
  const middle = Math.floor(token.length / 2);
  const changed = token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1);
  await refused('a changed token', MALFORMED, new Person(t, accessKey, changed));
  await refused('the token of another session', MISMATCH, new Person(t, accessKey, other.token));
  await refused("a token with a user's access key", MISMATCH, new Person(t, alice.accessKey, token));
  const stolen = new Person(t, { ...accessKey, AccessKeySecret: other.accessKey.AccessKeySecret }, token);
  const wrong = [400, stolen.apis.kms.wrongSecretCode];
  await stolen.refused('the secret of another session', wrong, 'kms', 'Encrypt', asked);
  await worker.kms('Encrypt', asked);
}

// A session policy takes away, and gives nothing.
async function narrowedSessions(t) {
  const [[KeyId, other], [name, alice]] = [await twoKeys(t), await user(t)];
  const taken = await role(t, wholeAccount(t), statement(['kms:Encrypt', 'kms:Decrypt']));
  await mayAssume(t, name, taken);
  const encryption = { KeyId, Plaintext };
  let Policy = document(statement(['kms:Encrypt', 'kms:GenerateDataKey'], onKey(t, KeyId)));
  let worker = await sessionOf(t, alice, taken, { Policy });
  const { CiphertextBlob } = await worker.kms('Encrypt', encryption);
  let error = await worker.denied('what the session policy leaves out', 'kms', 'Decrypt', { CiphertextBlob });
  detailHolds(t, 'what the session policy leaves out', error, { PolicyType: 'SessionPolicy' });
  await worker.denied('another key', 'kms', 'Encrypt', { KeyId: other, Plaintext });
  await worker.denied('what the role has not', 'kms', 'GenerateDataKey', { KeyId });
  Policy = document(statement('kms:*'), statement('kms:Decrypt', '*', 'Deny'));
  worker = await sessionOf(t, alice, taken, { Policy, DurationSeconds: MINUTES_15 });
  await worker.kms('Encrypt', encryption);
  error = await worker.denied('what the session policy denies', 'kms', 'Decrypt', { CiphertextBlob });
  detailHolds(t, 'what the session policy denies', error, { NoPermissionType: 'ExplicitDeny' });
  const wide = await sessionOf(t, alice, taken);
  t.equal('without a session policy', (await wide.kms('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
}

// What is taken from a role is taken from its sessions, with the next call.
async function rightsOfARole(t) {
  const [[KeyId], [name, alice]] = [await twoKeys(t), await user(t)];
  const taken = await role(t, wholeAccount(t));
  await mayAssume(t, name, taken);
  const { RoleName } = taken;
  const ref = { RoleName, PolicyType: 'System', PolicyName: 'AliyunKMSCryptoUserAccess' };
  const [encryption, asked] = [{ KeyId, Plaintext }, { RoleArn: taken.Arn, RoleSessionName: 'again' }];
  const trust = (document) => root(t).ram('UpdateRole', { RoleName, NewAssumeRolePolicyDocument: document });
  const worker = await sessionOf(t, alice, taken);
  await worker.denied('a role without policies', 'kms', 'Encrypt', encryption);
  await root(t).ram('AttachPolicyToRole', ref);
  await worker.kms('Encrypt', encryption);
  await root(t).ram('DetachPolicyFromRole', ref);
  await worker.denied('after the policy was detached', 'kms', 'Encrypt', encryption);
  await root(t).ram('AttachPolicyToRole', ref);
  await trust(trusting(`acs:ram::${uid(t)}:user/nobody-${t.tag}`));
  const error = await alice.denied('a role that trusts others', 'sts', 'AssumeRole', asked);
  detailHolds(t, 'a role that trusts others', error, { AuthAction: 'sts:AssumeRole' });
  await worker.kms('Encrypt', encryption);
  await trust(trusting(`acs:ram::${uid(t)}:user/${name}`));
  await alice.sts('AssumeRole', asked);
  await root(t).ram('DetachPolicyFromRole', ref);
  await root(t).ram('DeleteRole', { RoleName });
  await worker.refused('after the role is gone', NO_ACCESS_KEY, 'kms', 'Encrypt', encryption);
  await alice.refused('nor can it be taken', [404, 'EntityNotExist.Role'], 'sts', 'AssumeRole', asked);
}

async function refusedSessions(t) {
  const [name, alice] = await user(t);
  const taken = await role(t, wholeAccount(t));
  await mayAssume(t, name, taken);
  const [good, action] = [{ RoleArn: taken.Arn, RoleSessionName: 'session' }, 'AssumeRole'];
  for (const [field, wrong] of [
    ['DurationSeconds', MINUTES_15 - 1], ['DurationSeconds', 3601], ['DurationSeconds', 0], ['RoleSessionName', 'a'],
    ['RoleSessionName', 'a b'], ['RoleSessionName', 'x'.repeat(65)], ['RoleArn', taken.RoleName],
    ['RoleArn', `acs:ram::${uid(t)}:user/${name}`],
  ]) {
    const code = [400, `InvalidParameter.${field}`];
    await alice.refused(`${action}, ${field}=${wrong}`, code, 'sts', action, { ...good, [field]: wrong });
  }
  const grammar = [400, 'InvalidParameter.PolicyGrammar'];
  for (const Policy of ['policy', '[]', document(statement('kms:*', '*', 'allow'))]) {
    await alice.refused(`${action}, Policy=${Policy.slice(0, 10)}`, grammar, 'sts', action, { ...good, Policy });
  }
  const long = { ...good, Policy: document(statement([`kms:${'x'.repeat(2048)}`])) };
  await alice.refused(`${action}, a long policy`, [400, 'InvalidParameter.PolicySize'], 'sts', action, long);
  const unknown = { ...good, RoleArn: `${taken.Arn}-` };
  await alice.denied(`${action}, another role`, 'sts', action, unknown);
  await root(t).denied(`${action} by the root`, 'sts', action, good);
  const readyMade = { PolicyType: 'System', PolicyName: 'AliyunSTSAssumeRoleAccess' };
  await root(t).ram('AttachPolicyToUser', { UserName: name, ...readyMade });
  await alice.refused(`${action}, no role`, [404, 'EntityNotExist.Role'], 'sts', action, unknown);
  await root(t).ram('UpdateRole', { RoleName: taken.RoleName, NewMaxSessionDuration: 2 * HOUR });
  const start = now();
  const { Credentials } = await assumed(alice, taken, { DurationSeconds: 2 * HOUR });
  liesAhead(t, 'Expiration of a longer session', Credentials.Expiration, start, 2 * HOUR);
}

async function callerIdentities(t) {
  let me = await root(t).sts('GetCallerIdentity');
  const [AccountId, [UserName, alice]] = [uid(t), await user(t)];
  const wants = { IdentityType: 'Account', AccountId, PrincipalId: AccountId, Arn: `acs:ram::${AccountId}:root` };
  t.equal('GetCallerIdentity of the root', { ...me, ...wants }, me);
  me = await alice.sts('GetCallerIdentity');
  const { UserId } = (await root(t).ram('GetUser', { UserName })).User;
  const Arn = `acs:ram::${AccountId}:user/${UserName}`;
  const who = { IdentityType: 'RAMUser', AccountId, UserId, PrincipalId: UserId, Arn };
  t.equal('GetCallerIdentity of a user', { ...me, ...who }, me);
}

export const SECTIONS = [callerIdentities, sessions];
export const ONCE = [narrowedSessions, rightsOfARole, refusedSessions];
