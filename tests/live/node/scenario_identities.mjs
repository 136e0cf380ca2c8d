// Users, groups and roles, as RAM keeps them: the twin of `python/scenario_identities.py`.

import { Person, fresh, policy, root, statement, trusting, uid, user } from './people.mjs';
import { DATE, DESCRIPTION } from './scenario_common.mjs';

export const NO_USER = [404, 'EntityNotExist.User'];
export const NO_GROUP = [404, 'EntityNotExist.Group'];
export const NO_ROLE = [404, 'EntityNotExist.Role'];
export const NO_POLICY = [404, 'EntityNotExist.Policy'];
const NUMBER = /^\d{16,18}$/;
const TEXTS = { DisplayName: 'Алиса «A» & co', Comments: DESCRIPTION.replace('\n', ' ') };
const CONTACT = { MobilePhone: '86-18688888888', Email: 'alice@example.com' };

export function conflict(code) {
  return [409, code];
}

export function shown(t, name, got, wants) {
  for (const [field, want] of Object.entries(wants)) t.equal(`${name}: ${field}`, got[field], want);
}

async function users(t) {
  const [me, UserName, texts] = [root(t), fresh(t, 'user'), { ...TEXTS, ...CONTACT }];
  const made = (await me.ram('CreateUser', { UserName, ...texts })).User;
  shown(t, 'CreateUser', made, { UserName, ...texts });
  t.that('CreateUser: UserId', NUMBER.test(made.UserId), made.UserId);
  t.that('CreateUser: CreateDate', DATE.test(made.CreateDate), made.CreateDate);
  const got = (await me.ram('GetUser', { UserName })).User;
  shown(t, 'GetUser', got, { UserId: made.UserId, CreateDate: made.CreateDate, UserName, ...texts });
  t.that('GetUser: UpdateDate', DATE.test(got.UpdateDate), got.UpdateDate);
  const other = fresh(t, 'user');
  const changes = { UserName, NewUserName: other, NewComments: 'renamed' };
  const changed = (await me.ram('UpdateUser', changes)).User;
  shown(t, 'UpdateUser', changed, { UserId: made.UserId, UserName: other, Comments: 'renamed', ...CONTACT });
  const renamed = (await me.ram('GetUser', { UserName: other })).User;
  t.equal('GetUser by the new name', renamed.DisplayName, TEXTS.DisplayName);
  await me.refused('GetUser by the old name', NO_USER, 'ram', 'GetUser', { UserName });
  const taken = conflict('EntityAlreadyExists.User');
  await me.refused('CreateUser twice', taken, 'ram', 'CreateUser', { UserName: other });
  await me.ram('CreateUser', { UserName });
  const clash = { UserName, NewUserName: other };
  await me.refused('UpdateUser to a taken name', taken, 'ram', 'UpdateUser', clash);
  for (const gone of [UserName, other]) {
    await me.ram('DeleteUser', { UserName: gone });
    await me.refused('GetUser after DeleteUser', NO_USER, 'ram', 'GetUser', { UserName: gone });
  }
  for (const [action, params] of Object.entries({
    DeleteUser: {}, UpdateUser: { NewComments: 'x' }, CreateAccessKey: {}, ListAccessKeys: {}, ListGroupsForUser: {},
    ListPoliciesForUser: {},
  })) {
    await me.refused(`${action} of nobody`, NO_USER, 'ram', action, { UserName, ...params });
  }
  for (const wrong of ['a b', 'ключ', 'x'.repeat(65), 'a/b']) {
    t.that(`CreateUser: ${wrong}`, await refusedAsWrong(t, 'CreateUser', 'UserName', { UserName: wrong }));
  }
  await me.refused('CreateUser without a name', [400, 'MissingParameter'], 'ram', 'CreateUser');
}

/** RAM says what is wrong with a name behind its code: length, characters. */
export async function refusedAsWrong(t, action, field, params) {
  const codes = ['', '.InvalidChars', '.Length'].map((why) => [400, `InvalidParameter.${field}${why}`]);
  const error = await root(t).refused(`${action}, wrong ${field}`, codes, 'ram', action, params);
  return error?.code.startsWith(`InvalidParameter.${field}`) ?? false;
}

