// Identities for the scenarios: who has an access key, and what policies say. Twin of `python/people.py`.

import { randomUUID } from 'node:crypto';

import { made } from './scenario_common.mjs';

export const DENIED = [403, 'Forbidden.NoPermission']; // key management
export const NOT_ALLOWED = [403, 'NoPermission']; // all others
export const NO_ACCESS_KEY = [404, 'InvalidAccessKeyId.NotFound'];
export const IDLE_ACCESS_KEY = [403, 'Forbidden.AccessKey'];

/** Somebody with an access key: a client for each product. */
export class Person {
  constructor(t, { AccessKeyId, AccessKeySecret }, token, more = {}) {
    Object.assign(this, { t, token, accessKey: { AccessKeyId, AccessKeySecret } });
    const api = (product) => t.make(AccessKeyId, AccessKeySecret, { token, product, ...more });
    const products = ['kms', 'ram', 'sts', 'trail', 'oldTrail', 'claviger'];
    this.apis = Object.fromEntries(products.map((product) => [product, api(product)]));
  }

  kms(action, params) {
    return this.t.callBy(this.apis.kms, action, params);
  }

  ram(action, params) {
    return this.t.callBy(this.apis.ram, action, params);
  }

  sts(action, params) {
    return this.t.callBy(this.apis.sts, action, params);
  }

  trail(action, params) {
    return this.t.callBy(this.apis.trail, action, params);
  }

  oldTrail(action, params) {
    return this.t.callBy(this.apis.oldTrail, action, params);
  }

  claviger(action, params) {
    return this.t.callBy(this.apis.claviger, action, params);
  }

  refused(name, wants, product, action, params) {
    return this.t.refused(name, wants, action, params, this.apis[product]);
  }

  /** The call is refused for want of a permission. */
  denied(name, product, action, params) {
    return this.refused(name, product === 'kms' ? DENIED : NOT_ALLOWED, product, action, params);
  }

  /** The same person over another transport. */
  over(secure) {
    return new Person(this.t, this.accessKey, this.token, { secure });
  }
}

/** The root of the account that the credentials file is for. */
export function root(t) {
  const { access_key_id: AccessKeyId, access_key_secret: AccessKeySecret } = t.credentials;
  t.root ??= new Person(t, { AccessKeyId, AccessKeySecret });
  return t.root;
}

/** A name that nobody has. */
export function fresh(t, kind) {
  return `${kind}-${t.tag}-${randomUUID().slice(0, 8)}`;
}

export function uid(t) {
  return t.credentials.account_id;
}

/** A new user with an access key: [its name, the person]. */
export async function user(t) {
  const UserName = fresh(t, 'user');
  await root(t).ram('CreateUser', { UserName });
  return [UserName, await withKey(t, UserName)];
}

/** A user with a new access key. */
export async function withKey(t, UserName) {
  return new Person(t, (await root(t).ram('CreateAccessKey', { UserName })).AccessKey);
}

/** Who holds what AssumeRole gave. */
export function session(t, credentials) {
  return new Person(t, credentials, credentials.SecurityToken);
}

export function statement(Action, Resource = '*', Effect = 'Allow', more = {}) {
  return { Effect, Action, Resource, ...more };
}

/** A policy as text. */
export function document(...statements) {
  return JSON.stringify({ Version: '1', Statement: statements });
}

/** A trust policy. */
export function trusting(...principals) {
  const allowed = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: principals } };
  return JSON.stringify({ Version: '1', Statement: [allowed] });
}

/** The name of a new policy. */
export async function policy(t, ...statements) {
  const PolicyName = fresh(t, 'policy');
  await root(t).ram('CreatePolicy', { PolicyName, PolicyDocument: document(...statements) });
  return PolicyName;
}

/** A new policy on a user: its name as parameters. */
export async function grant(t, UserName, ...statements) {
  const ref = { PolicyType: 'Custom', PolicyName: await policy(t, ...statements) };
  await root(t).ram('AttachPolicyToUser', { UserName, ...ref });
  return ref;
}

/** A new role, with a policy if there are statements: what CreateRole shows of it. */
export async function role(t, AssumeRolePolicyDocument, ...statements) {
  const RoleName = fresh(t, 'role');
  const shown = (await root(t).ram('CreateRole', { RoleName, AssumeRolePolicyDocument })).Role;
  if (statements.length > 0) {
    const ref = { PolicyType: 'Custom', PolicyName: await policy(t, ...statements) };
    await root(t).ram('AttachPolicyToRole', { RoleName, ...ref });
  }
  return shown;
}

/** A key as policies name it. */
export function onKey(t, key) {
  return `${t.arnPrefix}key/${key}`;
}

/** Keys of which policies may tell one from the other. */
export async function twoKeys(t) {
  t.two ??= [(await made(t)).KeyId, (await made(t)).KeyId];
  return t.two;
}

/** What a client shows of a decision, where it shows any of it. */
export function detailHolds(t, name, error, wants) {
  if (error === undefined || !t.api.showsDetails) return;
  for (const [field, want] of Object.entries(wants)) t.equal(`${name}: ${field}`, error.detail?.[field], want);
}
