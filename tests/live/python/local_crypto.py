"""What a caller computes on its own side: with public keys of the service, and with private keys of its own.
`node/local_crypto.mjs` is its twin.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

HASHES = {"1": hashes.SHA1, "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


def public_key(pem):
    return serialization.load_pem_public_key(pem.encode())


def public_key_of_der(der):
    return serialization.load_der_public_key(der)


def encrypt(key, algorithm, data):
    return key.encrypt(data, _padding(algorithm))


def verify(key, algorithm, message, signature):
    """Whether the signature is right for the message, not for its digest."""
    scheme, hash_name = algorithm.split("_SHA_")
    digest = HASHES[hash_name]()
    try:
        if scheme == "ECDSA":
            key.verify(signature, message, ec.ECDSA(digest))
        elif scheme == "RSA_PSS":
            salted = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
            key.verify(signature, message, salted, digest)
        else:
            key.verify(signature, message, padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def digest(algorithm, message):
    """The digest that is signed with this algorithm."""
    hasher = hashes.Hash(HASHES[algorithm.split("_SHA_")[1]]())
    hasher.update(message)
    return hasher.finalize()


def new_pair(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def der_of(private):
    """The public half as DER SubjectPublicKeyInfo."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.DER, form)


def decrypt(private, algorithm, ciphertext):
    return private.decrypt(ciphertext, _padding(algorithm))


def _padding(algorithm):
    if algorithm == "RSAES_PKCS1_V1_5":
        return padding.PKCS1v15()
    digest = HASHES[algorithm.rsplit("_", 1)[1]]()
    return padding.OAEP(mgf=padding.MGF1(digest), algorithm=digest, label=None)
