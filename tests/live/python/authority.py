"""A certificate authority made by `openssl`: a root, and an issuer below it. `node/authority.mjs` is its twin."""

import functools
import pathlib
import tempfile

from openssl_tool import OpenSsl

ISSUER = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
LEAF = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\n"
NEW_KEY = "-nodes -newkey ec -pkeyopt ec_paramgen_curve"
SIGN = "openssl x509 -req -CAcreateserial -out out.pem"


class Authority:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="claviger-live-")
        self.openssl = OpenSsl(pathlib.Path(self._folder.name))
        self.openssl.write("issuer.ext", ISSUER)
        self.openssl.write("leaf.ext", LEAF)
        self.openssl.run(
            f"openssl req -x509 {NEW_KEY}:P-256 -keyout root.key -out root.pem -days 3650 -subj '/CN=Live Root'\n"
            f"openssl req {NEW_KEY}:P-384 -keyout issuer.key -out issuer.csr -subj '/O=Live & Co/CN=Live Issuer'\n"
            f"{SIGN} -in issuer.csr -CA root.pem -CAkey root.key -days 1825 -extfile issuer.ext\n"
            "mv out.pem issuer.pem\n"
        )
        self.root = self.openssl.read_text("root.pem")
        self.issuer = self.openssl.read_text("issuer.pem")

    def issue(self, csr, days=365, by="issuer"):
        """A certificate for a signing request, with the names that it asks for."""
        self.openssl.write("in.csr", csr)
        self.openssl.run(
            f"{SIGN} -in in.csr -CA {by}.pem -CAkey {by}.key -days {days} -extfile leaf.ext -copy_extensions copy"
        )
        return self.openssl.read_text("out.pem")

    def stranger(self):
        """A certificate by the same issuer for somebody else's key pair."""
        self.openssl.run(f"openssl req -new {NEW_KEY}:P-256 -keyout other.key -out other.csr -subj /CN=stranger")
        return self.issue(self.openssl.read_text("other.csr"))

    def shown(self, certificate, options):
        """What `openssl x509` prints of a certificate."""
        self.openssl.write("shown.pem", certificate)
        return self.openssl.run(f"openssl x509 -in shown.pem -noout {options}").strip()

    def signs(self, public, message, signature, options=""):
        """Whether OpenSSL takes the signature for right."""
        for name, content in (("public.pem", public), ("message", message), ("signature", signature)):
            self.openssl.write(name, content)
        return self.openssl.tries(
            f"openssl dgst -sha256 -verify public.pem {options} -signature signature message"
        ) == (0, "Verified OK\n")


@functools.cache
def authority():
    """One for the process: who it is does not matter to the service."""
    return Authority()
