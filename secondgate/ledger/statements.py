"""The SQL of the login path, for both databases: the only raw SQL in the project.

Each statement does all that a batch asks of it, at once: on PostgreSQL a round trip costs 100 µs, and on
SQLite each row that is stepped to lets go of the interpreter's lock and must win it back from the event
loop.

One text serves both. What they write differently has a word here, see `_WORDS`. The tables themselves
are in the rooms' models; tests/ledger/test_statements.py compares the two.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from secondgate.accounting.causes import NAS_REBOOTED

DECAY: Final = 900  # seconds without a failure that take one failure back; login/throttle.py uses it too

_WORDS: Final = (
    # here, in SQLite, in PostgreSQL; a list travels as a JSON array, or as an array
    (r"AMONG \?", "IN (SELECT value FROM json_each(?))", "= ANY(%s)"),
    (r"\bROWS\(", "json_group_array(", "json_agg("),
    (r"\bROW\(", "json_array(", "json_build_array("),
    (r"\bID\(([\w.]+)\)", r"\1", r"encode(uuid_send(\1), 'hex')"),
    (r"\bHEX\(([\w.]+)\)", r"hex(\1)", r"encode(\1, 'hex')"),
    (r"\bgreatest\(", "max(", "greatest("),
    (r"\bleast\(", "min(", "least("),
)


@dataclass(frozen=True, slots=True)
class Select:
    """A query that takes lists."""

    text: str

    @property
    def sqlite(self) -> str:
        """The text for SQLite."""
        return _translated(self.text, 1)

    @property
    def postgresql(self) -> str:
        """The text for PostgreSQL."""
        return _translated(self.text, 2)


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that takes rows, and finds them in the table `given`.

    `columns` are the names of the table's columns with PostgreSQL's types. With RETURNING the
    statement says which of the rows it did.
    """

    columns: str
    text: str

    def sqlite(self, count: int) -> str:
        """Return the text for SQLite, with a mark for each value of that many rows."""
        return _over_values(self, count)

    @property
    def postgresql(self) -> str:
        """The text for PostgreSQL, with one mark: all rows as a JSON array of arrays.

        With the driver's arrays, written a value at a time, a batch's writes cost twice as much (measured).
        """
        return _over_json(self)


@cache
def _translated(text: str, into: int) -> str:
    for word in _WORDS:
        text = re.sub(word[0], word[into], text)
    return text


@cache
def _over_values(write: Write, count: int) -> str:
    names = [column.split()[0] for column in write.columns.split(", ")]
    row = f"({', '.join('?' * len(names))})"
    return (
        f"WITH given ({', '.join(names)}) AS (VALUES {', '.join([row] * count)}) {_translated(write.text, 1)}"
    )


@cache
def _over_json(write: Write) -> str:
    names, types = zip(*(column.split() for column in write.columns.split(", ")), strict=True)
    values = ", ".join(f"(row ->> {number})::{type_}" for number, type_ in enumerate(types))
    return (
        f"WITH given ({', '.join(names)}) AS (SELECT {values} FROM jsonb_array_elements(%s) AS row) "
        f"{_translated(write.text, 2)}"
    )


# All that the logins of a batch need to know, as one row: the revision, and three JSON arrays. One
# statement is one consistent view.
READING: Final = Select("""
    SELECT (SELECT number FROM ledger_revision),
    (SELECT ROWS(ROW(
        n.realm, n.name, ID(u.id), u.login, u.name, u.email, u.enabled, u.password, ID(e.directory_id),
        e.external_id,
        (SELECT ROWS(ID(m.group_id)) FROM people_membership m WHERE m.user_id = u.id),
        (SELECT ROWS(ROW(
            a.created_at, ID(a.id), a.method, a.name, CAST(a.settings AS text), a.position, a.spent_by,
            a.spent_at, HEX(s.sealed)))
          FROM methods_authenticator a JOIN vault_sealed s ON s.row = a.id AND s.field = 'secret'
          WHERE a.user_id = u.id AND a.enabled),
        (SELECT ROW(t.failures, t.failed_at) FROM ledger_throttle t WHERE t.key = 'password:' || ID(u.id)),
        (SELECT ROW(t.failures, t.failed_at) FROM ledger_throttle t
          WHERE t.key = 'second-factor:' || ID(u.id))))
      FROM people_loginname n JOIN people_user u ON u.id = n.user_id
      LEFT JOIN directories_entry e ON e.user_id = u.id
      WHERE n.name AMONG ?),
    (SELECT ROWS(ROW(t.key, t.failures, t.failed_at)) FROM ledger_throttle t WHERE t.key AMONG ?),
    (SELECT ROWS(ROW(c.state_hash, ID(c.application_id), ID(c.user_id), c.policy_mark, c.asked_at,
        c.answered_by, c.passed_on))
      FROM methods_challenge c WHERE c.state_hash AMONG ?)""")

