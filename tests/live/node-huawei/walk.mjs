// One client against one server, and what the scenario shares. Builds on the trial of the other face.

import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { CallError, Trial } from '../node/trial.mjs';

const REQUEST_ID = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const STATUSES = { '0207': 404, '0416': 404, '0306': 403, '0307': 403, '0321': 403 };

export const TEXT = 'héllo wörld ✓ 数据 \'q" &=+%\n~*';
export const UNKNOWN = [401, 'APIGW.0301'];

/**
 * An error of key management. This client reads no code of errors that are one level down, as those are: what it shows is
 * the status.
 */
export const code = (number) => [STATUSES[number] ?? 400, undefined];
export const NO_KEY = code('0207');
export const DENIED = code('0306');

export class Walk extends Trial {
  tag = randomUUID().slice(0, 8);

  callBy(api, action, params = {}) {
    return api.call(action, params);
  }

  refused(name, want, action, params = {}, api = this.api) {
    return this.refusedAsked(name, want, () => api.call(action, params));
  }

  /** The call must fail with that status and code. */
  async refusedAsked(name, want, ask) {
    let answer;
    try {
      answer = await ask();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.that(`${name}: request id`, REQUEST_ID.test(error.requestId), error.requestId);
      const got = [error.status, error.code];
      const detail = `got ${JSON.stringify(got)} (${error.message}), want ${JSON.stringify(want)}`;
      this.that(name, isDeepStrictEqual(got, want), detail);
      return;
    }
    this.that(name, false, `succeeded with ${JSON.stringify(answer).slice(0, 300)}`);
  }
}

export const title = (t, kind = 'key') => `live:${t.tag}/${kind}_${randomUUID().slice(0, 8)}`;

/** The id of a new key. */
export async function made(t, params = {}) {
  return (await t.call('create-key', { key_alias: title(t), ...params })).key_info.key_id;
}

export const describe = async (t, key) => (await t.call('describe-key', { key_id: key })).key_info;
export const state = async (t, key) => (await describe(t, key)).key_state;
export const encrypted = async (t, key, more = {}) =>
  (await t.call('encrypt-data', { key_id: key, plain_text: TEXT, ...more })).cipher_text;
export const opened = async (t, blob, more = {}) => (await t.call('decrypt-data', { cipher_text: blob, ...more })).plain_text;
export const sha256 = (data) => createHash('sha256').update(data).digest();
export const b64 = (data) => Buffer.from(data).toString('base64');
export const raw = (text) => Buffer.from(text, 'base64');

export async function setup(t) {
  t.key = await made(t);
}
