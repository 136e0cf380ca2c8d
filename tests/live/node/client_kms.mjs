// Adapter for @alicloud/kms20160120 (over rpc-client): RPC signatures, POST, parameters in the query.

import { wire } from './params.mjs';
import { CallError } from './trial.mjs';

/** Yields [scheme, transport, make] for each way to use this client. */
export function* variants(require, credentials) {
  const KMS = require('@alicloud/kms20160120');
  const version = require('@alicloud/kms20160120/package.json').version;
  for (const protocol of ['https', 'http']) {
    const make = (accessKeyId, secret) =>
      new KmsClient(require, KMS, version, credentials, accessKeyId, secret, protocol);
    yield ['RPC HMAC-SHA1 POST', protocol, make];
  }
}

class KmsClient {
  client = '@alicloud/kms20160120';
  wrongSecretCode = 'SignatureDoesNotMatch';
  // This client's model of a key is older than the field.
  hiddenFields = new Set(['DeletionProtection']);

  constructor(require, KMS, version, credentials, accessKeyId, accessKeySecret, protocol) {
    const { Config } = require('@alicloud/rpc-client');
    const { RuntimeOptions } = require('@alicloud/tea-util');
    this.KMS = KMS;
    this.toMap = require('@alicloud/tea-typescript').toMap;
    this.versions = `${version} (rpc-client ${require('@alicloud/rpc-client/package.json').version})`;
    this.runtime = new RuntimeOptions({});
    this.sdk = new KMS.default(
      new Config({
        accessKeyId,
        accessKeySecret,
        endpoint: credentials[`${protocol}_endpoint`].split('://')[1],
        protocol,
        regionId: credentials.region,
        type: 'access_key',
        // Its default can be too short for the primes of RSA_4096 on a busy machine.
        readTimeout: 30_000,
      }),
    );
  }

  async call(action, params) {
    try {
      return await this.#send(action, wire(params));
    } catch (error) {
      // This client throws a plain Error whose code is the server's with `Error` behind it.
      const found = /^\S+Error: code: (\d+), /.exec(error.message);
      if (!found || !error.code?.endsWith('Error')) throw error;
      const code = error.code.slice(0, -'Error'.length);
      if (error.data.Code !== code) throw error;
      throw new CallError(code, Number(found[1]), error.data.RequestId, error.message);
    }
  }

  async #send(action, params) {
    const Request = this.KMS[`${action}Request`];
    const names = Request ? Object.values(Request.names()) : [];
    if (!Request || !Object.keys(params).every((name) => names.includes(name))) {
      // The package is older than this operation or parameter; its users call those through the generic door.
      return this.sdk.doRequest(action, 'HTTPS', 'POST', '2016-01-20', 'AK', params, null, this.runtime);
    }
    const fields = Object.entries(Request.names()).filter(([, wireName]) => wireName in params);
    const request = new Request(Object.fromEntries(fields.map(([field, wireName]) => [field, params[wireName]])));
    const method = action[0].toLowerCase() + action.slice(1);
    return this.toMap(await this.sdk[method](request));
  }
}
