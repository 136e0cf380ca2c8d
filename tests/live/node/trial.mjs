// What the scenario needs: a client to call, and a count of what held and what did not. Twin of `python/trial.py`.

import { isDeepStrictEqual } from 'node:util';

const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** A refusal, as the official client reported it. */
export class CallError extends Error {
  constructor(code, status, requestId, message, detail) {
    super(message);
    Object.assign(this, { code, status, requestId, detail });
  }
}

/**
 * One client against one server. `make(accessKeyId, secret)` builds a client with other credentials; its third argument
 * may name a `token` for temporary ones, a `product` for another service, and `secure` for that transport.
 */
export class Trial {
  constructor(make, credentials) {
    this.make = make;
    this.credentials = credentials;
    this.api = make(credentials.access_key_id, credentials.access_key_secret);
    this.passed = 0;
    this.failures = [];
  }

  call(action, params = {}) {
    return this.callBy(this.api, action, params);
  }

  async callBy(api, action, params = {}) {
    const answer = await api.call(action, params);
    this.#requestId(action, answer.RequestId);
    return answer;
  }

  that(name, held, detail = '') {
    if (held) this.passed += 1;
    else this.failures.push(detail === '' ? name : `${name}: ${detail}`);
  }

  equal(name, got, want) {
    this.that(name, isDeepStrictEqual(got, want), `got ${shown(got)}, want ${shown(want)}`);
  }

  /** The call must fail with one of `wants`, each a `[status, code]`. Gives the error, if there was one. */
  async refused(name, wants, action, params = {}, api = this.api) {
    const accepted = Array.isArray(wants[0]) ? wants : [wants];
    let answer;
    try {
      answer = await api.call(action, params);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.#requestId(name, error.requestId);
      const got = [error.status, error.code];
      const held = accepted.some((want) => isDeepStrictEqual(got, want));
      this.that(name, held, `got ${shown(got)} (${error.message}), want ${shown(accepted)}`);
      return error;
    }
    this.that(name, false, `succeeded with ${shown(answer)}, want ${shown(accepted)}`);
    return undefined;
  }

  /** Runs each section. An exception fails that section and lets the next one run. */
  async run(sections) {
    for (const section of sections) {
      try {
        await section(this);
      } catch (error) {
        // The last frame in the scenario is the section's own: its line says which check it was.
        const place = [...error.stack.matchAll(/scenario_?\w*\.mjs:\d+/g)].at(-1)?.[0] ?? 'unknown place';
        const kind = error instanceof CallError ? `${error.status} ${error.code}` : error.name;
        this.failures.push(`${section.name}, ${place}: ${kind}: ${error.message}`);
      }
    }
  }

  #requestId(what, value) {
    if (!(typeof value === 'string' && UUID.test(value))) {
      this.failures.push(`${what}: RequestId is ${shown(value)}, want a UUID`);
    }
  }
}

function shown(value) {
  return JSON.stringify(value)?.slice(0, 300);
}
