"""A port that is lost is noticed."""

import pytest

from secondgate.listener.sockets import Endpoint


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])
async def test_readiness_sees_a_lost_port(host: str) -> None:
    endpoint = Endpoint(host, 0, lambda *_: None)
    endpoint.start()
    await endpoint.check()
    endpoint.close()
    with pytest.raises(OSError):
        await endpoint.check()
