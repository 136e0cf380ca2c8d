// Accounts of one deployment: each by itself, unless both sides agree. Twin of `python/scenario_accounts.py`.
//
// Accounts are made with operations of ours, through the door that each client has for operations it does not know.

import { Person, document, fresh, grant, root, session, statement, trusting, uid, user } from './people.mjs';
import { NO_KEY, PLAINTEXT as Plaintext } from './scenario_common.mjs';
import { NO_USER, conflict } from './scenario_identities.mjs';

const NO_ACCOUNT = [404, 'EntityNotExist.Account'];

/** A new account and the person that is its root. */
async function newAccount(t, AccountName) {
  const made = await root(t).claviger('CreateAccount', { AccountName });
  return [made.Account, new Person(t, made.AccessKey)];
}

/** A second account, with a user and a key. */
export async function neighbours(t) {
  if (t.neighbours === undefined) {
    const [account, chief] = await newAccount(t, fresh(t, 'account'));
    t.neighbours = [account.AccountId, chief, (await chief.kms('CreateKey')).KeyMetadata];
  }
  return t.neighbours;
}

async function accounts(t) {
  const [me, name] = [root(t), fresh(t, 'account')];
  const [account, chief] = await newAccount(t, name);
  const { AccountId } = account;
  t.that('AccountId', /^\d{16}$/.test(AccountId), AccountId);
  t.equal('AccountName', account.AccountName, name);
  const who = await chief.sts('GetCallerIdentity');
  const want = ['Account', AccountId, `acs:ram::${AccountId}:root`];
  t.equal('who its root is', [who.IdentityType, who.AccountId, who.Arn], want);
  t.equal('GetAccount', (await me.claviger('GetAccount', { AccountId })).Account, account);
  await me.claviger('UpdateAccount', { AccountId, AccountName: 'renamed' });
  const rows = (await me.claviger('ListAccounts')).Accounts.Account;
  const found = new Map(rows.map((row) => [row.AccountId, row.AccountName]));
  t.equal('ListAccounts', found.get(AccountId), 'renamed');
  t.that('ListAccounts has ours', found.has(uid(t)), rows);
  const [, alice] = await user(t);
  for (const [whose, person] of Object.entries({ 'of another account': chief, 'without permission': alice })) {
    for (const [action, params] of Object.entries({
      CreateAccount: { AccountName: 'mine' }, ListAccounts: {}, GetAccount: { AccountId }, DeleteAccount: { AccountId },
    })) {
      await person.denied(`${action} by somebody ${whose}`, 'claviger', action, params);
    }
  }
  await chief.ram('CreateUser', { UserName: 'alice' });
  const inUse = conflict('DeleteConflict.Account.Resource');
  await me.refused('an account with users', inUse, 'claviger', 'DeleteAccount', { AccountId });
  await chief.ram('DeleteUser', { UserName: 'alice' });
  await me.claviger('DeleteAccount', { AccountId });
  await me.refused('GetAccount after DeleteAccount', NO_ACCOUNT, 'claviger', 'GetAccount', { AccountId });
  await chief.refused('its root', [404, 'InvalidAccessKeyId.NotFound'], 'sts', 'GetCallerIdentity');
  const first = conflict('DeleteConflict.Account.First');
  await me.refused('our own account', first, 'claviger', 'DeleteAccount', { AccountId: uid(t) });
}

