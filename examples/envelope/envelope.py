"""The file format: a sealed data key in front, then the data in chunks under AES-256-GCM.

    size  content
       8  magic, with the version of the format in its last byte
       4  bytes of data in a chunk, big endian
       7  nonce prefix, random
       2  length n of the sealed data key, big endian
       n  sealed data key: the CiphertextBlob of GenerateDataKey, ASCII
    then  chunks: data, then a tag of 16 bytes; only the last one may be shorter than the rest

The nonce of a chunk is the prefix, the number of the chunk (4 bytes) and one byte that is 1 for the last chunk and 0
otherwise: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar (2015). So chunks cannot be reordered,
repeated, left out or cut off at the end. The whole header is additional data of every chunk.
"""

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"CLVENV\x00\x01"
CHUNK = 1 << 20
TAG = 16
# What a reader accepts, so that a made-up header cannot ask for all the memory there is.
MAX_CHUNK = 1 << 24
MAX_SEALED_KEY = 1 << 13

_FIXED = struct.Struct(">8sI7sH")
_NONCE = struct.Struct(">7sIB")


class Damaged(Exception):
    """The file is not what was written. Nothing that was read from it may be used."""


def encrypt(source, target, data_key, sealed_key):
    """Encrypts the stream `source` into `target` under a data key of 32 bytes that is used for this file only."""
    prefix = os.urandom(7)
    sealed = sealed_key.encode("ascii")
    header = _FIXED.pack(MAGIC, CHUNK, prefix, len(sealed)) + sealed
    target.write(header)
    aead = AESGCM(data_key)
    for number, last, data in _chunks(source, CHUNK):
        target.write(aead.encrypt(_NONCE.pack(prefix, number, last), data, header))


def read_header(source):
    """Reads the header and returns (header bytes, chunk size, nonce prefix, sealed data key)."""
    fixed = source.read(_FIXED.size)
    if len(fixed) != _FIXED.size or not fixed.startswith(MAGIC):
        raise Damaged("not a file of this format")
    _, chunk, prefix, length = _FIXED.unpack(fixed)
    sealed = source.read(length)
    if not 0 < chunk <= MAX_CHUNK or not 0 < length <= MAX_SEALED_KEY or len(sealed) != length:
        raise Damaged("the header makes no sense")
    try:
        return fixed + sealed, chunk, prefix, sealed.decode("ascii")
    except UnicodeDecodeError as error:
        raise Damaged("the sealed data key in the header is not text") from error


def decrypt(source, target, data_key, header, chunk, prefix):
    """Decrypts what follows the header. Until this returns, what is in `target` may be cut short: do not use it."""
    aead = AESGCM(data_key)
    for number, last, data in _chunks(source, chunk + TAG):
        try:
            target.write(aead.decrypt(_NONCE.pack(prefix, number, last), data, header))
        except InvalidTag as error:
            raise Damaged(f"chunk {number} or the header was changed, moved or cut off") from error


def _chunks(source, size):
    """Yields (number, is it the last, data). Reads one chunk ahead to know the last; an empty file has one chunk."""
    number, data = 0, source.read(size)
    while True:
        ahead = source.read(size)
        yield number, not ahead, data
        if not ahead:
            return
        number, data = number + 1, ahead
