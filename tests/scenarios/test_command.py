"""The command: exit codes, one sentence for what is wrong, nothing changed by it."""

import subprocess
import sys
from pathlib import Path

import pytest

from secondgate.login.throttle import FREE
from secondgate.radius.packet import Code
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]


def sentence(text: str) -> str:
    """Return the one sentence on standard error."""
    assert text.count("\n") == 1, text
    return text


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SECONDGATE_HTTP": "localhost"}, "SECONDGATE_HTTP is “localhost”; it must be HOST:PORT"),
        ({"SECONDGATE_RADIUS": "127.0.0.1:99999"}, "SECONDGATE_RADIUS is “127.0.0.1:99999”"),
        ({"SECONDGATE_ACCOUNTING": ":x"}, "SECONDGATE_ACCOUNTING is “:x”"),
        ({"SECONDGATE_PROXIES": "10.0.0.5 lb"}, "SECONDGATE_PROXIES has “lb”"),
        ({"SECONDGATE_METRICS": "127.0.0.1, 10.0.0.1/8"}, "SECONDGATE_METRICS has “10.0.0.1/8”"),
        ({"SECONDGATE_BASE_URL": "login"}, "SECONDGATE_BASE_URL is “login”"),
        ({"SECONDGATE_DATABASE_URL": "mysql://x/y"}, "SECONDGATE_DATABASE_URL must be postgresql://"),
        ({"SECONDGATE_DATABASE_URL": "postgresql://x@127.0.0.1:1/y"}, "The database cannot be used"),
        ({"SECONDGATE_DATA": "/proc/nowhere"}, "The data folder /proc/nowhere cannot be used"),
        ({"SECONDGATE_RADIUS": "192.0.2.1:1812"}, "UDP 192.0.2.1:1812 cannot be opened"),
        ({"SECONDGATE_RADIUS": "127.0.0.1:0", "SECONDGATE_HTTP": "192.0.2.1:80"}, "TCP 192.0.2.1:80 cannot"),
    ],
)
def test_a_wrong_setting_is_one_sentence(sqlite_house: House, environment: dict[str, str], says: str) -> None:
    sqlite_house.environment = environment
    done = sqlite_house.command("serve")
    assert done.returncode == 1
    assert says in sentence(done.stderr)


def test_wrong_usage_is_exit_code_2(sqlite_house: House) -> None:
    for line in (["serve", "--workers", "none"], ["serve", "--only", "mail"], ["apply"], ["no-such-command"]):
        assert sqlite_house.command(*line).returncode == 2, line


def test_another_key_is_refused_in_words(house: House) -> None:
    house.configure("applications: []\n")
    (house.folder / "data/vault.key").write_text("00" * 32)
    assert "is not the one that this database was sealed with" in sentence(house.command("serve").stderr)
    (house.folder / "data/vault.key").unlink()
    assert "Bring it back from the backup" in sentence(house.command("serve").stderr)


def test_commands_that_only_look_make_nothing(sqlite_house: House) -> None:
    for line in (["events"], ["export"], ["explain", "1"], ["doctor"]):
        done = sqlite_house.command(*line)
        assert done.returncode == 1
        assert "There is no installation in" in sentence(done.stderr)
    assert not (sqlite_house.folder / "data").exists()


def test_to_apply_where_there_is_no_installation_says_that_it_made_one(sqlite_house: House) -> None:
    """Also where the file is wrong then; a shell without SECONDGATE_DATA must not do it unnoticed."""
    made = f"A new installation was made in {sqlite_house.folder / 'data'}.\n"
    assert sqlite_house.apply("groups:\n  - {nmae: Staff}\n").stdout == made
    assert sqlite_house.apply("groups:\n  - {name: Staff}\n").stdout.startswith("+ group Staff\n")
    elsewhere = {"SECONDGATE_DATA": str(sqlite_house.folder / "elsewhere")}
    sqlite_house.environment = elsewhere
    done = sqlite_house.apply("groups:\n  - {name: Staff}\n")
    assert done.stdout.splitlines() == [
        f"A new installation was made in {elsewhere['SECONDGATE_DATA']}.", "+ group Staff", "1 thing changed.",
    ]  # fmt: skip