async function pagesOfUsers(t) {
  const me = root(t);
  const mine = Array.from({ length: 7 }, () => fresh(t, 'page')).sort();
  for (const UserName of [...mine].reverse()) await me.ram('CreateUser', { UserName });
  for (const size of [1, 3, 1000]) {
    const [names, full] = [[], []];
    for (const page of await pages(t, 'ListUsers', size)) {
      const rows = page.Users.User;
      full.push(page.IsTruncated ? rows.length === size : rows.length > 0 && rows.length <= size);
      names.push(...rows.map((row) => row.UserName));
    }
    t.that(`ListUsers by ${size}: full pages`, full.every(Boolean), full);
    t.equal(`ListUsers by ${size}: every user once`, new Set(names).size, names.length);
    t.equal(`ListUsers by ${size}: ours`, names.filter((name) => mine.includes(name)).sort(), mine);
  }
  t.that('ListUsers without a size', (await me.ram('ListUsers')).Users.User.length >= mine.length);
  for (const MaxItems of [0, 1001, -1]) {
    const code = [400, 'InvalidParameter.MaxItems'];
    await me.refused(`ListUsers by ${MaxItems}`, code, 'ram', 'ListUsers', { MaxItems });
  }
  await me.refused('ListUsers from nowhere', [400, 'InvalidParameter.Marker'], 'ram', 'ListUsers', { Marker: '!' });
  for (const UserName of mine) await me.ram('DeleteUser', { UserName });
}

/** All pages of a list. */
export async function pages(t, action, size) {
  const found = [];
  let marker = {};
  while (found.length < 1000) {
    const page = await root(t).ram(action, { MaxItems: size, ...marker });
    found.push(page);
    if (!page.IsTruncated) {
      t.equal(`${action} by ${size}: no marker at the end`, page.Marker ?? '', '');
      break;
    }
    marker = { Marker: page.Marker };
  }
  return found;
}

async function accessKeys(t) {
  const [me, UserName] = [root(t), fresh(t, 'user')];
  await me.ram('CreateUser', { UserName });
  const made = [];
  for (let i = 0; i < 2; i += 1) made.push((await me.ram('CreateAccessKey', { UserName })).AccessKey);
  for (const key of made) {
    t.that('AccessKeyId', key.AccessKeyId.startsWith('LTAI'), key.AccessKeyId);
    t.equal('AccessKeySecret', key.AccessKeySecret.length, 30);
    t.equal('Status', key.Status, 'Active');
    t.that('CreateDate', DATE.test(key.CreateDate), key.CreateDate);
  }
  const tooMany = conflict('LimitExceeded.User.AccessKey');
  await me.refused('the third access key', tooMany, 'ram', 'CreateAccessKey', { UserName });
  const list = async () => (await me.ram('ListAccessKeys', { UserName })).AccessKeys.AccessKey;
  const states = (rows) => Object.fromEntries(rows.map((row) => [row.AccessKeyId, row.Status]));
  const want = Object.fromEntries(made.map((key) => [key.AccessKeyId, 'Active']));
  const rows = await list();
  t.equal('ListAccessKeys', states(rows), want);
  t.equal('no secret is told twice', rows.filter((row) => row.AccessKeySecret), []);
  const first = { UserName, UserAccessKeyId: made[0].AccessKeyId };
  await me.ram('UpdateAccessKey', { Status: 'Inactive', ...first });
  want[made[0].AccessKeyId] = 'Inactive';
  t.equal('ListAccessKeys after UpdateAccessKey', states(await list()), want);
  const used = (await me.ram('GetAccessKeyLastUsed', first)).AccessKeyLastUsed;
  t.equal('an access key that was never used', used.LastUsedDate ?? '', '');
  const inUse = conflict('DeleteConflict.User.AccessKey');
  await me.refused('a user with access keys', inUse, 'ram', 'DeleteUser', { UserName });
  const noKey = [404, 'EntityNotExist.User.AccessKey'];
  const foreign = { UserName, UserAccessKeyId: t.credentials.access_key_id };
  for (const [action, params] of Object.entries({ UpdateAccessKey: { Status: 'Inactive' }, DeleteAccessKey: {} })) {
    await me.refused(`${action} of somebody else`, noKey, 'ram', action, { ...foreign, ...params });
  }
  const wrong = { ...first, Status: 'On' };
  await me.refused('a status that none is', [400, 'InvalidParameter.Status'], 'ram', 'UpdateAccessKey', wrong);
  for (const key of made) await me.ram('DeleteAccessKey', { UserName, UserAccessKeyId: key.AccessKeyId });
  await me.refused('DeleteAccessKey twice', noKey, 'ram', 'DeleteAccessKey', first);
  await me.ram('DeleteUser', { UserName });
}

