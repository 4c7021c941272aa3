"""Whether a RADIUS server answers: a Status-Server packet (RFC 5997), as a client would send it."""

import secrets
import socket
import time
from typing import Final

from bench.people import SECRET
from secondgate.radius.packet import Code, Packet
from secondgate.radius.signing import Secret, is_reply_to, sign_request

PATIENCE: Final = 0.2  # seconds for one answer
PAUSE: Final = 0.005  # seconds after a port has said that it is closed


def answers(port: int) -> bool:
    """Tell whether whoever listens on a loopback port answers, and knows the shared secret."""
    secret = Secret(SECRET.encode())
    request = Packet(Code.STATUS_SERVER, secrets.randbelow(256), secrets.token_bytes(16))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.settimeout(PATIENCE)
        try:
            client.send(sign_request(request, secret))
            return is_reply_to(client.recv(4096), request, secret)
        except ConnectionRefusedError:
            time.sleep(PAUSE)
        except TimeoutError:
            pass
    return False
