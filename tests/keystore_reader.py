"""Opens a bursar key file from its documentation alone (src/keystore/file.rs and seal.rs), to prove that it can be done.

    python3 tests/keystore_reader.py KEY_FILE [HOST_FACTOR_FILE]    password on standard input; prints the label and the private key

Needs: pip install cryptography argon2-cffi. For practice keys and emergencies: it shows the secret and does not check file modes.
"""
import hashlib, hmac, struct, sys, unicodedata
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = b"bursar/keystore/v1 "
stop = sys.exit


def open_key(data, factor_file, password):
    if len(data) > 4096 or data[:8] != b"BURSRKEY" or hashlib.sha256(data[:-32]).digest() != data[-32:]:
        stop("DAMAGED")
    version, kind, kdf, memory, passes, lanes, generation, n, factor_kind, label_len = struct.unpack(">HBBIIIIHBB", data[8:32])
    if version != 1 or kind not in (1, 2) or kdf != 1 or factor_kind not in (0, 1) or not 19456 <= memory <= 4 << 20:
        stop("UNSUPPORTED")
    if len(data) != 484 + n:
        stop("DAMAGED")
    header, kdf_salt, factor_id, factor_salt = data[:240], data[96:128], data[128:144], data[144:176]
    h = hashlib.sha256(header).digest()

    def derive(ikm, salt, purpose, bound=h):
        return HKDF(SHA256(), 32, salt, PREFIX + purpose + bound).derive(ikm)

    factor = bytes(32)
    if factor_kind == 1:
        factor = factor_file[8:40]
        if hashlib.sha256(factor_file[:40]).digest() != factor_file[40:]:
            stop("DAMAGED (host file)")
        if derive(factor, b"", b"factor id", b"")[:16] != factor_id:
            stop("WRONG MACHINE")
    if not hmac.compare_digest(derive(factor, factor_salt, b"factor commitment"), data[240:272]):
        stop("TAMPERED")
    password = unicodedata.normalize("NFC", password).encode()
    stretched = hash_secret_raw(password, kdf_salt, passes, memory, lanes, 32, Type.ID, 0x13)
    if not hmac.compare_digest(derive(stretched, kdf_salt, b"password commitment"), data[272:304]):
        stop("WRONG PASSWORD")
    try:
        inner = AESGCM(derive(factor, factor_salt, b"outer key")).decrypt(data[304:316], data[316:392], PREFIX + b"outer seal" + h)
        file_key = AESGCM(derive(stretched, kdf_salt, b"inner key")).decrypt(inner[:12], inner[12:], PREFIX + b"inner seal" + h)
        mac = hmac.digest(derive(file_key, h, b"mac key"), data[:420 + n], "sha256")
        if not hmac.compare_digest(mac, data[420 + n:452 + n]):
            stop("TAMPERED")
        payload = AESGCM(derive(file_key, h, b"payload key")).decrypt(data[392:404], data[404:420 + n], PREFIX + b"payload seal" + h)
    except InvalidTag:
        stop("TAMPERED")
    return header[176:176 + label_len].decode(), header[64:84].hex(), payload.hex()


if __name__ == "__main__":
    key_file, *factor_path = sys.argv[1:]
    factor_bytes = open(factor_path[0], "rb").read() if factor_path else b""
    print(*open_key(open(key_file, "rb").read(), factor_bytes, sys.stdin.readline().rstrip("\n")))
