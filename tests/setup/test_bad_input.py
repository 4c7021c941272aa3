"""What a configuration file cannot say: one sentence with file, line and what is allowed; nothing changes."""

from pathlib import Path

import pytest

from secondgate.events.models import Event
from secondgate.people.models import Group
from secondgate.setup.document import InputError
from tests.installation import Configure

GOOD = """\
applications:
  - name: WorkSpaces
    kind: aws-workspaces
    clients: [10.0.0.1]
    secret: secret-of-a-test
groups:
  - name: Staff
    members: [ann]
users:
  - login: ann
    authenticators:
      - {method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP}
policies:
  - name: MFA
    application: WorkSpaces
    groups: [Staff]
    login: second-factor-only
    methods: [totp]
"""

# what is replaced, by what, the line of the error, and what the sentence must say
BAD = {
    "unknown section": ("groups:", "grups:", 6, "unknown key `grups`. Did you mean `groups`?"),
    "unknown key": ("secret: secret", "secrte: secret", 5, "unknown key `secrte`. Did you mean `secret`?"),
    "unknown kind": ("aws-workspaces", "aws-workspace", 3, "Did you mean `aws-workspaces`?"),
    "missing value": ("    kind: aws-workspaces\n", "", 2, "`kind` is missing"),
    "missing login method": ("    login: second-factor-only\n", "", 14, "`login` is missing"),
    "wrong type": ("clients: [10.0.0.1]", "clients: 10.0.0.1", 4, "`clients`"),
    "number for text": ("secret: secret-of-a-test", "secret: 12345678", 5, "`secret` must be text: put it in quotes."),
    "bad address": ("[10.0.0.1]", "[10.0.0.300]", 4, "“10.0.0.300” is no address or network"),
    "wildcard": ("    secret: s", "    certificate_names: [a.test, '*.test']\n    secret: s", 5, "“*.test” is a wildcard"),
    "no certificate's name": ("    secret: s", "    certificate_names: [a b]\n    secret: s", 5, "“a b” is no DNS name and no address"),
    "host bits": ("[10.0.0.1]", "[10.0.0.1/24]", 4, "did you mean 10.0.0.0/24?"),
    "no member": ("members: [ann]", "members: [bob]", 8, "nobody in `users:` or in the installation is called “bob”"),
    "no group": ("groups: [Staff]", "groups: [Stuff]", 16, "no groups called “Stuff”. Known: Staff."),
    "no application": ("application: WorkSpaces", "application: VPN", 15, "Known: WorkSpaces."),
    "unknown method": ("methods: [totp]", "methods: [ttop]", 18, "Did you mean `totp`?"),
    "a browser's method": ("methods: [totp]", "methods: [totp, passkey]", 18, "needs a browser"),
    "no methods": ("    methods: [totp]\n", "", 14, "names no `methods`"),
    "unknown login": ("second-factor-only", "second-factor", 17, "Did you mean `second-factor-only`?"),
    "bad base32": ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "not base32!", 12, "not base32"),
    "short seed": ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "JBSWY3DP", 12, "10 are the least"),
    "bad period": ("{method: totp,", "{method: totp, period: 0,", 12, "from 5 to 3600"),
    "bad digits": ("{method: totp,", "{method: totp, digits: 7,", 12, "`digits` is “7”"),
    "unknown limit": ("    secret: s", "    limit_proxy_state: yes\n    secret: s", 5, "`limit_proxy_state`"),
    "challenge": ("    secret: s", "    challenge: yes\n    secret: s", 5, "does not support Access-Challenge"),
    "challenge of a policy": ("    login: s", "    challenge: yes\n    login: s", 17, "does not support"),
    "twice a key": ("    secret: s", "    kind: radius\n    secret: s", 5, "a key stands twice"),
    "no YAML": ("groups:\n", "groups: [\n", 7, "this is not YAML"),
    "no variable": ("secret: secret-of-a-test", "secret: {env: NOT_SET}", 5, "NOT_SET is not set"),
    "no file": ("secret: secret-of-a-test", "secret: {file: nowhere}", 5, "cannot be read"),
    "nothing kept": ("secret: secret-of-a-test", "secret: {kept: abc}", 5, "is kept here"),
    "empty secret": ("secret: secret-of-a-test", 'secret: ""', 5, "`secret`"),
    "realm of nobody": ("login: ann", "login: corp\\ann", 10, "“corp\\ann” names a realm: write `login: ann` and whose directory"),
    "realm before": ("login: ann", "login: Built-In\\ann", 10, "write `login: ann` and `directory: Built-in`"),
    "realm behind": ("login: ann", "login: ann@built-in", 10, "write `login: ann` and `directory: Built-in`"),
    "blanks": ("login: ann", 'login: " ann"', 10, "begins or ends with a blank: write `login: ann`"),
    "wide blanks": ("login: ann", 'login: "ann\u3000"', 10, "begins or ends with a blank"),
    "a backslash alone": ("login: ann", "login: \\", 10, "nobody could log in as"),
    "control signs": ("login: ann", 'login: "a\\0nn"', 10, "control signs"),
    "control signs of no name": ("    secret: s", '    separator: "\\0"\n    secret: s', 5, "control signs in the text (U+0000)"),
    "a control sign itself": ("login: ann", "login: a\x01nn", 10, "the sign U+0001 cannot stand in YAML: take it out"),
    "a sign in a remark": ("users:\n", "users:  # \x1b[0m\n", 9, "the sign U+001B cannot stand in YAML"),
    "half a character": ("login: ann", 'login: "ann \\ud83d"', 10, "\\ud83d is half of a character"),
    "halves in wrong order": ("name: Staff", 'name: "\\ude00\\ud83d"', 7, "\\ude00 is half of a character"),
    "half a character in a key": ("    secret: s", '    "\\udc80": x\n    secret: s', 5, "\\udc80 is half of a character"),
    "no character": ("login: ann", 'login: "\\UFFFFFFFF"', 10, "there is no such character: \\UFFFFFFFF."),
    "octets that are no text": ("secret: secret-of-a-test", "secret: {env: OCTETS}", 5, "OCTETS is not UTF-8 text"),
    "no such day": ("members: [ann]", "members: [2026-02-31]", 8, "this is not YAML: day is out of range for month."),
    "a twin by width": ("users:\n", "users:\n  - login: ａｎｎ\n", 11, "“ann” stands twice in users, first in line 10"),
    "digits in words": ("{method: totp,", "{method: totp, digits: {env: WORD},", 12, "`digits` is “six”. Known: 6, 8."),
    "period in words": ("{method: totp,", "{method: totp, period: {env: WORD},", 12, "`period`: it must be a whole number"),
    "yes in words": ("    secret: s", "    challenge: {env: WORD}\n    secret: s", 5, "`challenge`: it must be yes or no"),
    "kind that is a list": ("    kind: aws-workspaces", "    kind: [aws-workspaces]", 3, "`kind`"),
    "method that is a list": ("{method: totp,", "{method: [totp],", 12, "`method`"),
    "long name": ("{method: totp,", "{method: totp, name: %s," % ("x" * 101), 12, "`name`"),
    "no list": ("groups:\n  - name: Staff\n    members: [ann]\n", "groups: Staff\n", 6, "must be a list"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "says"), BAD.values(), ids=BAD.keys())
