"""All commands. What a command needs is imported by it alone: `--help` must be quick."""

import sys

import typer

from secondgate.cli import (
    apply,
    capture,
    doctor,
    events,
    explain,
    export,
    owner_link,
    radius_client,
    serve,
    try_login,
    unlock,
)
from secondgate.cli.start import Failed

app = typer.Typer(
    help="Secondgate: a self-hosted MFA server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local variables: secrets
)
app.command("serve")(serve.serve)
app.command("apply")(apply.apply)
app.command("export")(export.export)
app.command("events")(events.events)
app.command("explain")(explain.explain)
app.command("doctor")(doctor.doctor)
app.command("try")(try_login.try_login)
app.command("radius-client")(radius_client.radius_client)
app.command("capture")(capture.capture)
app.command("unlock")(unlock.unlock)
app.command("owner-link")(owner_link.owner_link)


def main() -> None:
    """Run the command; what fails is one sentence on stderr."""
    try:
        app()
    except Failed as failed:
        print(f"secondgate: {failed}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)  # whoever read our output has enough
