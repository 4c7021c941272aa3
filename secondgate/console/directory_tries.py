"""What the buttons of a directory's form do, short of saving it: try, look, fill in. Nothing is kept."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asgiref.sync import async_to_sync
from django.http import QueryDict

from secondgate.console.forms.directory import SET, DirectoryForm
from secondgate.directories.directory import DirectoryError, Finding, failed
from secondgate.directories.presets import PRESETS
from secondgate.directories.trying import Previewed, look_below, try_login_name, try_steps
from secondgate.vault.setting import Part
from secondgate.web.visitor import Request

Judged = Callable[[Collection[Part]], DirectoryForm]

LARGEST: Final = 200_000  # octets of an uploaded certificate; a bundle of a whole system has as many


@dataclass(slots=True)
class Tried:
    """What a button has brought. No `form`: it was none of them, and the form is to be saved."""

    data: QueryDict = field(default_factory=QueryDict)
    form: DirectoryForm | None = None
    part: Part | None = None
    findings: Sequence[Finding] = ()
    previewed: Previewed | None = None
    browsed: str = ""
    below: str = ""
    branches: Sequence[str] = ()


def act(request: Request, form_class: type[DirectoryForm], given: dict[str, Any]) -> Tried:
    """Do what the button says that was pressed."""
    tried = Tried(_with_uploads(request))
    held_parts = form_class(**given).parts
    parts = [part for part, _held in held_parts]

    def judged(some: Collection[Part]) -> DirectoryForm:
        tried.form = form_class(tried.data, judged=some, **given)
        tried.form.is_valid()
        return tried.form

    if not parts:  # a kind without settings: there is nothing to try
        return tried
    if "test" in request.POST:
        tried.part = next((part for part in parts if part.title == request.POST["test"]), parts[-1])
        _test(tried, judged(_up_to(parts, tried.part)))
    elif "preview" in request.POST:
        tried.part = parts[-1]
        _preview(tried, judged(parts), request.POST.get("preview_login", "").strip())
    elif "browse" in request.POST:
        tried.browsed, _, tried.below = request.POST["browse"].partition("|")
        _browse(tried, held_parts, judged)
    elif "use" in request.POST:
        name, _, value = request.POST["use"].partition("|")
        tried.data[f"{SET}{name}"] = value
        judged(())
    elif "fill" in request.POST:
        preset = PRESETS.get(request.POST.get("preset", ""))
        sent = {one.name for _part, held in held_parts for one in held if not one.metadata.get("leads")}
        for name, value in preset.settings.items() if preset else ():
            if name not in sent:  # where the servers are is not the product's affair
                continue
            _put(tried.data, f"{SET}{name}", value)
        judged(())
    return tried


def _test(tried: Tried, form: DirectoryForm) -> None:
    if form.settings is not None and tried.part:
        found = async_to_sync(try_steps)(form.kind, form.settings, until=tried.part.until)
        tried.findings = [_labelled(form, finding) for finding in found]


def _preview(tried: Tried, form: DirectoryForm, login: str) -> None:
    if form.settings is not None and login:
        tried.previewed = async_to_sync(try_login_name)(form.kind, form.settings, login)
        tried.findings = [_labelled(form, tried.previewed.finding)]


def _browse(tried: Tried, parts: list[tuple[Part, list[Any]]], judged: Judged) -> None:
    """Look through the directory for what may stand in a field; what stands before it must be right."""
    holds = [any(one.name == tried.browsed for one in held) for _part, held in parts]
    if True not in holds:
        judged(())
        return
    at = holds.index(True)
    form = judged([part for part, _held in parts[:at]])
    if form.settings is None:
        return
    try:
        tried.branches = async_to_sync(look_below)(form.kind, form.settings, tried.below)
    except DirectoryError as error:
        tried.part = parts[at][0]
        tried.findings = [_labelled(form, failed("Look through the directory", error))]


def _labelled(form: DirectoryForm, finding: Finding) -> Finding:
    remedy = form.in_labels(finding.remedy)
    return Finding(finding.title, finding.ok, finding.says, remedy, finding.raw)


def _up_to(parts: list[Part], part: Part) -> list[Part]:
    return parts if not part.until else parts[: parts.index(part) + 1]


def _with_uploads(request: Request) -> QueryDict:
    """Return what was typed, with uploaded texts in the fields that they were chosen for."""
    data = request.POST.copy()
    for name, file in request.FILES.items():
        if name.endswith("_upload") and hasattr(file, "read"):
            data[name.removesuffix("_upload")] = file.read(LARGEST).decode(errors="replace")
    return data


def _put(data: QueryDict, name: str, value: Any) -> None:
    """Put a value into a form's data, as a browser would have sent it."""
    if isinstance(value, bool):
        data.pop(name, None)
        if value:
            data[name] = "on"
    else:
        data[name] = "\n".join(value) if isinstance(value, list) else str(value)