def test_a_plan_on_an_empty_machine_leaves_nothing_behind(sqlite_house: House) -> None:
    done = sqlite_house.apply("groups:\n  - {name: Staff}\n", "--plan")
    assert done.returncode == 0, done.stderr
    assert "+ group Staff" in done.stdout
    assert not (sqlite_house.folder / "data").exists()


def test_a_plan_says_that_nobody_named_means_everyone(sqlite_house: House) -> None:
    """A key that is left out has its default: of these two the default lets in more."""
    secret, groups, directories = new_seed(), "groups: [Staff], ", ", directories: [Built-in]"
    text = (
        f"applications:\n  - {{name: VPN, kind: radius, clients: [10.0.0.1], secret: {secret}{directories}}}\n"
        "groups:\n  - {name: Staff}\n"
        f"policies:\n  - {{name: P, application: VPN, {groups}login: password-only}}\n"
    )
    sqlite_house.configure(text)
    done = sqlite_house.apply(text.replace(groups, "").replace(directories, ""), "--plan")
    assert done.stdout.splitlines() == [
        "~ application VPN", "    directories: Built-in → all",
        "~ policy P", "    groups: Staff → everyone",
        "2 things would change.",
    ]  # fmt: skip


def test_a_mistake_in_a_file_is_exit_code_1_and_leaves_the_rest(house: House) -> None:
    house.configure("groups:\n  - {name: Staff}\n")
    done = house.apply(
        "groups:\n  - {name: More}\npolicies:\n  - {name: P, application: X, login: password-only}\n"
    )
    assert done.returncode == 1
    assert sentence(done.stderr).startswith(
        "secondgate: house.yaml line 4: there is no application called “X”"
    )
    assert "More" not in house.command("export").stdout


def test_the_data_folder_is_closed_to_others(sqlite_house: House) -> None:
    sqlite_house.configure("applications: []\n")
    data = sqlite_house.folder / "data"
    assert data.stat().st_mode & 0o077 == 0
    assert (data / "vault.key").stat().st_mode & 0o077 == 0


