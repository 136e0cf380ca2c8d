// Who is let in; tokens; users with grants; traces.

import { randomUUID } from 'node:crypto';

import { DENIED, TEXT, UNKNOWN, code, encrypted, made, opened } from './walk.mjs';

async function credentials(t) {
  const { access_key_id: key, access_key_secret: secret } = t.credentials;
  await t.refused('a wrong secret', UNKNOWN, 'list-keys', {}, t.make(key, `${secret}x`));
  await t.refused('an unknown key', UNKNOWN, 'list-keys', {}, t.make('LTAIxxxxxxxxxxxxxxxxxxxx', secret));
  await t.refused('another project', code('0321'), 'list-keys', {}, t.make(key, secret, { project: '0'.repeat(32) }));
}

async function projects(t) {
  const query = { name: t.credentials.region, enabled: 'true' };
  const { projects: rows } = await t.api.identities('GET', '/v3/projects', { query });
  t.equal('projects', rows.map((row) => [row.id, row.domain_id]), [[t.credentials.project_id, t.credentials.domain_id]]);
  const { domains } = await t.api.identities('GET', '/v3/auth/domains', { data: {} }); // with a body, as its own look-up does
  t.equal('domains', domains.map((row) => row.id), [t.credentials.domain_id]);
}

function shown(t, identity) {
  return { auth: { identity, scope: { project: { name: t.credentials.region } } } };
}

async function tokens(t) {
  const { user_name: name, console_password: password, domain_name: domain } = t.credentials;
  const byPassword = { methods: ['password'], password: { user: { name, password, domain: { name: domain } } } };
  const { access_key_id: key, access_key_secret: secret } = t.credentials;
  const byKey = { methods: ['hw_ak_sk'], hw_ak_sk: { access: { key }, secret: { key: secret } } };
  let token;
  for (const identity of [byPassword, byKey]) {
    const answer = await t.api.identities('POST', '/v3/auth/tokens', { status: 201, data: shown(t, identity) });
    t.equal(`${identity.methods}: project`, answer.token.project.id, t.credentials.project_id);
    token = answer['X-Subject-Token'];
    const headers = { 'X-Subject-Token': token };
    const seen = await t.api.identities('GET', '/v3/auth/tokens', { headers });
    t.equal(`${identity.methods}: validated`, seen.token.methods, identity.methods);
  }
  const wrong = shown(t, { methods: ['hw_ak_sk'], hw_ak_sk: { access: { key }, secret: { key: 'wrong' } } });
  await t.refusedAsked('a wrong secret', [401, 401], () => t.api.identities('POST', '/v3/auth/tokens', { data: wrong }));
  const auth = { identity: { methods: ['token'], token: { id: token, duration_seconds: 900 } } };
  const path = '/v3.0/OS-CREDENTIAL/securitytokens';
  const { credential } = await t.api.identities('POST', path, { status: 201, data: { auth } });
  const worker = t.make(credential.access, credential.secret, { token: credential.securitytoken });
  t.that('a temporary key', (await t.callBy(worker, 'list-keys')).keys.includes(t.key));
  await t.refused('without its token', UNKNOWN, 'list-keys', {}, t.make(credential.access, credential.secret));
}

/** A new user with an access key, who may do nothing yet. */
async function user(t) {
  const name = `user-${randomUUID().slice(0, 8)}`;
  const asked = { user: { name, domain_id: t.credentials.domain_id } };
  const made = await t.api.identities('POST', '/v3.0/OS-USER/users', { status: 201, data: asked });
  const owner = { credential: { user_id: made.user.id } };
  const path = '/v3.0/OS-CREDENTIAL/credentials';
  const { credential } = await t.api.identities('POST', path, { status: 201, data: owner });
  return { name, id: made.user.id, api: t.make(credential.access, credential.secret) };
}

async function grants(t) {
  const [key_id, bob] = [await made(t), await user(t)];
  const params = { key_id, plain_text: TEXT };
  await t.refused('without a grant', DENIED, 'encrypt-data', params, bob.api);
  const granted = { key_id, grantee_principal: bob.id, operations: ['encrypt-data'] };
  const { grant_id } = await t.call('create-grant', granted);
  t.that('grant_id', /^[0-9a-f]{64}$/.test(grant_id), grant_id);
  const { cipher_text } = await t.callBy(bob.api, 'encrypt-data', params);
  t.equal('granted', await opened(t, cipher_text), TEXT);
  await t.refused('not granted', DENIED, 'decrypt-data', { cipher_text }, bob.api);
  t.equal('list-grants', (await t.call('list-grants', { key_id })).grants.map((row) => row.grant_id), [grant_id]);
  t.equal('revoke-grant', await t.call('revoke-grant', { key_id, grant_id }), {});
  await t.refused('revoked', DENIED, 'encrypt-data', params, bob.api);
}

async function traces(t) {
  const key = await made(t);
  await encrypted(t, key);
  const url = `/v3/${t.credentials.project_id}/traces`;
  const query = { trace_type: 'system', resource_id: key };
  const { traces: rows } = await t.api.identities('GET', url, { query });
  t.equal('traces', rows.map((row) => [row.trace_name, row.code]), [['encryptData', '200'], ['createKey', '200']]);
}

export const SECTIONS = [credentials, projects, tokens, grants, traces];
