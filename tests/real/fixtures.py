"""The fixtures of the real programs: started when a test first asks, kept for the session.

A test that uses one is marked `pytest.mark.real`.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.ca import Ca, make_ca
from tests.real.postgresql import Postgresql, running_postgresql
from tests.real.samba import Samba, running_samba
from tests.real.slapd import Slapd, running_slapd


@pytest.fixture(scope="session")
def real_folder() -> Iterator[Path]:
    """The data of the programs. Not pytest's own folder: PostgreSQL's user must be able to pass it."""
    folder = Path(tempfile.mkdtemp(prefix="secondgate-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def ca(real_folder: Path) -> Ca:
    """A certificate authority, and a certificate for every server here."""
    return make_ca(_made(real_folder / "ca"))


@pytest.fixture(scope="session")
def slapd(real_folder: Path, ca: Ca) -> Iterator[Slapd]:
    """OpenLDAP."""
    with running_slapd(_made(real_folder / "slapd"), ca) as slapd:
        yield slapd


@pytest.fixture(scope="session")
def samba(real_folder: Path, ca: Ca, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """Active Directory. Its domain is made once a run, also with several test processes."""
    run_folder = tmp_path_factory.getbasetemp()
    if run_folder.name.startswith("popen-"):  # a process of pytest-xdist; its parent is the run's
        run_folder = run_folder.parent
    with running_samba(_made(real_folder / "samba"), run_folder / "samba", ca) as samba:
        yield samba


@pytest.fixture(scope="session")
def postgresql(real_folder: Path) -> Iterator[Postgresql]:
    """PostgreSQL."""
    with running_postgresql(_made(real_folder / "postgresql")) as server:
        yield server


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