def test_the_doctor_names_what_is_wrong(house: House) -> None:
    done = house.apply("applications:\n  - {name: VPN, kind: radius, clients: [10.0.0.1], secret: short}\n")
    assert "+ application VPN\n    Its secret is shorter than 16 octets: make it longer" in done.stdout
    done = house.command("doctor")
    assert done.returncode == 1
    assert "FAIL  Application VPN: It has no policy: everybody is refused." in done.stdout
    assert "ok    Database" in done.stdout
    (house.folder / "data/vault.key").chmod(0o644)
    assert "can be read by other users" in house.command("doctor").stdout


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (None, "is not there. Bring it back from the backup"),
        ("damaged", "is not 64 hexadecimal digits: it is damaged. Bring it back from the backup"),
        ("00" * 31, "is not 64 hexadecimal digits: it is damaged. Bring it back from the backup"),
        ("00" * 32, "is not the one that this database was sealed with. Use the key file of the other nodes"),
    ],
)
def test_the_doctor_blames_a_bad_key_on_the_key_and_looks_on(
    house: House, key: str | None, says: str
) -> None:
    secret = new_seed()
    house.configure(
        f"applications:\n  - {{name: VPN, kind: radius, clients: [10.0.0.1], secret: {secret}}}\n"
    )
    file = house.folder / "data/vault.key"
    if key is None:
        file.unlink()
    else:
        file.write_text(key)
    done = house.command("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    (fault,) = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert fault.startswith("FAIL  Vault key: ")
    assert says in fault
    assert "ok    Database" in done.stdout


def test_the_doctor_notices_that_the_server_does_not_run(sqlite_house: House) -> None:
    """Before the first start that is no fault: who writes a configuration has it examined, too."""
    house = sqlite_house
    house.configure("applications: []\n")
    first = house.command("doctor")
    assert first.returncode == 0, first.stdout
    assert "note  Server: None has answered RADIUS from this folder yet.\n      Start it: " in first.stdout
    house.start()
    ports = f"127.0.0.1:{house.port}, 127.0.0.1:{house.port + 1}"
    running = house.command("doctor")
    assert (running.returncode, running.stderr) == (0, "")
    assert f"ok    Server: It runs, and answers on {ports}.\n" in running.stdout
    house.stop()
    data = house.folder / "data"
    stopped = house.command("doctor")
    assert stopped.returncode == 1
    assert f"FAIL  Server: No server is running on {data}. Start it: secondgate serve.\n" in stopped.stdout


def test_events_are_filtered_by_user_and_application(sqlite_house: House) -> None:
    sqlite_house.configure(
        "applications:\n  - {name: VPN, kind: radius, clients: [10.0.0.1], secret: s}\nusers:\n  - login: ann\n"
    )
    assert sqlite_house.command("events", "--user", "built-in\\ann").returncode == 0
    assert "Nobody is called" in sentence(sqlite_house.command("events", "--user", "other\\ann").stderr)
    nobody = sqlite_house.command("events", "--user", "nobody")
    assert (nobody.returncode, sentence(nobody.stderr)) == (1, "secondgate: Nobody is called “nobody”.\n")
    unknown = sqlite_house.command("events", "--application", "X")
    assert "Known: VPN." in sentence(unknown.stderr)
    assert sqlite_house.command("events", "--application", "VPN").stdout == ""


def test_a_wait_is_lifted_by_a_command(house: House) -> None:
    seed, secret = new_seed(), new_seed()
    house.configure(
        f"applications:\n  - {{name: VPN, kind: radius, clients: [127.0.0.1], secret: {secret}}}\n"
        f"users:\n  - {{login: ann, authenticators: [{{method: totp, secret: {seed}}}]}}\n"
        "policies:\n  - {name: P, application: VPN, login: second-factor-only, methods: [totp]}\n"
    )
    house.start()
    with Client(house.port, secret.encode()) as client:
        for _ in range(FREE + 10):  # the last of them wait
            assert client.ask("ann", "wrong").code == Code.ACCESS_REJECT
        assert house.last_login()["reason"] == "throttled"
        done = house.command("unlock", "ANN")
        assert (done.returncode, done.stdout) == (0, "ann need not wait any more.\n")
        assert client.ask("ann", totp(seed)).code == Code.ACCESS_ACCEPT
    assert "nothing to lift" in house.command("unlock", "ann").stdout
    assert "nothing to lift" in house.command("unlock", "--source", "198.51.100.7").stdout
    assert sentence(house.command("unlock", "nobody").stderr) == "secondgate: Nobody is called “nobody”.\n"
    for line in (["unlock"], ["unlock", "ann", "--source", "198.51.100.7"]):
        assert house.command(*line).returncode == 2, line
    (event,) = house.events(event="throttle.lifted")
    assert (event["user"], event["facts"]["by"]) == ("ann", "unlock")


@pytest.mark.parametrize("example", ["workspaces", "vpn"])
def test_the_examples_apply_as_they_stand(sqlite_house: House, example: str) -> None:
    names = ("WORKSPACES_SECRET", "ANN_TOTP", "VPN_SECRET", "BOB_PASSWORD", "BOB_TOTP")
    sqlite_house.environment = {name: new_seed() for name in names}
    done = sqlite_house.command("apply", ROOT / "examples" / f"{example}.yaml")
    assert done.returncode == 0, done.stderr
    assert (
        sqlite_house.command("apply", ROOT / "examples" / f"{example}.yaml").stdout == "Nothing to change.\n"
    )


def test_help_needs_nothing_heavy() -> None:
    code = "import sys, secondgate.cli.main as m; print([n for n in ('django','uvicorn','bonsai','psycopg') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
