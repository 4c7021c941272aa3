"""A security key in software: it makes keys and signs as WebAuthn says, and can be told to cheat."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256


def text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


@dataclass
class SoftKey:
    """One key for one site. `count` is its counter; 0 for a key that does not count."""

    site: str = "localhost"
    origin: str = "http://localhost:8000"
    count: int = 0
    id: bytes = b"a key of a test!"
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, challenge: bytes) -> str:
        """Return what a browser hands over for a new key."""
        numbers = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(0x45) + attested}
        return self._given(
            {
                "clientDataJSON": text(self._client("webauthn.create", challenge)),
                "attestationObject": text(cbor2.dumps(attestation)),
            }
        )

    def sign(self, challenge: bytes) -> str:
        """Return what a browser hands over for a signature."""
        self.count += bool(self.count)
        client, data = self._client("webauthn.get", challenge), self._data(0x05)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._given(
            {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: bytes) -> bytes:
        said = {"type": kind, "challenge": text(challenge), "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _given(self, response: dict[str, Any]) -> str:
        key = {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
        return json.dumps({**key, "clientExtensionResults": {}})