async function groups(t) {
  const [me, [UserName], first] = [root(t), await user(t), fresh(t, 'group')];
  const texts = { GroupName: first, Comments: 'кто-то' };
  const made = (await me.ram('CreateGroup', texts)).Group;
  shown(t, 'CreateGroup', made, texts);
  const twice = conflict('EntityAlreadyExists.Group');
  await me.refused('CreateGroup twice', twice, 'ram', 'CreateGroup', { GroupName: first });
  const both = { UserName, GroupName: first };
  await me.ram('AddUserToGroup', both);
  const joined = conflict('EntityAlreadyExists.User.Group');
  await me.refused('AddUserToGroup twice', joined, 'ram', 'AddUserToGroup', both);
  let rows = (await me.ram('ListUsersForGroup', { GroupName: first })).Users.User;
  t.equal('ListUsersForGroup', rows.map((row) => row.UserName), [UserName]);
  t.that('JoinDate', DATE.test(rows[0].JoinDate), rows[0].JoinDate);
  const GroupName = fresh(t, 'group');
  const changes = { GroupName: first, NewGroupName: GroupName, NewComments: 'new' };
  shown(t, 'UpdateGroup', (await me.ram('UpdateGroup', changes)).Group, { GroupName, Comments: 'new' });
  rows = (await me.ram('ListGroupsForUser', { UserName })).Groups.Group;
  t.equal('ListGroupsForUser', rows.map((row) => [row.GroupName, row.Comments]), [[GroupName, 'new']]);
  await me.refused('a group with users', conflict('DeleteConflict.Group.User'), 'ram', 'DeleteGroup', { GroupName });
  const found = (await pages(t, 'ListGroups', 2)).flatMap((page) => page.Groups.Group.map((row) => row.GroupName));
  t.that('ListGroups', found.includes(GroupName) && new Set(found).size === found.length, found);
  await me.ram('RemoveUserFromGroup', { UserName, GroupName });
  const gone = [404, 'EntityNotExist.User.Group'];
  await me.refused('RemoveUserFromGroup twice', gone, 'ram', 'RemoveUserFromGroup', { UserName, GroupName });
  await me.ram('DeleteGroup', { GroupName });
  await me.refused('GetGroup after DeleteGroup', NO_GROUP, 'ram', 'GetGroup', { GroupName });
  await me.refused('AddUserToGroup, no group', NO_GROUP, 'ram', 'AddUserToGroup', { UserName, GroupName });
  await me.ram('CreateGroup', { GroupName });
  const nobody = { UserName: GroupName, GroupName };
  await me.refused('AddUserToGroup, no user', NO_USER, 'ram', 'AddUserToGroup', nobody);
  await me.ram('DeleteGroup', { GroupName });
}