REVISION: Final = Select("SELECT number FROM ledger_revision")

APPLICATIONS: Final = Select("""
    SELECT a.id, a.name, a.kind, a.message_authenticator, a.challenge, a.separator, a.grants, s.sealed,
      a.limit_proxy_state
    FROM applications_application a
    LEFT JOIN vault_sealed s ON s.row = a.id AND s.field = 'secret'""")

CLIENTS: Final = Select("SELECT id, application_id, network, signs, proxies FROM applications_client")

CERTIFICATE_NAMES: Final = Select("SELECT application_id, name FROM applications_certificatename")

DIRECTORIES: Final = Select("""
    SELECT d.id, d.name, d.kind, d.realms, d.settings,
      EXISTS (SELECT 1 FROM directories_entry e WHERE e.directory_id = d.id)
    FROM directories_directory d ORDER BY d.position, d.name""")

DIRECTORY_SECRETS: Final = Select("""
    SELECT row, field, sealed FROM vault_sealed WHERE "table" = 'directories_directory'""")

APPLICATION_DIRECTORIES: Final = Select("""
    SELECT application_id, directory_id FROM directories_application ORDER BY position""")

POLICIES: Final = Select("""
    SELECT id, name, application_id, login, methods, challenge, grants FROM policies_policy
    ORDER BY position, name""")

GROUPS: Final = Select("SELECT id, name FROM people_group")

POLICY_GROUPS: Final = Select("SELECT policy_id, group_id FROM policies_policy_group")

# An authenticator's position moves once for a code; the second half of the condition lets the very
# datagram that moved it find its own mark again, which does not make the mark any younger.
SPEND: Final = Write(
    "authenticator uuid, position bigint, spent_by text, spent_at float8, at_least bigint, at_most bigint",
    """
    UPDATE methods_authenticator AS a SET position = given.position, spent_by = given.spent_by,
      spent_at = CASE a.position WHEN given.position THEN a.spent_at ELSE given.spent_at END
    FROM given
    WHERE a.id = given.authenticator AND a.enabled AND (a.position BETWEEN given.at_least AND given.at_most
      OR (a.position = given.position AND a.spent_by = given.spent_by))
    RETURNING id""",
)

ANSWER: Final = Write(
    "question text, answered_by text",
    """
    UPDATE methods_challenge AS c SET answered_by = given.answered_by FROM given
    WHERE c.state_hash = given.question AND c.answered_by IN ('', given.answered_by)
    RETURNING state_hash""",
)

ASK: Final = Write(
    "state_hash text, application uuid, who uuid, policy_mark text, asked_at float8, passed_on text",
    """
    INSERT INTO methods_challenge
      (state_hash, application_id, user_id, policy_mark, asked_at, answered_by, passed_on)
    SELECT state_hash, application, who, policy_mark, asked_at, '', passed_on FROM given""",
)

FAIL: Final = Write(
    "key text, failures int, failed_at float8",
    f"""
    INSERT INTO ledger_throttle AS t (key, failures, failed_at)
    SELECT key, failures, failed_at FROM given WHERE true
    ON CONFLICT (key) DO UPDATE SET failed_at = excluded.failed_at,
      failures = excluded.failures + greatest(0, t.failures
        - greatest(0, CAST(trunc((excluded.failed_at - t.failed_at) / {DECAY}) AS integer)))""",
)

CLEAR: Final = Write("key text", "DELETE FROM ledger_throttle WHERE key IN (SELECT key FROM given)")

SIGNS: Final = Write(
    "id bigint",
    "UPDATE applications_client SET signs = true WHERE id IN (SELECT id FROM given) AND NOT signs",
)

# That it is a proxy gives way to that it is none, and not the reverse; see listener/signed.py.
PROXIES: Final = Write(
    "id bigint, proxies boolean",
    """
    UPDATE applications_client AS c SET proxies = given.proxies FROM given
    WHERE c.id = given.id AND (c.proxies IS NULL OR (c.proxies AND NOT given.proxies))""",
)

# Of a client that has just been removed there is nothing to tell.
UNSIGNED: Final = Write(
    "client bigint, at timestamptz, proxied_at timestamptz",
    """
    INSERT INTO applications_unsigned AS t (client_id, at, proxied_at)
    SELECT client, at, proxied_at FROM given WHERE client IN (SELECT id FROM applications_client)
    ON CONFLICT (client_id) DO UPDATE SET at = greatest(t.at, excluded.at),
      proxied_at = coalesce(excluded.proxied_at, t.proxied_at)""",
)

EVENT: Final = Write(
    "at timestamptz, name text, reason text, application uuid, who uuid, source text, facts jsonb",
    """
    INSERT INTO events_event (at, version, name, reason, application_id, user_id, source, facts)
    SELECT at, 1, name, reason, application, who, source, facts FROM given""",
)

