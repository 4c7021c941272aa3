"""`secondgate apply`: configuration as code."""

import os
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from secondgate.cli.start import Data, Failed, is_installed, ready

# Where none are named, all are meant: who reads a plan must not take that for nobody.
NONE_MEANS: Final = {("policy", "groups"): "everyone", ("application", "directories"): "all"}


def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml")],
    plan: Annotated[bool, typer.Option("--plan", help="Show the difference; change nothing.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Also remove what the file does not name.")] = False,
    data: Data = None,
) -> None:
    """Make the installation what the file says. Nothing is removed without --prune."""
    is_new = not is_installed(data)
    with tempfile.TemporaryDirectory() as nowhere:
        if plan and is_new:
            # There is nothing to compare with, and a plan leaves nothing behind.
            data = Path(nowhere)
            os.environ.pop("SECONDGATE_KEY_FILE", None)
        settings = ready(data)
        if is_new and not plan:  # before anything else: whoever meant another one must see it
            print(f"A new installation was made in {settings.data}.", flush=True)
        from secondgate.setup import apply as setup
        from secondgate.setup.document import InputError

        try:
            changes = (setup.plan if plan else setup.apply)(file, prune=prune)
        except (InputError, setup.UnfinishedError) as error:
            raise Failed(str(error)) from error
        from django.db import connection

        connection.close()
    for change in changes:
        _show(change)
    done = "would change" if plan else "changed"
    print(
        f"{len(changes)} {'thing' if len(changes) == 1 else 'things'} {done}."
        if changes
        else "Nothing to change."
    )


def _show(change: Any) -> None:
    sign = {"created": "+", "changed": "~", "removed": "-"}[change.verb]
    print(f"{sign} {change.noun} {change.name}")
    if change.note:
        print(f"    {change.note}")
    before, after = change.before or {}, change.after or {}
    if change.verb == "changed":
        for key in dict.fromkeys([*before, *after]):
            if before.get(key) != after.get(key):
                none = NONE_MEANS.get((change.noun, key), "none")
                print(f"    {key}: {_value(before.get(key), none)} → {_value(after.get(key), none)}")


def _value(value: Any, none: str) -> str:
    if isinstance(value, dict) and "kept" in value:
        return f"(kept, {value['kept']})"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or none
    return {"None": "none", "True": "yes", "False": "no"}.get(str(value), str(value))
