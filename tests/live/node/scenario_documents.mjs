// Policies and their versions, as RAM keeps them: the twin of `python/scenario_documents.py`.

import { document, fresh, policy, role, root, statement, trusting, uid, user } from './people.mjs';
import { DATE } from './scenario_common.mjs';
import {
  NO_GROUP, NO_POLICY, NO_ROLE, NO_USER, conflict, pages, refusedAsWrong, shown,
} from './scenario_identities.mjs';

const NO_VERSION = [404, 'EntityNotExist.Policy.Version'];
const MALFORMED = [400, 'MalformedPolicyDocument'];
const READING = statement(['kms:List*', 'kms:Describe*']);

async function policies(t) {
  const [me, PolicyName, PolicyDocument] = [root(t), fresh(t, 'policy'), document(READING)];
  const Description = 'ключи';
  const made = (await me.ram('CreatePolicy', { PolicyName, Description, PolicyDocument })).Policy;
  shown(t, 'CreatePolicy', made, { PolicyName, PolicyType: 'Custom', DefaultVersion: 'v1', Description });
  const custom = { PolicyType: 'Custom', PolicyName };
  const got = await me.ram('GetPolicy', custom);
  shown(t, 'GetPolicy', got.Policy, { AttachmentCount: 0, Description, DefaultVersion: 'v1', ...custom });
  const standard = got.DefaultPolicyVersion;
  shown(t, 'DefaultPolicyVersion', standard, { PolicyDocument, VersionId: 'v1', IsDefaultVersion: true });
  t.that('CreateDate of a version', DATE.test(standard.CreateDate), standard.CreateDate);
  const twice = conflict('EntityAlreadyExists.Policy');
  await me.refused('CreatePolicy twice', twice, 'ram', 'CreatePolicy', { PolicyName, PolicyDocument });
  for (const wrong of ['a b', 'a_b', 'x'.repeat(129)]) {
    const params = { PolicyName: wrong, PolicyDocument };
    t.that(`CreatePolicy: ${wrong}`, await refusedAsWrong(t, 'CreatePolicy', 'PolicyName', params));
  }
  const system = { PolicyName: 'AliyunKMSFullAccess', PolicyDocument };
  await me.refused('CreatePolicy, a ready-made name', twice, 'ram', 'CreatePolicy', system);
  const rows = (await pages(t, 'ListPolicies', 3)).flatMap((page) => page.Policies.Policy);
  const found = new Map(rows.map((row) => [row.PolicyName, row.PolicyType]));
  t.equal('ListPolicies: every policy once', found.size, rows.length);
  t.equal('ListPolicies has ours', found.get(PolicyName), 'Custom');
  t.equal('ListPolicies has the ready-made', found.get('AliyunKMSFullAccess'), 'System');
  const ready = (await me.ram('ListPolicies', { PolicyType: 'System' })).Policies.Policy;
  t.equal('ListPolicies by type', [...new Set(ready.map((row) => row.PolicyType))], ['System']);
  await me.ram('DeletePolicy', { PolicyName });
  await me.refused('GetPolicy after DeletePolicy', NO_POLICY, 'ram', 'GetPolicy', custom);
}

// What is no policy is refused, with a word about where.
async function documents(t) {
  const [me, PolicyName, good] = [root(t), await policy(t, READING), document(READING)];
  const wrong = {
    'no JSON': 'policy', 'no object': '[]', 'no statement': document(), version: good.replace('"1"', '"2"'),
    effect: document(statement('kms:*', '*', 'allow')), action: document(statement('kms')),
    element: document({ ...READING, Sid: 1 }), operator: document({ ...READING, Condition: { Is: { a: 'b' } } }),
    principal: document({ ...READING, Principal: { RAM: ['*'] } }), cut: good.slice(0, -1),
  };
  for (const [name, PolicyDocument] of Object.entries(wrong)) {
    const params = { PolicyName: fresh(t, 'policy'), PolicyDocument };
    const error = await me.refused(`CreatePolicy, ${name}`, MALFORMED, 'ram', 'CreatePolicy', params);
    t.that(`CreatePolicy, ${name}: it says why`, error?.message.length > 30, error?.message);
    const version = { PolicyName, PolicyDocument };
    await me.refused(`CreatePolicyVersion, ${name}`, MALFORMED, 'ram', 'CreatePolicyVersion', version);
  }
  t.equal('refusals change nothing', Object.keys(await versions(t, PolicyName)).length, 1);
  await me.ram('DeletePolicy', { PolicyName });
}

async function versions(t, PolicyName) {
  const found = await root(t).ram('ListPolicyVersions', { PolicyType: 'Custom', PolicyName });
  return Object.fromEntries(found.PolicyVersions.PolicyVersion.map((row) => [row.VersionId, row.IsDefaultVersion]));
}

