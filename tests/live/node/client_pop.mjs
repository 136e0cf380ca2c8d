// Adapter for @alicloud/pop-core: RPC signatures; POST carries everything in the form body, GET in the query.

import { VERSIONS, transport, wire } from './params.mjs';
import { CallError } from './trial.mjs';

/** Yields [scheme, transport, make] for each way to use this client. */
export function* variants(require, credentials) {
  const { RPCClient } = require('@alicloud/pop-core');
  const { version } = require('@alicloud/pop-core/package.json');
  for (const protocol of ['https', 'http']) {
    for (const method of ['POST', 'GET']) {
      const make = (accessKeyId, accessKeySecret, { token, product = 'kms', secure } = {}) => {
        const endpoint = credentials[`${transport(secure, protocol)}_endpoint`];
        const config = { accessKeyId, accessKeySecret, endpoint, apiVersion: VERSIONS[product], securityToken: token };
        return new PopClient(new RPCClient(config), version, method);
      };
      yield [`RPC HMAC-SHA1 ${method}`, protocol, make];
    }
  }
}

class PopClient {
  client = '@alicloud/pop-core';
  wrongSecretCode = 'SignatureDoesNotMatch';
  hiddenFields = new Set();
  showsDetails = true; // of denied calls

  constructor(sdk, version, method) {
    Object.assign(this, { sdk, versions: version, method });
  }

  async call(action, params) {
    try {
      // Three seconds, its default, can be too short for the primes of RSA_4096 on a busy machine.
      const answer = await this.sdk.request(action, wire(params), { method: this.method, timeout: 30_000 });
      return JSON.parse(JSON.stringify(answer)); // its parser makes objects without a prototype
    } catch (error) {
      if (!error.entry || error.name !== `${error.code}Error`) throw error;
      const { RequestId, AccessDeniedDetail } = error.data;
      throw new CallError(error.code, error.entry.response.statusCode, RequestId, error.message, AccessDeniedDetail);
    }
  }
}
