"""FreeRADIUS with one person, as the server that others ask; `signs` lets it sign its answers, as newer ones do.

It takes the code 494949 of everybody, and by the word `ring` it asks for a colour: it wants blue, and asks again
after `more`.
"""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from secondgate.radius import exchange
from secondgate.radius.signing import Secret
from tests.real.child import Child
from tests.scenarios.ports import free_udp_port

CONFIGURATION = """
prefix = /usr
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
pidfile = {folder}/pid
security {{
  max_attributes = 200
  reject_delay = 0
  status_server = yes
}}
client here {{
  ipaddr = 127.0.0.1
  secret = {secret}
}}
modules {{
  always handled {{
    rcode = handled
  }}
  always reject {{
    rcode = reject
  }}
  pap {{
  }}
  chap {{
  }}
  mschap {{
  }}
  files {{
    usersfile = {folder}/users
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = 127.0.0.1
    port = {port}
  }}
  authorize {{
    if (&session-state:Tmp-Integer-0) {{
      if (&User-Password == "blue") {{
        update control {{ Auth-Type := Accept }}
      }}
      elsif (&User-Password == "more") {{
        update control {{ Auth-Type := Ask }}
      }}
      else {{
        reject
      }}
    }}
    elsif (&User-Password == "ring") {{
      update control {{ Auth-Type := Ask }}
    }}
    elsif (&User-Password == "494949") {{
      update control {{ Auth-Type := Accept }}
    }}
    files
    chap
    mschap
    pap
  }}
  authenticate {{
    Auth-Type Ask {{
      update session-state {{ Tmp-Integer-0 := 1 }}
      update reply {{ Reply-Message := "{prompt}" }}
      {sign}
      update control {{ Response-Packet-Type := Access-Challenge }}
      handled
    }}
    pap
    chap
    mschap
  }}
  post-auth {{
    {sign}
    Post-Auth-Type REJECT {{
      {sign}
    }}
    Post-Auth-Type Challenge {{
      {sign}
    }}
  }}
}}
"""
PROMPT = "Welche Farbe hat der Schlüssel?"
SIGN = "update reply { Message-Authenticator := 0x00 }"


@dataclass(frozen=True)
class FreeRadius:
    """A server that runs."""

    port: int
    child: Child


@contextmanager
def running_freeradius(folder: Path, secret: str, users: str, *, signs: bool) -> Iterator[FreeRadius]:
    """Run one; `users` is its file of people, in its own words."""
    program = shutil.which("freeradius")
    assert program, "install freeradius"
    folder.mkdir()
    port = free_udp_port()
    (folder / "users").write_text(users)
    (folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
    text = CONFIGURATION.format(
        folder=folder, secret=secret, port=port, sign=SIGN if signs else "", prompt=PROMPT
    )
    (folder / "radiusd.conf").write_text(text)
    child = Child(
        [program, "-f", "-d", folder, "-l", "stdout"],
        log=folder / "log",
        is_ready=lambda: _answers(port, secret),
    )
    child.start()
    try:
        yield FreeRadius(port, child)
    finally:
        child.stop()


def _answers(port: int, secret: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        asks.settimeout(0.2)
        asks.connect(("127.0.0.1", port))
        try:
            asks.send(exchange.status(Secret(secret.encode())).datagram)
            return bool(asks.recv(4096))
        except OSError:
            return False
