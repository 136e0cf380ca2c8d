// First steps with @alicloud/pop-core. Usage: NODE_EXTRA_CA_CERTS=CA_FILE node node_pop.js CREDENTIALS_FILE

const { readFileSync } = require('node:fs');
const { RPCClient } = require('@alicloud/pop-core');

async function main() {
  const found = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const client = new RPCClient({
    accessKeyId: found.access_key_id,
    accessKeySecret: found.access_key_secret,
    endpoint: found.https_endpoint,
    apiVersion: '2016-01-20',
  });
  const call = (action, parameters) => client.request(action, parameters, { method: 'POST' });
  const EncryptionContext = JSON.stringify({ tenant: 'acme' });
  const Plaintext = Buffer.from('hello').toString('base64');
  const { KeyId } = (await call('CreateKey', { Description: 'first steps' })).KeyMetadata;
  const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext, EncryptionContext });
  const opened = await call('Decrypt', { CiphertextBlob, EncryptionContext });
  console.log(`${Buffer.from(opened.Plaintext, 'base64')}, encrypted and decrypted under ${KeyId}`);
}

main().then(() => process.exit(0)); // the client keeps an idle connection open
