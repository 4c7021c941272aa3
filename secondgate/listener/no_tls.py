"""Why a client did not come as far as a TLS connection, in a sentence for the process log."""

import ssl
from typing import Final

# OpenSSL's X509_V_ERR_…, as x509_vfy.h numbers them.
NOT_OF_THE_CA: Final = "Its certificate is not of the clients' CA."
OF_VERIFYING: Final[dict[int, str]] = {
    3: "There is no list of revoked certificates of the CA that its certificate is of.",
    9: "Its certificate is not valid yet.",
    10: "Its certificate has expired.",
    11: "The list of revoked certificates is not valid yet: no client gets in.",
    12: "The list of revoked certificates has expired: no client gets in until there is a newer one.",
    18: NOT_OF_THE_CA,
    19: NOT_OF_THE_CA,
    20: NOT_OF_THE_CA,
    21: NOT_OF_THE_CA,
    23: "Its certificate is revoked.",
    26: "Its certificate is not one for TLS clients.",
}
OF_REASON: Final[dict[str, str]] = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "It showed no certificate.",
    "TLSV1_ALERT_UNKNOWN_CA": "It does not know the CA of this server's certificate.",
    "SSLV3_ALERT_BAD_CERTIFICATE": "It does not take this server's certificate.",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "It says that this server's certificate has expired.",
    "HTTP_REQUEST": "It speaks HTTP.",
}


def in_words(fault: Exception) -> str:
    """Return the sentence."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        said = OF_VERIFYING.get(fault.verify_code)
        return said or f"Its certificate does not hold: {fault.verify_message}."
    if isinstance(fault, ssl.SSLError) and fault.reason:
        return OF_REASON.get(fault.reason) or f"TLS failed: {fault.reason.lower().replace('_', ' ')}."
    return str(fault) or "It went before TLS was there."
