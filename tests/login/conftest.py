"""A door to an installation in which ann and bob live."""

import pytest
from asgiref.sync import sync_to_async

from secondgate.ledger.ledger import Ledger
from tests.installation import Configure
from tests.login.door import HOUSE, Door


@pytest.fixture
async def door(configure: Configure, ledger: Ledger) -> Door:
    """The door, open."""
    await sync_to_async(configure)(HOUSE)
    return Door(ledger)
