// What users may do with keys: exactly what policies say, from the next call on. Twin of `python/scenario_rights.py`.

import {
  IDLE_ACCESS_KEY, NO_ACCESS_KEY, detailHolds, document, fresh, grant, onKey, policy, root, statement, twoKeys, uid,
  user, withKey,
} from './people.mjs';
import { NO_KEY, PLAINTEXT as Plaintext, made } from './scenario_common.mjs';
import { policyFor } from './scenario_policies.mjs';

// One operation on one key, and nothing else.
async function rightsOfAUser(t) {
  const [[KeyId, other], [UserName, alice]] = [await twoKeys(t), await user(t)];
  const owner = { AuthPrincipalType: 'SubUser', AuthPrincipalOwnerId: uid(t) };
  let error = await alice.denied('a user without policies', 'kms', 'Encrypt', { KeyId, Plaintext });
  const { UserId } = (await root(t).ram('GetUser', { UserName })).User;
  detailHolds(t, 'a user without policies', error, {
    AuthAction: 'kms:Encrypt', AuthPrincipalDisplayName: UserId, NoPermissionType: 'ImplicitDeny',
    PolicyType: 'AccountLevelIdentityBasedPolicy', ...owner,
  });
  t.that('DescribeRegions needs no permission', (await alice.kms('DescribeRegions')).Regions.Region.length > 0);
  const ref = await grant(t, UserName, statement('kms:Encrypt', onKey(t, KeyId)));
  const { CiphertextBlob } = await alice.kms('Encrypt', { KeyId, Plaintext });
  t.equal('what the user encrypts', (await t.call('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
  await alice.kms('Encrypt', { KeyId: `${t.arnPrefix}key/${KeyId}`, Plaintext });
  await alice.denied('the same with another key', 'kms', 'Encrypt', { KeyId: other, Plaintext });
  error = await alice.denied('another operation', 'kms', 'Decrypt', { CiphertextBlob });
  const wants = { AuthAction: 'kms:Decrypt', NoPermissionType: 'ImplicitDeny', ...owner };
  detailHolds(t, 'another operation', error, wants);
  await alice.denied('keys that are not there', 'kms', 'Encrypt', { KeyId: fresh(t, 'key'), Plaintext });
  for (const [action, params] of Object.entries({ ListKeys: {}, CreateKey: {}, DescribeKey: { KeyId } })) {
    await alice.denied(action, 'kms', action, params);
  }
  await alice.denied('users', 'ram', 'ListUsers');
  await root(t).ram('DetachPolicyFromUser', { UserName, ...ref });
  await alice.denied('after the policy was detached', 'kms', 'Encrypt', { KeyId, Plaintext });
}

async function denyingStatements(t) {
  const [[KeyId, other], [UserName, alice]] = [await twoKeys(t), await user(t)];
  const [everything, nothing] = [statement('kms:*'), statement(['kms:Encr*'], [onKey(t, other)], 'Deny')];
  await grant(t, UserName, everything, nothing);
  const { CiphertextBlob } = await alice.kms('Encrypt', { KeyId, Plaintext });
  const error = await alice.denied('denied by a statement', 'kms', 'Encrypt', { KeyId: other, Plaintext });
  detailHolds(t, 'denied by a statement', error, { NoPermissionType: 'ExplicitDeny', AuthAction: 'kms:Encrypt' });
  t.equal('what is left', (await alice.kms('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
  const unknown = { KeyId: fresh(t, 'key') };
  await alice.refused('who may use all keys learns which there are', NO_KEY, 'kms', 'DescribeKey', unknown);
  await grant(t, UserName, statement('kms:Encrypt', '*', 'Deny'));
  await alice.denied('deny beats allow across policies', 'kms', 'Encrypt', { KeyId, Plaintext });
}

// The default version counts, from the next call on.
async function versionsOfAPolicy(t) {
  const [[KeyId], [UserName, alice]] = [await twoKeys(t), await user(t)];
  const { PolicyName } = await grant(t, UserName, statement('kms:Encrypt'));
  const encryption = { KeyId, Plaintext };
  const { CiphertextBlob } = await alice.kms('Encrypt', encryption);
  const opening = { PolicyName, PolicyDocument: document(statement('kms:Decrypt')) };
  const version = (await root(t).ram('CreatePolicyVersion', { ...opening, SetAsDefault: true })).PolicyVersion;
  t.equal('the new version', [version.VersionId, version.IsDefaultVersion], ['v2', true]);
  await alice.denied('what the old version allowed', 'kms', 'Encrypt', encryption);
  t.equal('what the new one allows', (await alice.kms('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
  await root(t).ram('SetDefaultPolicyVersion', { PolicyName, VersionId: 'v1' });
  await alice.kms('Encrypt', encryption);
  await alice.denied('what the new one allowed', 'kms', 'Decrypt', { CiphertextBlob });
  await root(t).ram('CreatePolicyVersion', { ...opening, SetAsDefault: false });
  await alice.denied('a version that is not the default', 'kms', 'Decrypt', { CiphertextBlob });
}

async function groupsOfAUser(t) {
  const [[KeyId], [UserName, alice], GroupName] = [await twoKeys(t), await user(t), fresh(t, 'group')];
  const ref = { PolicyType: 'Custom', PolicyName: await policy(t, statement('kms:Encrypt')) };
  const encryption = { KeyId, Plaintext };
  await root(t).ram('CreateGroup', { GroupName });
  await root(t).ram('AttachPolicyToGroup', { GroupName, ...ref });
  await alice.denied('outside of the group', 'kms', 'Encrypt', encryption);
  await root(t).ram('AddUserToGroup', { UserName, GroupName });
  await alice.kms('Encrypt', encryption);
  await root(t).ram('DetachPolicyFromGroup', { GroupName, ...ref });
  await alice.denied('after the group lost the policy', 'kms', 'Encrypt', encryption);
  await root(t).ram('AttachPolicyToGroup', { GroupName, ...ref });
  await alice.kms('Encrypt', encryption);
  await root(t).ram('RemoveUserFromGroup', { UserName, GroupName });
  await alice.denied('after it left the group', 'kms', 'Encrypt', encryption);
}

// What is disabled or deleted opens nothing, from the next call on.
async function accessKeysOfAUser(t) {
  const [[KeyId], [UserName, alice]] = [await twoKeys(t), await user(t)];
  await grant(t, UserName, statement('kms:*'));
  const encryption = { KeyId, Plaintext };
  await alice.kms('Encrypt', encryption);
  const ref = { UserName, UserAccessKeyId: alice.accessKey.AccessKeyId };
  const second = await withKey(t, UserName);
  await second.kms('Encrypt', encryption);
  await root(t).ram('UpdateAccessKey', { Status: 'Inactive', ...ref });
  await alice.refused('a disabled access key', IDLE_ACCESS_KEY, 'kms', 'Encrypt', encryption);
  await alice.refused('at RAM too', [403, 'InvalidAccessKeyId.Inactive'], 'ram', 'ListUsers');
  await second.kms('Encrypt', encryption);
  await root(t).ram('UpdateAccessKey', { Status: 'Active', ...ref });
  await alice.kms('Encrypt', encryption);
  await root(t).ram('DeleteAccessKey', ref);
  await alice.refused('a deleted access key', NO_ACCESS_KEY, 'kms', 'Encrypt', encryption);
  await alice.refused('at STS too', NO_ACCESS_KEY, 'sts', 'GetCallerIdentity');
  await second.kms('Encrypt', encryption);
  const { AccessKeyId, AccessKeySecret } = second.accessKey;
  const wrong = t.make(AccessKeyId, AccessKeySecret.slice(0, -1) + (AccessKeySecret.endsWith('0') ? '1' : '0'));
  await t.refused('a wrong secret', [400, wrong.wrongSecretCode], 'DescribeKey', { KeyId }, wrong);
}

// Where the call comes from, how, and what the key is tagged with.
async function conditions(t) {
  const [[KeyId, other], [UserName, alice]] = [await twoKeys(t), await user(t)];
  const [secure, plain] = [alice.over(true), alice.over(false)];
  const encryption = { KeyId, Plaintext };
  const where = (Condition) => statement('kms:Encrypt', '*', 'Allow', { Condition });
  let ref = await grant(t, UserName, where({ Bool: { 'acs:SecureTransport': ['true'] } }));
  await secure.kms('Encrypt', encryption);
  await plain.denied('plain HTTP', 'kms', 'Encrypt', encryption);
  await root(t).ram('DetachPolicyFromUser', { UserName, ...ref });
  for (const [address, held] of [['127.0.0.0/8', true], ['192.0.2.0/24', false]]) {
    ref = await grant(t, UserName, where({ IpAddress: { 'acs:SourceIp': address } }));
    if (held) await alice.kms('Encrypt', encryption);
    else await alice.denied(`not from ${address}`, 'kms', 'Encrypt', encryption);
    await root(t).ram('DetachPolicyFromUser', { UserName, ...ref });
  }
  await grant(t, UserName, where({ StringEquals: { 'kms:tag/stage': ['live'] } }));
  await alice.denied('a key without the tag', 'kms', 'Encrypt', encryption);
  await t.call('TagResource', { KeyId, Tags: [{ TagKey: 'stage', TagValue: 'live' }] });
  await alice.kms('Encrypt', encryption);
  await alice.denied('another key', 'kms', 'Encrypt', { KeyId: other, Plaintext });
  await t.call('UntagResource', { KeyId, TagKeys: ['stage'] });
  await alice.denied('after the tag is gone', 'kms', 'Encrypt', encryption);
}

// What the policy of a key allows or forbids to one user, beside what that user's own policies say.
async function policiesOfKeys(t) {
  const [[UserName, alice], [, bob], { KeyId }] = [await user(t), await user(t), await made(t)];
  const encryption = { KeyId, Plaintext };
  const Principal = { RAM: [`acs:ram::${uid(t)}:user/${UserName}`] };
  const [own] = policyFor(t).Statement;
  const opened = { ...own, Principal, Action: ['kms:Encrypt', 'kms:DescribeKey'] };
  const set = (...statements) => t.call('SetKeyPolicy', { KeyId, Policy: document(...statements) });
  await set(own, opened);
  await alice.kms('Encrypt', encryption);
  await bob.denied('somebody else', 'kms', 'Encrypt', encryption);
  await alice.denied("what the key's policy does not name", 'kms', 'GenerateDataKey', { KeyId });
  await grant(t, UserName, statement('kms:*'));
  await alice.kms('GenerateDataKey', { KeyId });
  await set(own, { ...opened, Effect: 'Deny' });
  const error = await alice.denied("denied by the key's policy", 'kms', 'Encrypt', encryption);
  detailHolds(t, "denied by the key's policy", error, { NoPermissionType: 'ExplicitDeny' });
  await alice.kms('GenerateDataKey', { KeyId });
  await t.call('Encrypt', encryption);
}

async function readyMadePolicies(t) {
  const [[KeyId], [UserName, alice]] = [await twoKeys(t), await user(t)];
  const ready = (PolicyName) => ({ UserName, PolicyType: 'System', PolicyName });
  await root(t).ram('AttachPolicyToUser', ready('AliyunKMSCryptoUserAccess'));
  const { CiphertextBlob } = await alice.kms('GenerateDataKey', { KeyId });
  await alice.kms('Decrypt', { CiphertextBlob });
  await alice.denied('crypto users make no keys', 'kms', 'CreateKey');
  await root(t).ram('DetachPolicyFromUser', ready('AliyunKMSCryptoUserAccess'));
  await root(t).ram('AttachPolicyToUser', ready('AliyunKMSReadOnlyAccess'));
  await alice.kms('DescribeKey', { KeyId });
  await alice.denied('readers decrypt nothing', 'kms', 'Decrypt', { CiphertextBlob });
  await root(t).ram('AttachPolicyToUser', ready('AliyunRAMFullAccess'));
  await alice.ram('ListUsers');
  const own = (await alice.ram('CreateAccessKey')).AccessKey.AccessKeyId;
  const keys = (await root(t).ram('ListAccessKeys', { UserName })).AccessKeys.AccessKey;
  t.that("an access key without a name is one's own", keys.some((key) => key.AccessKeyId === own));
}

export const SECTIONS = [rightsOfAUser];
export const ONCE = [
  denyingStatements, versionsOfAPolicy, groupsOfAUser, accessKeysOfAUser, conditions, policiesOfKeys, readyMadePolicies,
];
