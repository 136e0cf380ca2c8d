// Adapter for @alicloud/kms20160120 (over rpc-client): RPC signatures, POST, parameters in the query.

import { VERSIONS, transport, wire } from './params.mjs';
import { CallError } from './trial.mjs';

/** Yields [scheme, transport, make] for each way to use this client. */
export function* variants(require, credentials) {
  const KMS = require('@alicloud/kms20160120');
  const version = require('@alicloud/kms20160120/package.json').version;
  for (const protocol of ['https', 'http']) {
    const make = (accessKeyId, secret, { token, product = 'kms', secure } = {}) => {
      const config = { accessKeyId, accessKeySecret: secret, securityToken: token };
      return new KmsClient(require, KMS, version, credentials, config, transport(secure, protocol), product);
    };
    yield ['RPC HMAC-SHA1 POST', protocol, make];
  }
}

class KmsClient {
  client = '@alicloud/kms20160120';
  wrongSecretCode = 'SignatureDoesNotMatch';
  // This client's model of a key is older than the field.
  hiddenFields = new Set(['DeletionProtection']);
  showsDetails = true; // of denied calls

  constructor(require, KMS, version, credentials, config, protocol, product) {
    const { Config } = require('@alicloud/rpc-client');
    const { RuntimeOptions } = require('@alicloud/tea-util');
    this.KMS = product === 'kms' ? KMS : {}; // the others have no package of this generation
    this.version = VERSIONS[product];
    this.toMap = require('@alicloud/tea-typescript').toMap;
    this.versions = `${version} (rpc-client ${require('@alicloud/rpc-client/package.json').version})`;
    this.runtime = new RuntimeOptions({});
    this.sdk = new KMS.default(
      new Config({
        ...config,
        endpoint: credentials[`${protocol}_endpoint`].split('://')[1],
        protocol,
        regionId: credentials.region,
        type: 'access_key', // with a token it takes it for `sts`
        // The defaults can be too short for the primes of RSA_4096 on a busy machine; both count while it waits.
        readTimeout: 30_000,
        connectTimeout: 30_000,
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
      const { RequestId, AccessDeniedDetail } = error.data;
      throw new CallError(code, Number(found[1]), RequestId, error.message, AccessDeniedDetail);
    }
  }

  async #send(action, params) {
    const Request = this.KMS[`${action}Request`];
    const names = Request ? Object.values(Request.names()) : [];
    if (!Request || !Object.keys(params).every((name) => names.includes(name))) {
      // The package is older than this operation or parameter; its users call those through the generic door.
      return this.sdk.doRequest(action, 'HTTPS', 'POST', this.version, 'AK', params, null, this.runtime);
    }
    const fields = Object.entries(Request.names()).filter(([, wireName]) => wireName in params);
    const request = new Request(Object.fromEntries(fields.map(([field, wireName]) => [field, params[wireName]])));
    const method = action[0].toLowerCase() + action.slice(1);
    return this.toMap(await this.sdk[method](request));
  }
}
