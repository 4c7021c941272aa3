"""`secondgate capture`: look at one client's packets as the running server sees them."""

import time
from ipaddress import ip_network
from typing import Annotated, Any

import typer

from secondgate.cli.start import Data, Failed, existing, shown

MARKS = {"came": ">", "came again": ">", "answered": "<", "dropped": "x"}


def capture(
    client: Annotated[str, typer.Argument(help="An address or a network, like 10.0.1.10 or 10.0.1.0/24.")],
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="How long to look.")] = 60.0,
    count: Annotated[int, typer.Option(min=0, help="End after so many packets; 0: by time only.")] = 0,
    names: Annotated[
        bool, typer.Option("--names", help="Show login names whole: people type passwords there, too.")
    ] = False,
    data: Data = None,
) -> None:
    """Print what a client sends and what it is answered, decoded, without passwords, codes and keys.

    Also of an address that no application lists. With several workers, what the first one gets.
    """
    try:
        ip_network(client, strict=False)
    except ValueError:
        raise Failed(
            f"“{shown(client)}” is no address and no network, like 10.0.1.10 or 10.0.1.0/24."
        ) from None
    existing(data)
    from django.conf import settings

    from secondgate.setup import control

    seen = 0
    try:
        for one in control.capture(settings.SECONDGATE.data, client, names=names, seconds=seconds):
            if "begun" in one:
                print(f"Looking at {client} for {seconds:g} s. Ctrl C ends it.", flush=True)
                continue
            _show(one)
            seen += 1
            if seen == count:
                break
    except control.ControlError as error:
        raise Failed(str(error)) from error
    except KeyboardInterrupt:
        pass
    print(f"{seen} packets." if seen else f"Nothing came from {client}.")


def _show(one: dict[str, Any]) -> None:
    at = time.strftime("%H:%M:%S", time.gmtime(one["at"])) + f".{int(one['at'] * 1000) % 1000:03d}"
    said = [one["title"], f"{one['octets']} octets"] if "title" in one else []
    what = f"{one['what']}: {one['fault']}" if one["fault"] else one["what"]
    print(f"{at} {MARKS[one['what']]} {shown(one['client'])} port {one['port']}, {', '.join([what, *said])}")
    for called, value in one.get("lines", ()):
        print(f"    {called} = {shown(value)}", flush=True)
    if one["lost"]:
        print(f"    ({one['lost']} packets came too fast and are not shown)", flush=True)
