"""FreeRADIUS with the smallest site that checks a password: no code, no record, nothing written.

It is what a login costs in C when nothing has to be remembered. Its replies carry a
Message-Authenticator, as every server's here.
"""

from pathlib import Path
from string import Template
from typing import Final

from bench.people import SECRET, login_of, password_of

# The thread pool is the packaged configuration's. `max_requests` is not: a request is kept for
# `cleanup_delay` (5 s), and at 25,000 logins a second the packaged 16,384 would drop most of them.
RADIUSD: Final = Template("""\
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = $folder
logdir = $folder
run_dir = $folder
max_requests = 131072
cleanup_delay = 5
hostname_lookups = no
log {
  destination = stderr
  auth = no
}
security {
  allow_core_dumps = no
  max_attributes = 200
  status_server = yes
}
proxy_requests = no
thread pool {
  start_servers = 5
  max_servers = 32
  min_spare_servers = 3
  max_spare_servers = 10
  max_requests_per_server = 0
}
client localhost {
  ipaddr = 127.0.0.1
  secret = $secret
  require_message_authenticator = yes
}
modules {
  pap {
  }
  files {
    filename = $folder/users
  }
}
server minimal {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = $port
  }
  authorize {
    files
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
  }
  post-auth {
    update reply {
      Message-Authenticator := 0x00
    }
  }
}
""")


def configure(folder: Path, users: int) -> None:
    """Write the dictionary and the users into a folder of its own."""
    folder.mkdir(mode=0o700)
    (folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
    with (folder / "users").open("w") as file:
        for number in range(users):
            file.write(f'{login_of(number)}\tCleartext-Password := "{password_of(number)}"\n\n')


def command(folder: Path, port: int) -> list[str]:
    """Return how to run it in the foreground on this port."""
    config = RADIUSD.substitute(folder=folder, secret=SECRET, port=port)
    (folder / "radiusd.conf").write_text(config)
    return ["freeradius", "-f", "-n", "radiusd", "-d", str(folder), "-l", "stdout"]
