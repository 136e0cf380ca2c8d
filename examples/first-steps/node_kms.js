// First steps with @alicloud/kms20160120. Usage: NODE_EXTRA_CA_CERTS=CA_FILE node node_kms.js CREDENTIALS_FILE

const { readFileSync } = require('node:fs');
const KMS = require('@alicloud/kms20160120');
const { Config } = require('@alicloud/rpc-client');

async function main() {
  const found = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const kms = new KMS.default(
    new Config({
      accessKeyId: found.access_key_id,
      accessKeySecret: found.access_key_secret,
      regionId: found.region,
      endpoint: found.https_endpoint.replace('https://', ''),
      protocol: 'https',
      type: 'access_key',
    }),
  );
  const encryptionContext = JSON.stringify({ tenant: 'acme' });
  const plaintext = Buffer.from('hello').toString('base64');
  const { keyMetadata } = await kms.createKey(new KMS.CreateKeyRequest({ description: 'first steps' }));
  const { keyId } = keyMetadata;
  const sealed = await kms.encrypt(new KMS.EncryptRequest({ keyId, plaintext, encryptionContext }));
  const { ciphertextBlob } = sealed;
  const opened = await kms.decrypt(new KMS.DecryptRequest({ ciphertextBlob, encryptionContext }));
  console.log(`${Buffer.from(opened.plaintext, 'base64')}, encrypted and decrypted under ${keyId}`);
}

main().then(() => process.exit(0)); // the client keeps an idle connection open
