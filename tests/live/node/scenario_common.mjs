// What the sections of the scenario share: the twin of `python/scenario_common.py`.
//
// A client is anything with `call(action, params)` that throws a `CallError` for a refusal. Structured parameters are
// given as objects and arrays; each adapter puts them into the form its library takes.

import { randomUUID } from 'node:crypto';

export const INVALID = [400, 'InvalidParameter'];
export const MISSING = [400, 'MissingParameter'];
export const NO_ALIAS_HERE = [400, 'Unsupported.Alias'];
export const ALIAS_TAKEN = [400, 'AliasAlreadyExists'];
export const UNSUPPORTED = [400, 'UnsupportedOperation'];
export const WRONG_KIND = [400, 'Rejected.UnsupportedOperation'];
export const WRONG_ORIGIN = [400, 'Unsupported.Origin'];
export const TOO_MANY = [400, 'Rejected.LimitExceeded'];
export const NO_KEY = [404, 'Forbidden.KeyNotFound'];
export const NO_ALIAS = [404, 'Forbidden.AliasNotFound'];
export const NO_VERSION = [404, 'Forbidden.KeyVersionNotFound'];
export const DISABLED = [409, 'Rejected.Disabled'];
export const LEAVING = [409, 'Rejected.PendingDeletion'];
export const UNFILLED = [409, 'Rejected.PendingImport'];
export const NO_MOVE = [409, 'Rejected.StateModifiedFailed'];

export const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const DESCRIPTION = "live test: 密钥 «ключ» 'q\" &=+%\n~*";
export const PLAINTEXT = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('base64');
export const ORDINARY = { purpose: 'live test', tenant: 'a=1&b=2' };
export const UNICODE = { 'k 1': 'v+/=*~', ключ: '值 "q"\\', '😀': '' };

// Seconds.
export const HOUR = 60 * 60;
export const DAY = 24 * HOUR;

/** Two keys that all sections share, and a name that no other run uses. */
export async function setup(t) {
  t.tag = randomUUID().replaceAll('-', '').slice(0, 12);
  t.keysBySpec = new Map();
  t.first = await made(t, { Description: DESCRIPTION });
  t.key = t.first.KeyId;
  t.arn = t.first.Arn;
  t.other = (await made(t)).KeyId;
  t.arnPrefix = `acs:kms:${t.credentials.region}:${t.credentials.account_id}:`;
}

/** The metadata of a new key. */
export async function made(t, params = {}) {
  return (await t.call('CreateKey', params)).KeyMetadata;
}

/** The metadata of a key that is made when it is first asked for. Who changes its state restores it. */
export async function ofSpec(t, KeySpec, params = {}) {
  const name = JSON.stringify([KeySpec, params]);
  if (!t.keysBySpec.has(name)) t.keysBySpec.set(name, await made(t, { KeySpec, ...params }));
  return t.keysBySpec.get(name);
}

/** A key pair as the two parameters that name it. */
export async function pair(t, spec, params = {}) {
  const { KeyId } = await ofSpec(t, spec, params);
  return { KeyId, KeyVersionId: (await versions(t, KeyId))[0].KeyVersionId };
}

export async function versions(t, KeyId) {
  return (await t.call('ListKeyVersions', { KeyId })).KeyVersions.KeyVersion;
}

export async function describe(t, KeyId) {
  return (await t.call('DescribeKey', { KeyId })).KeyMetadata;
}

export async function state(t, KeyId) {
  return (await describe(t, KeyId)).KeyState;
}

export async function encrypt(t, KeyId, Plaintext, context) {
  return t.call('Encrypt', { KeyId, Plaintext, ...(context && { EncryptionContext: context }) });
}

/** Bytes as they travel. */
export function text(...parts) {
  return Buffer.concat(parts.map((part) => Buffer.from(part))).toString('base64');
}

/** The same back. What is not strict base64 is an error. */
export function data(encoded) {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) throw new Error(`not base64: ${encoded}`);
  return bytes;
}

/** A copy with one bit changed. */
export function flipped(bytes, position = bytes.length - 1) {
  const changed = Buffer.from(bytes);
  changed[position] ^= 1;
  return changed;
}

/** The parameters without one of them. */
export function without(params, name) {
  return Object.fromEntries(Object.entries(params).filter(([field]) => field !== name));
}

/** The two parameters that name a version, out of an answer. */
export function names({ KeyId, KeyVersionId }) {
  return { KeyId, KeyVersionId };
}

/** A date of an answer as seconds. */
export function moment(date) {
  return Date.parse(date) / 1000;
}

/** The date is `wait` seconds after an instant between `start` and now, in whole seconds. */
export function liesAhead(t, name, date, start, wait) {
  const [first, last] = [Math.floor(start) + wait, now() + wait];
  const held = DATE.test(date) && first <= moment(date) && moment(date) <= last;
  t.that(name, held, `got ${date}, want ${first} to ${last}`);
}

/** Seconds since 1970. */
export function now() {
  return Date.now() / 1000;
}