def test_a_mistake_is_one_sentence_at_its_line_and_changes_nothing(
    configure: Configure, monkeypatch: pytest.MonkeyPatch, old: str, new: str, line: int, says: str
) -> None:
    monkeypatch.setenv("WORD", "six")
    monkeypatch.setenv("OCTETS", "caf\udce9")  # what Python makes of an é in Latin-1
    assert GOOD.count(old) >= 1
    with pytest.raises(InputError) as caught:
        configure(GOOD.replace(old, new, 1))
    assert str(caught.value).startswith(f"house.yaml line {line}: "), caught.value
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("  - {name: WorkSpaces, kind: radius, clients: [], secret: x}\n", "stands twice in applications"),
        (
            "  - {name: VPN, kind: radius, clients: [10.0.0.1], secret: x}\n",
            "belongs to “WorkSpaces” already",
        ),
        (
            "  - {name: A, kind: radius, clients: [], certificate_names: [a.test], secret: x}\n"
            "  - {name: B, kind: radius, clients: [], certificate_names: [b.test, A.test], secret: x}\n",
            "the certificate's name a.test belongs to “A” already",
        ),
    ],
)
def test_two_of_one_are_refused(configure: Configure, more: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        configure(GOOD.replace("groups:\n", f"{more}groups:\n", 1))


def test_a_secret_never_stands_in_an_error(configure: Configure) -> None:
    bad = GOOD.replace("secret: secret-of-a-test", "secret: [do-not-print-me]")
    with pytest.raises(InputError) as caught:
        configure(bad)
    assert "do-not-print-me" not in str(caught.value)


def test_a_file_that_is_not_there_is_one_sentence(configure: Configure, tmp_path: Path) -> None:
    from secondgate.setup.apply import apply

    with pytest.raises(InputError, match="nothing.yaml cannot be read: No such file or directory"):
        apply(tmp_path / "nothing.yaml")


def test_two_directories_cannot_have_one_person_of_one_realm(configure: Configure) -> None:
    with pytest.raises(InputError, match="line 6: “eve” of the realm “corp” is another directory's already"):
        configure(
            "directories:\n  - {name: A, kind: local, realms: [corp]}\n  - {name: B, kind: local, realms: [corp]}\n"
            "users:\n  - {login: eve, directory: A}\n  - {login: eve, directory: B}\n"
        )


def test_a_file_that_is_not_utf_8_says_where(configure: Configure, tmp_path: Path) -> None:
    from secondgate.setup.apply import apply

    (tmp_path / "latin.yaml").write_bytes(GOOD.replace("name: Staff", "name: Café").encode("latin-1"))
    with pytest.raises(InputError, match="^latin.yaml line 7: this is not UTF-8 text"):
        apply(tmp_path / "latin.yaml")


def test_a_pair_of_surrogates_is_one_character(configure: Configure) -> None:
    """JSON is YAML, and writes 🐈 so."""
    configure('{"groups": [{"name": "Team \\ud83d\\udc08"}]}')
    assert Group.objects.get().name == "Team 🐈"


def test_merged_keys_are_read(configure: Configure) -> None:
    configure(
        "applications:\n  - &base {name: A, kind: radius, clients: [10.0.0.1], secret: x}\n"
        "  - {<<: *base, name: B, clients: [10.0.0.2]}\n"
    )


def test_a_file_name_that_cannot_be_is_one_sentence(configure: Configure) -> None:
    with pytest.raises(InputError, match="line 5"):
        configure(GOOD.replace("secret: secret-of-a-test", 'secret: {file: "a\\0b"}'))