async function versionsOfDocuments(t) {
  const [me, PolicyName] = [root(t), await policy(t, READING)];
  const ref = { PolicyName };
  const text = (version) => document(statement(`kms:List${version}*`));
  for (const VersionId of ['v2', 'v3', 'v4', 'v5']) {
    const PolicyDocument = text(VersionId);
    const made = (await me.ram('CreatePolicyVersion', { PolicyDocument, ...ref })).PolicyVersion;
    shown(t, 'CreatePolicyVersion', made, { VersionId, IsDefaultVersion: false, PolicyDocument });
  }
  const more = { ...ref, PolicyDocument: text('v2') };
  const full = conflict('LimitExceeded.Policy.Version');
  await me.refused('the sixth version', full, 'ram', 'CreatePolicyVersion', more);
  const want = { v1: true, v2: false, v3: false, v4: false, v5: false };
  t.equal('versions', await versions(t, PolicyName), want);
  const asked = { ...ref, PolicyType: 'Custom', VersionId: 'v3' };
  const got = (await me.ram('GetPolicyVersion', asked)).PolicyVersion;
  shown(t, 'GetPolicyVersion', got, { PolicyDocument: text('v3'), VersionId: 'v3', IsDefaultVersion: false });
  const inUse = conflict('DeleteConflict.Policy.Version.Default');
  const first = { ...ref, VersionId: 'v1' };
  await me.refused('the default version', inUse, 'ram', 'DeletePolicyVersion', first);
  await me.ram('SetDefaultPolicyVersion', { ...ref, VersionId: 'v4' });
  const shownNow = (await me.ram('GetPolicy', { ...ref, PolicyType: 'Custom' })).Policy;
  t.equal('DefaultVersion', shownNow.DefaultVersion, 'v4');
  await me.ram('DeletePolicyVersion', first);
  const made = (await me.ram('CreatePolicyVersion', { ...more, SetAsDefault: true })).PolicyVersion;
  t.equal('a number is never used twice', made.VersionId, 'v6');
  const RotateStrategy = 'DeleteOldestNonDefaultVersionWhenLimitExceeded';
  await me.ram('CreatePolicyVersion', { ...more, RotateStrategy });
  const after = { v3: false, v4: false, v5: false, v6: true, v7: false };
  t.equal('versions after the oldest made room', await versions(t, PolicyName), after);
  for (const action of ['SetDefaultPolicyVersion', 'DeletePolicyVersion']) {
    for (const VersionId of ['v1', 'v99']) {
      await me.refused(`${action}, ${VersionId}`, NO_VERSION, 'ram', action, { ...ref, VersionId });
    }
  }
  await me.refused('a policy with versions', conflict('DeleteConflict.Policy.Version'), 'ram', 'DeletePolicy', ref);
  await me.ram('DeletePolicy', { ...ref, CascadingDelete: true });
  const gone = { ...ref, PolicyType: 'Custom' };
  await me.refused('a policy that is gone', NO_POLICY, 'ram', 'ListPolicyVersions', gone);
}

// The same policy on a user, a group and a role.
async function attachments(t) {
  const [me, [UserName], GroupName] = [root(t), await user(t), fresh(t, 'group')];
  const { RoleName } = await role(t, trusting(`acs:ram::${uid(t)}:root`));
  await me.ram('CreateGroup', { GroupName });
  const ref = { PolicyType: 'Custom', PolicyName: await policy(t, READING) };
  const holders = { User: [UserName, NO_USER], Group: [GroupName, NO_GROUP], Role: [RoleName, NO_ROLE] };
  for (const [kind, [who, nobody]] of Object.entries(holders)) {
    const [attach, field] = [`AttachPolicyTo${kind}`, `${kind}Name`];
    const both = { [field]: who, ...ref };
    await me.ram(attach, both);
    await me.refused(`${attach} twice`, conflict(`EntityAlreadyExists.${kind}.Policy`), 'ram', attach, both);
    await me.refused(`${attach}, nobody`, nobody, 'ram', attach, { ...both, [field]: `${who}-` });
    await me.refused(`${attach}, no policy`, NO_POLICY, 'ram', attach, { ...both, PolicyName: 'NoSuchPolicy' });
    const rows = (await me.ram(`ListPoliciesFor${kind}`, { [field]: who })).Policies.Policy;
    const got = rows.map((row) => [row.PolicyName, row.PolicyType, row.DefaultVersion]);
    t.equal(`ListPoliciesFor${kind}`, got, [[ref.PolicyName, 'Custom', 'v1']]);
    t.that(`ListPoliciesFor${kind}: AttachDate`, DATE.test(rows[0].AttachDate), rows[0].AttachDate);
  }
  const found = await me.ram('ListEntitiesForPolicy', ref);
  for (const [kind, [who]] of Object.entries(holders)) {
    t.equal(`ListEntitiesForPolicy: ${kind}`, found[`${kind}s`][kind].map((row) => row[`${kind}Name`]), [who]);
  }
  t.equal('AttachmentCount', (await me.ram('GetPolicy', ref)).Policy.AttachmentCount, 3);
  const inUse = Object.keys(holders).map((kind) => conflict(`DeleteConflict.Policy.${kind}`));
  for (const [kind, [who]] of Object.entries(holders)) {
    const [detach, both] = [`DetachPolicyFrom${kind}`, { [`${kind}Name`]: who, ...ref }];
    const name = { PolicyName: ref.PolicyName };
    await me.refused(`DeletePolicy before ${detach}`, inUse, 'ram', 'DeletePolicy', name);
    await me.ram(detach, both);
    await me.refused(`${detach} twice`, [404, `EntityNotExist.${kind}.Policy`], 'ram', detach, both);
  }
  await me.ram('DeletePolicy', { PolicyName: ref.PolicyName });
}

export const ONCE = [policies, documents, versionsOfDocuments, attachments];
