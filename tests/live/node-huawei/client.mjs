// Adapter for @huaweicloud/huaweicloud-sdk-core. There is no package for key management; users send its calls through the core.
// It trusts the authorities that NODE_EXTRA_CA_CERTS names.

import { CallError } from '../node/trial.mjs';
import { place } from './operations.mjs';

const CORE = '@huaweicloud/huaweicloud-sdk-core/';

/** Yields [scheme, transport, make] for each way to use this client. */
export function* variants(require, credentials) {
  for (const [scheme, transport, region] of [
    ['SDK-HMAC-SHA256', 'https', false],
    ['SDK-HMAC-SHA256, project by region', 'https', true],
    ['SDK-HMAC-SHA256', 'http', false],
  ]) {
    const make = (key, secret, more = {}) => new Client(require, credentials, transport, region, key, secret, more);
    yield [scheme, transport, make];
  }
}

class Client {
  client = '@huaweicloud/huaweicloud-sdk-core';

  constructor(require, credentials, transport, region, key, secret, { token, project } = {}) {
    const core = { ...require(`${CORE}public-api`), ...require(`${CORE}ClientBuilder`), ...require(`${CORE}region/region`) };
    this.core = core;
    this.versions = require(`${CORE}package.json`).version;
    this.endpoint = credentials[`${transport}_endpoint`];
    this.project = project ?? credentials.project_id;
    const basic = new core.BasicCredentials().withAk(key).withSk(secret);
    if (token) basic.withSecurityToken(token);
    if (region) basic.withIamEndpoint(this.endpoint);
    else basic.withProjectId(this.project);
    const account = new core.GlobalCredentials().withAk(key).withSk(secret).withDomainId(credentials.domain_id);
    this.kms = this.#built(basic, region ? new core.Region(credentials.region, this.endpoint) : undefined);
    this.iam = this.#built(account);
  }

  #built(credential, region) {
    const builder = new this.core.ClientBuilder((client) => client).withCredential(credential);
    return (region ? builder.withRegion(region) : builder.withEndpoint(this.endpoint)).build();
  }

  /** Key management: parameters that the path has a place for go there, the rest into the query or the body. */
  async call(action, params = {}) {
    const [method, path, status] = place(action);
    const fields = Object.entries(params);
    const inPath = fields.filter(([name]) => path.includes(`{${name}}`));
    const rest = Object.fromEntries(fields.filter(([name]) => !path.includes(`{${name}}`)));
    const body = method === 'POST' || fields.length > inPath.length ? { data: rest } : {};
    const sent = method === 'GET' ? { queryParams: rest } : body;
    const pathParams = { project_id: this.project, ...Object.fromEntries(inPath) };
    // When it asks for the project itself, it also fills it in.
    const url = `/v1.0/{project_id}/${path}`;
    return this.#send(this.kms, action, status, { method, url, pathParams, ...sent });
  }

  /** Identities and traces. */
  identities(method, url, { status = 200, headers = {}, query = {}, data } = {}) {
    const body = data === undefined ? {} : { data };
    const more = { queryParams: query, headers, responseHeaders: ['X-Subject-Token'] };
    return this.#send(this.iam, url, status, { method, url, ...more, ...body });
  }

  async #send(client, action, status, options) {
    const common = { contentType: 'application/json', queryParams: {}, pathParams: {}, headers: {} };
    let answer;
    try {
      answer = await client.sendRequest({ ...common, ...options });
    } catch (error) {
      if (!['ClientRequestException', 'ServerResponseException'].includes(error.name)) throw error;
      throw new CallError(error.errorCode, error.httpStatusCode, error.requestId, error.errorMsg);
    }
    const { httpStatusCode, ...rest } = answer;
    if (httpStatusCode !== status) throw new Error(`${action}: status ${httpStatusCode}, want ${status}`);
    return rest;
  }
}
