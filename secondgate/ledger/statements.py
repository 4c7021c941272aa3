"""The SQL of the login path, for both databases: the only raw SQL in the project.

A Select is one text for both; `AMONG ?` stands for "is one of this list", the one thing that they
write differently. A Write is two: SQLite takes it row by row (a statement costs 2 µs there),
PostgreSQL as one statement over arrays (a round trip costs 100).

The tables themselves are in the rooms' models; tests/ledger/test_statements.py compares the two.
"""

from dataclasses import dataclass
from typing import Final

DECAY: Final = 900  # seconds without a failure that take one failure back; login/throttle.py uses it too


@dataclass(frozen=True, slots=True)
class Select:
    """A query that takes lists."""

    text: str

    @property
    def sqlite(self) -> str:
        """The text for SQLite: a list travels as one JSON array."""
        return self.text.replace("AMONG UUID ?", "AMONG ?").replace(
            "AMONG ?", "IN (SELECT value FROM json_each(?))"
        )

    @property
    def postgresql(self) -> str:
        """The text for PostgreSQL: a list travels as an array."""
        return self.text.replace("AMONG UUID ?", "= ANY(%s::uuid[])").replace("AMONG ?", "= ANY(%s)")


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that takes rows; one with RETURNING says which of them it did."""

    sqlite: str
    postgresql: str


REVISION: Final = Select("SELECT number FROM ledger_revision")

# Whether the database takes a write: into a row that nothing else locks.
BEAT: Final = Write(
    sqlite="""
    INSERT INTO ledger_throttle (key, failures, failed_at) VALUES ('beat', 0, ?1)
    ON CONFLICT (key) DO UPDATE SET failed_at = ?1""",
    postgresql="""
    INSERT INTO ledger_throttle (key, failures, failed_at)
    SELECT 'beat', 0, s.at FROM unnest(%s::float8[]) AS s (at)
    ON CONFLICT (key) DO UPDATE SET failed_at = excluded.failed_at""",
)

PEOPLE: Final = Select("""
    SELECT n.realm, n.name, u.id, u.login, u.enabled, u.password, e.directory_id, e.external_id
    FROM people_loginname n JOIN people_user u ON u.id = n.user_id
    LEFT JOIN directories_entry e ON e.user_id = u.id
    WHERE n.name AMONG ?""")

AUTHENTICATORS: Final = Select("""
    SELECT a.user_id, a.id, a.method, a.name, a.settings, a.position, a.spent_by, a.spent_at, s.sealed
    FROM methods_authenticator a JOIN vault_sealed s ON s.row = a.id AND s.field = 'secret'
    WHERE a.enabled AND a.user_id AMONG UUID ?
    ORDER BY a.created_at, a.name""")

GROUPS: Final = Select("SELECT user_id, group_id FROM people_membership WHERE user_id AMONG UUID ?")

FAILURES: Final = Select("SELECT key, failures, failed_at FROM ledger_throttle WHERE key AMONG ?")

CHALLENGES: Final = Select("""
    SELECT state_hash, application_id, user_id, policy_mark, asked_at, answered_by
    FROM methods_challenge WHERE state_hash AMONG ?""")

APPLICATIONS: Final = Select("""
    SELECT a.id, a.name, a.kind, a.message_authenticator, a.challenge, a.separator, s.sealed
    FROM applications_application a
    LEFT JOIN vault_sealed s ON s.row = a.id AND s.field = 'secret'""")

CLIENTS: Final = Select("SELECT id, application_id, network, signs FROM applications_client")

DIRECTORIES: Final = Select("""
    SELECT id, name, kind, realms, settings FROM directories_directory ORDER BY position, name""")

DIRECTORY_SECRETS: Final = Select("""
    SELECT row, field, sealed FROM vault_sealed WHERE "table" = 'directories_directory'""")

APPLICATION_DIRECTORIES: Final = Select("""
    SELECT application_id, directory_id FROM directories_application ORDER BY position""")

POLICIES: Final = Select("""
    SELECT id, name, application_id, login, methods, challenge FROM policies_policy
    ORDER BY position, name""")

POLICY_GROUPS: Final = Select("SELECT policy_id, group_id FROM policies_policy_group")

# An authenticator's position moves once for a code; the second half of the condition lets the very
# datagram that moved it find its own mark again, which does not make the mark any younger.
SPEND: Final = Write(
    sqlite="""
    UPDATE methods_authenticator SET position = ?2, spent_by = ?3,
      spent_at = CASE position WHEN ?2 THEN spent_at ELSE ?4 END
    WHERE id = ?1 AND enabled AND (position BETWEEN ?5 AND ?6 OR (position = ?2 AND spent_by = ?3))
    RETURNING id""",
    postgresql="""
    UPDATE methods_authenticator a SET position = s.position, spent_by = s.spent_by,
      spent_at = CASE a.position WHEN s.position THEN a.spent_at ELSE s.spent_at END
    FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::float8[], %s::bigint[], %s::bigint[])
      AS s (id, position, spent_by, spent_at, at_least, at_most)
    WHERE a.id = s.id AND a.enabled AND (a.position BETWEEN s.at_least AND s.at_most
      OR (a.position = s.position AND a.spent_by = s.spent_by))
    RETURNING a.id""",
)

ANSWER: Final = Write(
    sqlite="""
    UPDATE methods_challenge SET answered_by = ?2 WHERE state_hash = ?1 AND answered_by IN ('', ?2)
    RETURNING state_hash""",
    postgresql="""
    UPDATE methods_challenge c SET answered_by = s.answered_by
    FROM unnest(%s::text[], %s::text[]) AS s (state_hash, answered_by)
    WHERE c.state_hash = s.state_hash AND c.answered_by IN ('', s.answered_by)
    RETURNING c.state_hash""",
)

ASK: Final = Write(
    sqlite="""
    INSERT INTO methods_challenge (state_hash, application_id, user_id, policy_mark, asked_at, answered_by)
    VALUES (?, ?, ?, ?, ?, '')""",
    postgresql="""
    INSERT INTO methods_challenge (state_hash, application_id, user_id, policy_mark, asked_at, answered_by)
    SELECT s.*, '' FROM unnest(%s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::float8[]) AS s""",
)

FAIL: Final = Write(
    sqlite=f"""
    INSERT INTO ledger_throttle AS t (key, failures, failed_at) VALUES (?1, ?2, ?3)
    ON CONFLICT (key) DO UPDATE SET failed_at = ?3,
      failures = max(0, t.failures - max(0, CAST((?3 - t.failed_at) / {DECAY} AS INTEGER))) + ?2""",
    postgresql=f"""
    INSERT INTO ledger_throttle AS t (key, failures, failed_at)
    SELECT * FROM unnest(%s::text[], %s::int[], %s::float8[])
    ON CONFLICT (key) DO UPDATE SET failed_at = excluded.failed_at,
      failures = excluded.failures + greatest(0, t.failures
        - greatest(0, trunc((excluded.failed_at - t.failed_at) / {DECAY})::int))""",
)

CLEAR: Final = Write(
    sqlite="DELETE FROM ledger_throttle WHERE key = ?",
    postgresql="DELETE FROM ledger_throttle t USING unnest(%s::text[]) AS s (key) WHERE t.key = s.key",
)

SIGNS: Final = Write(
    sqlite="UPDATE applications_client SET signs = 1 WHERE id = ? AND NOT signs",
    postgresql="""
    UPDATE applications_client c SET signs = true FROM unnest(%s::bigint[]) AS s (id)
    WHERE c.id = s.id AND NOT c.signs""",
)

EVENT: Final = Write(
    sqlite="""
    INSERT INTO events_event (at, version, name, reason, application_id, user_id, source, facts)
    VALUES (?, 1, ?, ?, ?, ?, ?, ?)""",
    postgresql="""
    INSERT INTO events_event (at, version, name, reason, application_id, user_id, source, facts)
    SELECT s.at, 1, s.name, s.reason, s.application, s.who, s.source, s.facts
    FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::jsonb[])
      AS s (at, name, reason, application, who, source, facts)""",
)

# Old questions and forgotten failures: nobody asks for them, and outsiders could make many.
PRUNE: Final = (
    Write(
        sqlite="DELETE FROM methods_challenge WHERE asked_at < ?",
        postgresql="DELETE FROM methods_challenge USING unnest(%s::float8[]) AS s (at) WHERE asked_at < s.at",
    ),
    Write(
        sqlite=f"DELETE FROM ledger_throttle WHERE failed_at < ?1 - failures * {DECAY}",
        postgresql=f"""
        DELETE FROM ledger_throttle USING unnest(%s::float8[]) AS s (at)
        WHERE failed_at < s.at - failures * {DECAY}""",
    ),
)