# An Acct-Session-Id that is used again: the row of the ended session makes room. Where the end was only
# concluded from a reboot of the NAS, whatever began after it is another session.
SUPERSEDE: Final = Write(
    "application uuid, nas text, session text, began timestamptz, settled timestamptz",
    f"""
    UPDATE accounting_session AS t SET superseded = t.id FROM given
    WHERE t.application_id = given.application AND t.nas = given.nas AND t.session = given.session
      AND t.superseded = 0
      AND (t.stopped_at < given.settled OR (t.stopped_at < given.began AND t.cause = '{NAS_REBOOTED}'))""",
)

# What is newest holds, but what is empty says nothing; a number only grows.
_NEWEST: Final = ", ".join(
    f"""{name} = CASE WHEN excluded.{name} <> '' AND (t.{name} = '' OR excluded.updated_at >= t.updated_at)
      THEN excluded.{name} ELSE t.{name} END"""
    for name in ("login", "client", "calling", "framed_ip", "framed_ipv6")
)
_LARGEST: Final = ", ".join(
    f"{name} = greatest(t.{name}, excluded.{name})"
    for name in (
        "updated_at", "seconds", "octets_in", "octets_out", "packets_in", "packets_out", "interim"
    )
)  # fmt: skip

# An end that was concluded from a reboot gives way to what the session's own packets say: that it ended
# otherwise, or that it went on. Of two ends that packets say, the earlier is the first copy's; the word
# "infinity" is a time to PostgreSQL, and to SQLite a text behind all times.
_KNOWS_BETTER: Final = f"""t.cause = '{NAS_REBOOTED}'
      AND (excluded.stopped_at IS NOT NULL OR excluded.updated_at > t.stopped_at)"""
_IS_FIRST_END: Final = "excluded.stopped_at < coalesce(t.stopped_at, 'infinity')"

SESSION: Final = Write(
    "application uuid, nas text, session text, who uuid, login text, client text, calling text, "
    "framed_ip text, framed_ipv6 text, started_at timestamptz, updated_at timestamptz, "
    "stopped_at timestamptz, cause text, seconds bigint, octets_in bigint, octets_out bigint, "
    "packets_in bigint, packets_out bigint, interim bigint",
    f"""
    INSERT INTO accounting_session AS t (application_id, nas, session, superseded, user_id, login, client,
      calling, framed_ip, framed_ipv6, started_at, updated_at, stopped_at, cause, seconds, octets_in,
      octets_out, packets_in, packets_out, interim)
    SELECT application, nas, session, 0, who, login, client, calling, framed_ip, framed_ipv6, started_at,
      updated_at, stopped_at, cause, seconds, octets_in, octets_out, packets_in, packets_out, interim
    FROM given WHERE true
    ON CONFLICT (application_id, nas, session, superseded) DO UPDATE SET
      user_id = CASE WHEN excluded.updated_at >= t.updated_at THEN coalesce(excluded.user_id, t.user_id)
        ELSE coalesce(t.user_id, excluded.user_id) END,
      started_at = least(t.started_at, excluded.started_at),
      stopped_at = CASE WHEN {_KNOWS_BETTER} OR {_IS_FIRST_END}
        THEN excluded.stopped_at ELSE t.stopped_at END,
      cause = CASE WHEN {_KNOWS_BETTER} OR {_IS_FIRST_END} THEN excluded.cause ELSE t.cause END,
      {_NEWEST},
      {_LARGEST}""",
)

REBOOT: Final = Write(
    "application uuid, nas text, at timestamptz",
    f"""
    UPDATE accounting_session AS t SET stopped_at = given.at, cause = '{NAS_REBOOTED}' FROM given
    WHERE t.application_id = given.application AND t.nas = given.nas AND t.stopped_at IS NULL
      AND t.updated_at <= given.at""",
)

# A thousand at once, so that SQLite's one writer is not kept from the logins.
FORGET: Final = Write(
    "before timestamptz",
    """
    DELETE FROM accounting_session WHERE id IN (SELECT id FROM accounting_session
      WHERE updated_at < (SELECT before FROM given) ORDER BY updated_at LIMIT 1000)""",
)

# Whether the database takes a write: into a row that nothing else locks.
BEAT: Final = Write(
    "at float8",
    """
    INSERT INTO ledger_throttle (key, failures, failed_at) SELECT 'beat', 0, at FROM given WHERE true
    ON CONFLICT (key) DO UPDATE SET failed_at = excluded.failed_at""",
)

# Old questions and forgotten failures: nobody asks for them, and outsiders could make many.
PRUNE: Final = (
    Write("at float8", "DELETE FROM methods_challenge WHERE asked_at < (SELECT at FROM given)"),
    Write(
        "at float8",
        f"DELETE FROM ledger_throttle WHERE failed_at < (SELECT at FROM given) - failures * {DECAY}",
    ),
)
