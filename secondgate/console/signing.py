"""What the page of an application says of unsigned packets: what is dropped, and what would be."""

from collections.abc import Iterable
from typing import Any, Final

from secondgate.applications.models import Application, Client, Unsigned
from secondgate.console.forms.application import plain

NETWORK: Final = "nothing is learned of a network, whose devices differ. Require it if all of them can sign."


def shown(application: Application) -> dict[str, Any]:
    """Return what the page shows; `unsigned` is who sends such packets, and when last, to within an hour."""
    clients = list(application.clients.order_by("pk"))
    unsigned = Unsigned.objects.filter(client__in=clients).select_related("client").order_by("client")
    return {
        "signing": list(_signing(application, clients)),
        "proxying": list(_proxying(application, clients)),
        "unsigned": [(plain(one.client.network), one) for one in unsigned],
    }


def _signing(application: Application, clients: list[Client]) -> Iterable[str]:
    """Say of whose packets a Message-Authenticator is required, and what is dropped without."""
    if application.message_authenticator == "require":
        yield "Required: packets without one get no answer."
    elif application.message_authenticator == "off":
        yield "Not asked for: packets without one are answered, and somebody in between could forge them."
    else:
        single, whole = _apart(clients)
        if signed := _networks(client for client in single if client.signs):
            yield f"Required of {signed}: sent before, so packets without get no answer."
        if others := _networks(client for client in single if not client.signs):
            yield f"Not yet of {others}: the first packet that has one makes it required."
        if whole:
            yield f"Not required of {_networks(whole)}: {NETWORK}"


def _proxying(application: Application, clients: list[Client]) -> Iterable[str]:
    """Say whose packets with Proxy-State need a Message-Authenticator."""
    if application.limit_proxy_state == "require":
        yield "Only with a Message-Authenticator: packets that have the one without the other get no answer."
    elif application.limit_proxy_state == "off":
        yield "Also without a Message-Authenticator: somebody in between could turn a refusal around."
    else:
        single, whole = _apart(clients)
        limited = [client for client in single if client.signs or client.proxies is False]
        proxies = [client for client in single if client.proxies and not client.signs]
        if limited:
            yield f"Only with a Message-Authenticator from {_networks(limited)}."
        if proxies:
            yield f"Also without from {_networks(proxies)}: a proxy that does not sign."
        if others := _networks(client for client in single if client not in limited + proxies):
            yield f"Not yet limited for {others}: the first accepted login tells whether it is a proxy."
        if whole:
            yield f"Not limited for {_networks(whole)}: {NETWORK}"


def _apart(clients: list[Client]) -> tuple[list[Client], list[Client]]:
    """Return the single addresses and the networks: "auto" learns of the former only."""
    single = [client for client in clients if "/" not in plain(client.network)]
    return single, [client for client in clients if client not in single]


def _networks(clients: Iterable[Client]) -> str:
    return ", ".join(plain(client.network) for client in clients)
