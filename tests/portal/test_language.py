"""The portal speaks German, too: all of it, where it is asked for, and nowhere else."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import hatch_build
from tests.console.conftest import SignedIn

ROOT = Path(__file__).parents[2] / "secondgate"
CATALOGUE = ROOT / "locale/de/LC_MESSAGES/django.po"
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
GERMAN = {"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"}


def marked() -> Iterator[str]:
    """Yield what templates and code mark for translation."""
    for file in ROOT.rglob("*.html"):
        text = file.read_text()
        yield from (found[1] for found in re.findall(r"{% translate (['\"])(.*?)\1", text))
        for body in re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, flags=re.S):
            yield re.sub(r"{{ ?(\w+) ?}}", r"%(\1)s", body)
    for file in ROOT.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            is_mark = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
            if is_mark and isinstance(call.args[0], ast.Constant):
                yield call.args[0].value


def test_all_that_is_marked_is_translated_and_nothing_else() -> None:
    catalogue = dict(hatch_build.messages(CATALOGUE.read_text()))
    assert set(marked()) == set(catalogue) - {""}


def test_a_translation_fills_the_same_blanks() -> None:
    blanks = re.compile(r"%\(\w+\)s|{\w+}")
    for english, german in hatch_build.messages(CATALOGUE.read_text()):
        assert sorted(blanks.findall(english)) == sorted(blanks.findall(german)), english


def test_what_is_compiled_is_what_gettext_reads(tmp_path: Path) -> None:
    source = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n#, fuzzy\nmsgid "b"\nmsgstr "B"\n\nmsgid "a \\"q\\""\nmsgstr ""\n"Ä "\n"Ö"\n'
    file = tmp_path / "x.mo"
    file.write_bytes(hatch_build.compiled(dict(hatch_build.messages(source))))
    with file.open("rb") as opened:
        read = gettext.GNUTranslations(opened)
    assert (read.gettext('a "q"'), read.gettext("b")) == ("Ä Ö", "b")


@pytest.mark.django_db
def test_it_speaks_as_the_browser_asks() -> None:
    page = Client().get("/portal/sign-in/", headers=GERMAN).content.decode()
    assert '<html lang="de"' in page
    assert "Name oder E-Mail" in page
    assert (
        "Name or email"
        in Client().get("/portal/sign-in/", headers={"Accept-Language": "fr"}).content.decode()
    )


@pytest.mark.django_db
def test_a_choice_wins_and_leads_nowhere_else() -> None:
    client = Client()
    answer = client.post("/language/", {"language": "de", "next": "/portal/sign-in/?next=/portal/sessions/"})
    assert answer["Location"] == "/portal/sign-in/?next=/portal/sessions/"
    assert "Anmelden" in client.get("/portal/sign-in/", headers={"Accept-Language": "en"}).content.decode()
    assert (
        "evil"
        not in client.post("/language/", {"language": "de", "next": "https://evil.example/"})["Location"]
    )
    client.post("/language/", {"language": "../x"})
    assert client.get("/portal/sign-in/").status_code == 200


def test_the_console_speaks_english(signed_in: SignedIn) -> None:
    client = signed_in()
    assert "Ihre Wege zur Anmeldung" in client.get("/portal/", headers=GERMAN).content.decode()
    answer = client.post("/console/settings/organisation/", {"name": ""}, headers=GERMAN)
    assert "This field is required." in answer.content.decode()
