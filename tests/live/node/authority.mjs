// A certificate authority made by `openssl`: a root, and an issuer below it. Twin of `python/authority.py` and
// `python/openssl_tool.py`.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ISSUER = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n';
const LEAF = 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\n';
const NEW_KEY = '-nodes -newkey ec -pkeyopt ec_paramgen_curve';
const SIGN = 'openssl x509 -req -CAcreateserial -out out.pem';

class OpenSsl {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'claviger-live-'));
    process.on('exit', () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Runs shell lines in the folder, up to the first that fails. [exit code, what was printed] */
  tries(script) {
    const done = spawnSync('sh', ['-e', '-c', script], { cwd: this.folder, encoding: 'utf8', timeout: 120_000 });
    return [done.status, done.status === 0 ? done.stdout : done.stdout + done.stderr];
  }

  run(script) {
    const [code, out] = this.tries(script);
    if (code !== 0) throw new Error(`exit code ${code} of\n${script}\n${out}`);
    return out;
  }

  write(name, content) {
    writeFileSync(join(this.folder, name), content);
  }

  read(name) {
    return readFileSync(join(this.folder, name));
  }

  readText(name) {
    return this.read(name).toString();
  }
}

class Authority {
  constructor() {
    this.openssl = new OpenSsl();
    this.openssl.write('issuer.ext', ISSUER);
    this.openssl.write('leaf.ext', LEAF);
    this.openssl.run(
      `openssl req -x509 ${NEW_KEY}:P-256 -keyout root.key -out root.pem -days 3650 -subj '/CN=Live Root'
      openssl req ${NEW_KEY}:P-384 -keyout issuer.key -out issuer.csr -subj '/O=Live & Co/CN=Live Issuer'
      ${SIGN} -in issuer.csr -CA root.pem -CAkey root.key -days 1825 -extfile issuer.ext
      mv out.pem issuer.pem`,
    );
    this.root = this.openssl.readText('root.pem');
    this.issuer = this.openssl.readText('issuer.pem');
  }

  /** A certificate for a signing request, with the names that it asks for. */
  issue(csr, { days = 365, by = 'issuer' } = {}) {
    this.openssl.write('in.csr', csr);
    this.openssl.run(
      `${SIGN} -in in.csr -CA ${by}.pem -CAkey ${by}.key -days ${days} -extfile leaf.ext -copy_extensions copy`,
    );
    return this.openssl.readText('out.pem');
  }

  /** A certificate by the same issuer for somebody else's key pair. */
  stranger() {
    this.openssl.run(`openssl req -new ${NEW_KEY}:P-256 -keyout other.key -out other.csr -subj /CN=stranger`);
    return this.issue(this.openssl.readText('other.csr'));
  }

  /** What `openssl x509` prints of a certificate. */
  shown(certificate, options) {
    this.openssl.write('shown.pem', certificate);
    return this.openssl.run(`openssl x509 -in shown.pem -noout ${options}`).trim();
  }

  /** Whether OpenSSL takes the signature for right. */
  signs(publicKey, message, signature, options = '') {
    this.openssl.write('public.pem', publicKey);
    this.openssl.write('message', message);
    this.openssl.write('signature', signature);
    const verify = `openssl dgst -sha256 -verify public.pem ${options} -signature signature message`;
    return this.openssl.tries(verify)[1] === 'Verified OK\n';
  }
}

let made;

/** One for the process: who it is does not matter to the service. */
export function authority() {
  made ??= new Authority();
  return made;
}