// Names mean something else in each account, and keys are nobody else's.
async function walls(t) {
  const [[, chief, theirs], [UserName, alice]] = [await neighbours(t), await user(t)];
  await grant(t, UserName, statement('*'));
  t.equal('no users of ours', (await chief.ram('ListUsers')).Users.User, []);
  await chief.refused('a user of ours', NO_USER, 'ram', 'GetUser', { UserName });
  const namesake = (await chief.ram('CreateUser', { UserName })).User;
  t.that('a namesake', namesake.UserId !== (await root(t).ram('GetUser', { UserName })).User.UserId);
  await chief.ram('DeleteUser', { UserName });
  await root(t).ram('GetUser', { UserName });
  const rows = (await chief.kms('ListKeys')).Keys.Key;
  t.equal('no keys of ours', rows.map((row) => row.KeyId), [theirs.KeyId]);
  const AliasName = `alias/live/${t.tag}-wall`;
  await t.call('CreateAlias', { KeyId: t.key, AliasName });
  const noAlias = [404, 'Forbidden.AliasNotFound'];
  await chief.refused('an alias of ours', noAlias, 'kms', 'DescribeKey', { KeyId: AliasName });
  await chief.kms('CreateAlias', { KeyId: theirs.KeyId, AliasName });
  const seen = (await t.call('DescribeKey', { KeyId: AliasName })).KeyMetadata.KeyId;
  t.equal('the same alias, our key', seen, t.key);
  await t.call('DeleteAlias', { AliasName });
  await chief.kms('DeleteAlias', { AliasName });
  const ours = (await t.call('Encrypt', { KeyId: t.key, Plaintext })).CiphertextBlob;
  const foreign = (await chief.kms('Encrypt', { KeyId: theirs.KeyId, Plaintext })).CiphertextBlob;
  for (const [who, person, arn, KeyId, CiphertextBlob] of [
    ['their root', chief, t.arn, t.key, ours], ['our user', alice, theirs.Arn, theirs.KeyId, foreign],
    ['our root', root(t), theirs.Arn, theirs.KeyId, foreign],
  ]) {
    await person.refused(`a key by its id, ${who}`, NO_KEY, 'kms', 'DescribeKey', { KeyId });
    for (const [action, params] of Object.entries({ DescribeKey: {}, Encrypt: { Plaintext }, DisableKey: {} })) {
      await person.denied(`${action} by ARN, ${who}`, 'kms', action, { KeyId: arn, ...params });
    }
    await person.refused(`Decrypt, ${who}`, NO_KEY, 'kms', 'Decrypt', { CiphertextBlob });
  }
}

// A key of another account is used when its policy and the caller's own policies both allow it.
async function sharedKeys(t) {
  const [[number, chief, theirs], [UserName, alice]] = [await neighbours(t), await user(t)];
  const encryption = { KeyId: theirs.Arn, Plaintext };
  const set = (...statements) =>
    chief.kms('SetKeyPolicy', { KeyId: theirs.KeyId, Policy: document(...statements) });
  const allowed = (principal, Action) => ({
    Effect: 'Allow', Principal: { RAM: [principal] }, Action, Resource: ['*'],
  });
  const own = allowed(`acs:ram::${number}:*`, ['kms:*']);
  await set(own, allowed(`acs:ram::${uid(t)}:user/${UserName}`, ['kms:Encrypt', 'kms:Decrypt']));
  await alice.denied("only the key's policy allows it", 'kms', 'Encrypt', encryption);
  await grant(t, UserName, statement(['kms:Encrypt', 'kms:Decrypt', 'kms:DisableKey'], theirs.Arn));
  const { CiphertextBlob } = await alice.kms('Encrypt', encryption);
  t.equal('both allow it', (await alice.kms('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
  await alice.denied("only the caller's policies allow it", 'kms', 'DisableKey', { KeyId: theirs.Arn });
  t.equal('they read it too', (await chief.kms('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
  await set(own);
  await alice.denied("after the key's policy was changed", 'kms', 'Encrypt', encryption);
}

// Somebody of another account takes a role that trusts that account, if its own policies allow it.
async function sharedRoles(t) {
  const [[number, chief, theirs], [name, alice]] = [await neighbours(t), await user(t)];
  const RoleName = fresh(t, 'role');
  const AssumeRolePolicyDocument = trusting(`acs:ram::${uid(t)}:root`);
  const { Arn } = (await chief.ram('CreateRole', { RoleName, AssumeRolePolicyDocument })).Role;
  const PolicyDocument = document(statement('kms:Encrypt', theirs.Arn));
  await chief.ram('CreatePolicy', { PolicyName: 'shared', PolicyDocument });
  await chief.ram('AttachPolicyToRole', { RoleName, PolicyType: 'Custom', PolicyName: 'shared' });
  const asked = { RoleArn: Arn, RoleSessionName: 'visitor' };
  await alice.denied('only the role allows it', 'sts', 'AssumeRole', asked);
  await grant(t, name, statement('sts:AssumeRole', Arn));
  const worker = session(t, (await alice.sts('AssumeRole', asked)).Credentials);
  t.equal('whose session it is', (await worker.sts('GetCallerIdentity')).AccountId, number);
  await worker.kms('Encrypt', { KeyId: theirs.KeyId, Plaintext });
  await worker.denied('what the role has not', 'kms', 'Encrypt', { KeyId: t.arn, Plaintext });
  const nobody = { RoleName, NewAssumeRolePolicyDocument: trusting(`acs:ram::${number}:root`) };
  await chief.ram('UpdateRole', nobody);
  await alice.denied("only the caller's policies allow it", 'sts', 'AssumeRole', asked);
}

export const ONCE = [accounts, walls, sharedKeys, sharedRoles];