async function roles(t) {
  const [me, RoleName] = [root(t), fresh(t, 'role')];
  const AssumeRolePolicyDocument = trusting(`acs:ram::${uid(t)}:root`);
  const whole = { RoleName, AssumeRolePolicyDocument, Description: TEXTS.Comments };
  const made = (await me.ram('CreateRole', whole)).Role;
  const Arn = `acs:ram::${uid(t)}:role/${RoleName}`;
  shown(t, 'CreateRole', made, { ...whole, Arn, MaxSessionDuration: 3600 });
  t.that('RoleId', NUMBER.test(made.RoleId), made.RoleId);
  await me.refused('CreateRole twice', conflict('EntityAlreadyExists.Role'), 'ram', 'CreateRole', whole);
  const other = trusting(`acs:ram::${uid(t)}:user/alice`);
  const changes = { NewAssumeRolePolicyDocument: other, NewMaxSessionDuration: 43200, NewDescription: 'new' };
  await me.ram('UpdateRole', { RoleName, ...changes });
  shown(t, 'GetRole', (await me.ram('GetRole', { RoleName })).Role, {
    AssumeRolePolicyDocument: other, MaxSessionDuration: 43200, Description: 'new', RoleId: made.RoleId,
    CreateDate: made.CreateDate,
  });
  const rows = (await pages(t, 'ListRoles', 100)).flatMap((page) => page.Roles.Role);
  const own = rows.filter((row) => row.RoleName === RoleName);
  t.equal('ListRoles', own.map((row) => [row.RoleId, row.Arn]), [[made.RoleId, Arn]]);
  for (const MaxSessionDuration of [3599, 43201]) {
    const params = { RoleName: `${RoleName}-`, AssumeRolePolicyDocument, MaxSessionDuration };
    const code = [400, 'InvalidParameter.MaxSessionDuration'];
    await me.refused(`CreateRole, MaxSessionDuration=${MaxSessionDuration}`, code, 'ram', 'CreateRole', params);
  }
  const malformed = [400, 'MalformedPolicyDocument'];
  const trust = AssumeRolePolicyDocument;
  for (const text of ['trust', '{}', trust.replace('sts:AssumeRole', 'kms:Encrypt'), trust.replace('Allow', 'Maybe')]) {
    const name = text.slice(0, 30);
    const created = { RoleName: `${RoleName}-`, AssumeRolePolicyDocument: text };
    await me.refused(`CreateRole, ${name}`, malformed, 'ram', 'CreateRole', created);
    const updated = { RoleName, NewAssumeRolePolicyDocument: text };
    await me.refused(`UpdateRole, ${name}`, malformed, 'ram', 'UpdateRole', updated);
  }
  const ref = { RoleName, PolicyType: 'Custom', PolicyName: await policy(t, statement('kms:Encrypt')) };
  await me.ram('AttachPolicyToRole', ref);
  await me.refused('a role with policies', conflict('DeleteConflict.Role.Policy'), 'ram', 'DeleteRole', { RoleName });
  await me.ram('DetachPolicyFromRole', ref);
  await me.ram('DeleteRole', { RoleName });
  await me.refused('GetRole after DeleteRole', NO_ROLE, 'ram', 'GetRole', { RoleName });
  const again = (await me.ram('CreateRole', { RoleName, AssumeRolePolicyDocument })).Role;
  t.that('another role of the same name has another id', again.RoleId !== made.RoleId);
}

// A user goes when nothing holds it, and its name is free for somebody else.
async function usersWhoLeave(t) {
  const [me, [UserName, alice], GroupName] = [root(t), await user(t), fresh(t, 'group')];
  const first = (await me.ram('GetUser', { UserName })).User.UserId;
  const ref = { UserName, PolicyType: 'System', PolicyName: 'AliyunRAMFullAccess' };
  await me.ram('AttachPolicyToUser', ref);
  await me.ram('CreateGroup', { GroupName });
  await me.ram('AddUserToGroup', { UserName, GroupName });
  await alice.ram('GetUser', { UserName });
  for (const [code, action, params] of [
    ['AccessKey', 'DeleteAccessKey', { UserName, UserAccessKeyId: alice.accessKey.AccessKeyId }],
    ['Group', 'RemoveUserFromGroup', { UserName, GroupName }], ['Policy', 'DetachPolicyFromUser', ref],
  ]) {
    const inUse = conflict(`DeleteConflict.User.${code}`);
    await me.refused(`DeleteUser before ${action}`, inUse, 'ram', 'DeleteUser', { UserName });
    await me.ram(action, params);
  }
  await me.ram('DeleteUser', { UserName });
  await alice.refused('a user who left', [404, 'InvalidAccessKeyId.NotFound'], 'sts', 'GetCallerIdentity');
  const second = (await me.ram('CreateUser', { UserName })).User.UserId;
  t.that('another user of the same name has another id', first !== second);
  const newcomer = new Person(t, (await me.ram('CreateAccessKey', { UserName })).AccessKey);
  await newcomer.denied('and none of its rights', 'ram', 'GetUser', { UserName });
}

export const ONCE = [users, pagesOfUsers, accessKeys, groups, roles, usersWhoLeave];
