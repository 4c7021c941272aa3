"""privacyIDEA's /validate/check, as its package ships it: 200 users with a HOTP token each, on SQLite.

It lives in a virtual environment of its own, in bench/build, and runs under gunicorn with a process
a core.
"""

import asyncio
import json
import os
import time
import urllib.error
import urllib.request
from hmac import digest
from pathlib import Path
from string import Template
from typing import Final

from bench import load
from bench.child import run
from bench.errors import BenchError
from bench.people import login_of, seed_of

HERE: Final = load.BUILT / "privacyidea"
USERS: Final = 200  # more than are ever in flight, so that no two logins use one token at a time

CONFIG: Final = Template("""\
SUPERUSER_REALM = ['super']
SQLALCHEMY_DATABASE_URI = 'sqlite:///$folder/data.sqlite'
SECRET_KEY = 'bench-secret-key-bench-secret-key'
PI_PEPPER = 'bench-pepper'
PI_ENCFILE = '$folder/enckey'
PI_AUDIT_KEY_PRIVATE = '$folder/private.pem'
PI_AUDIT_KEY_PUBLIC = '$folder/public.pem'
PI_LOGFILE = '$folder/privacyidea.log'
PI_LOGLEVEL = 30
""")

# Run by its own Python: what `configure` cannot do from outside.
ENROL: Final = """\
import json, sys
from privacyidea.app import create_app
folder, people = sys.argv[1], json.load(sys.stdin)
app = create_app(config_name='production', config_file=folder + '/pi.cfg', silent=True)
with app.app_context():
    from privacyidea.lib.realm import set_default_realm, set_realm
    from privacyidea.lib.resolver import save_resolver
    from privacyidea.lib.token import init_token
    from privacyidea.lib.user import User
    save_resolver({'resolver': 'people', 'type': 'passwdresolver', 'fileName': folder + '/passwd'})
    set_realm('bench', [{'name': 'people'}])
    set_default_realm('bench')
    for number, (login, seed) in enumerate(people):
        init_token({'type': 'hotp', 'otpkey': seed, 'serial': f'H{number:05d}', 'genkey': 0},
                   user=User(login, realm='bench'))
"""


def install() -> None:
    """Make its virtual environment, if it is not there. Raises BenchError."""
    if (HERE / "bin/gunicorn").exists():
        return
    run("python3", "-m", "venv", HERE)
    run(HERE / "bin/pip", "install", "-q", "--disable-pip-version-check", "privacyidea", "gunicorn")


def environment(folder: Path) -> dict[str, str]:
    """Return what it finds its configuration by."""
    return {"PRIVACYIDEA_CONFIGFILE": str(folder / "pi.cfg")}


def configure(folder: Path) -> None:
    """Make its keys, tables and tokens in a folder. Raises BenchError."""
    folder.mkdir()
    (folder / "pi.cfg").write_text(CONFIG.substitute(folder=folder))
    (folder / "passwd").write_text(
        "".join(f"{login_of(n)}:x:{2000 + n}:2000:User {n},,,:/home:/bin/sh\n" for n in range(USERS))
    )
    ours = os.environ | environment(folder)
    for step in ("create_enckey", "create_audit_keys", "create_tables"):
        run(HERE / "bin/pi-manage", "setup", step, environment=ours)
    people = [(login_of(number), seed_of(number).hex()) for number in range(USERS)]
    run(HERE / "bin/python", "-c", ENROL, folder, environment=ours, stdin=json.dumps(people))


def command(folder: Path, port: int) -> list[str | Path]:
    """Return how to run it in the foreground on this port."""
    application = f"privacyidea.app:create_app(config_name='production', config_file='{folder}/pi.cfg')"
    workers = str(len(os.sched_getaffinity(0)))
    return [
        HERE / "bin/gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", workers, "--timeout", "120",
        "--no-control-socket", application,
    ]  # fmt: skip


def answers(port: int) -> bool:
    """Tell whether it answers a login; that of nobody will do."""
    body = b"user=nobody&pass=1"
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/validate/check", body, timeout=30).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        time.sleep(0.02)
        return False
    return True


class Load:
    """Logins by HTTP, one code after the other of each token."""

    pressed = 0  # codes made so far, of the class: a token remembers them through every round

    def __init__(self, port: int) -> None:
        self._port = port

    def measure(self, first_user: int, logins: int, in_flight: int) -> load.Load:
        """Return how that many logins fared; whose they are, the codes pressed so far say."""
        del first_user
        return asyncio.run(self._measure(logins, in_flight))

    async def _measure(self, logins: int, in_flight: int) -> load.Load:
        numbers = iter(range(Load.pressed, Load.pressed + logins))
        Load.pressed += logins
        began, times = time.perf_counter(), []

        async def log_in_one_after_the_other() -> None:
            for number in numbers:
                times.append(await self._log_in(number % USERS, number // USERS))

        await asyncio.gather(*(log_in_one_after_the_other() for _ in range(in_flight)))
        took = time.perf_counter() - began
        times.sort()
        return load.Load(logins, logins / took, _at(times, 0.5), _at(times, 0.99))

    async def _log_in(self, person: int, counter: int) -> float:
        """Return how many milliseconds one login took. Raises BenchError unless it was accepted."""
        body = f"user={login_of(person)}&pass={_hotp(seed_of(person), counter)}".encode()
        head = b"POST /validate/check HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answer = (await reader.read()).partition(b"\r\n\r\n")[2]
        writer.close()
        took = time.perf_counter() - began
        if not _accepts(answer):
            raise BenchError(f"privacyidea did not accept a login: {answer[:500].decode(errors='replace')}")
        return took * 1000


def _accepts(answer: bytes) -> bool:
    try:
        return json.loads(answer)["result"]["value"] is True
    except (ValueError, KeyError):
        return False


def _hotp(seed: bytes, counter: int) -> str:
    mac = digest(seed, counter.to_bytes(8, "big"), "sha1")
    offset = mac[19] & 15
    return f"{(int.from_bytes(mac[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def _at(times: list[float], part: float) -> float:
    return times[min(len(times) - 1, int(part * len(times)))]
