"""Two verbs for the login path: `open` reads all that a login needs, `commit` writes all that it did.

What arrives together is read by one consistent query set and written by one transaction: the cost of
a durable commit is shared by all that wait for it. Every call ends in what the database says, or in
LedgerError; then nobody gets in.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterator
from typing import Any, ClassVar, Final

from secondgate.frozen import frozen
from secondgate.ledger import clients, sessions, statements
from secondgate.ledger.batch import Batch
from secondgate.ledger.reading import Asked, Failures, Person, Question, Reading, read_all
from secondgate.ledger.snapshot import EMPTY, Snapshot, read_snapshot
from secondgate.ledger.store import Store, StoreError
from secondgate.methods.method import Fits
from secondgate.vault.keyring import Keyring, VaultError

__all__ = ["Asked", "Entry", "EventRow", "Failures", "Ledger", "LedgerError", "Person", "Question", "Reading"]

# PostgreSQL finds a deadlock after a second (deadlock_timeout); who lost it may lose the next, and clients
# wait for five.
TRIES: Final = 3


class LedgerError(Exception):
    """The database could not be read, or not be written durably."""


@frozen
class EventRow:
    """An event to write. `facts` is JSON text; the ids are 32 hex digits, or None."""

    at: float
    name: str
    reason: str
    application: str | None
    user: str | None
    source: str
    facts: str


@frozen
class Entry:
    """What one login did, or what an application says of a session. All of it is written, or none.

    `spend` moves an authenticator, for the request `digest`; `answer` closes a challenge. If another
    login was first with either, what `if_lost` makes is written in place of `event`; it is made only then:
    writing a trail down costs a tenth of a login. A challenge that was won stays closed all the same, as by
    a wrong code; but no code is spent for a challenge that was lost. Every login has an event; `said` of a
    session need not be one.
    """

    event: EventRow | None
    if_lost: Callable[[], EventRow] | None = None
    digest: str = ""
    spend: tuple[str, Fits] | None = None
    answer: str | None = None
    ask: tuple[str, str, str, str, float, str] | None = None
    fail: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    learned: clients.Learned | None = None
    said: sessions.Said | None = None

    writes: ClassVar[bool] = True

    @property
    def contended(self) -> tuple[Hashable, ...]:
        """What only one login can win, or one statement do once: two with the same make two batches."""
        if self.said:
            return (self.said.key,)
        spent = (self.spend[0],) if self.spend else ()
        return (*spent, self.answer) if self.answer else spent


@frozen
class Beat:
    """A write that changes nothing: whether the database would take one."""

    writes: ClassVar[bool] = True
    contended: ClassVar[tuple[str, ...]] = ()


@frozen
class Prune:
    """Delete the questions and failures from before `before` (Unix time): nobody asks for them.

    Sessions are kept for so much longer (`sessions.KEPT`).
    """

    before: float

    writes: ClassVar[bool] = True
    contended: ClassVar[tuple[str, ...]] = ()


Write = Entry | Beat | Prune


class Ledger:
    """The login path's only way to the database."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring
        self._batch: Batch[Question | Write, Any] = Batch(self._work, store.interrupt)
        self._marks = hashlib.blake2b(digest_size=16, key=keyring.derive("marks"))
        self.snapshot: Snapshot = EMPTY
        self.under_way: Counter[str] = Counter()  # logins of each user that this process is deciding

    # The two are no coroutines of their own: each layer that a login is suspended through costs it time.

    def open(self, question: Question) -> Awaitable[Reading]:
        """Return all that a login needs to know. Raises LedgerError."""
        return self._batch.call(question)

    def commit(self, entry: Entry) -> Awaitable[bool]:
        """Write what a login did; return, once it is durable, whether it won what it spent.

        Raises LedgerError when that cannot be known.
        """
        return self._batch.call(entry)

    async def refresh(self) -> Snapshot:
        """Return the configuration as it is now, read anew if its revision has moved."""
        await self.open(Question())
        return self.snapshot

    async def check(self) -> None:
        """Return when the database can be read and written durably. Raises LedgerError."""
        await self._batch.call(Question())
        await self._batch.call(Beat())

    async def prune(self, before: float) -> None:
        """Delete what was asked or failed before `before` and counts no more. Raises LedgerError."""
        await self._batch.call(Prune(before))

    def mark(self, octets: bytes) -> str:
        """Return what stands for `octets` in a row: 32 hex digits, keyed, the same on every node.

        People type passwords where names belong; without the vault key a mark tells nothing.
        """
        mark = self._marks.copy()
        mark.update(octets)
        return mark.hexdigest()

    async def close(self) -> bool:
        """Let go of the database; return whether what was under way could be finished."""
        return await self._batch.close(self._store.close)

    # What follows runs on the batch's thread, and nowhere else.

    def _work(self, items: list[Question | Write]) -> Iterator[list[tuple[Any, Any]]]:
        """Yield the answers, those to questions first: they need not wait for a commit."""
        if questions := [item for item in items if isinstance(item, Question)]:
            yield self._read(questions)
        if entries := [item for item in items if isinstance(item, Entry)]:
            yield self._write(entries)
        for item in items:
            if isinstance(item, (Beat, Prune)):
                yield [(item, self._tend(item))]

    def _read(self, questions: list[Question]) -> list[tuple[Any, Any]]:
        try:
            readings = read_all(self._store, self._keyring, questions)
            if readings[0].revision != self.snapshot.revision:
                self.snapshot = self._read_snapshot()
        except StoreError as cause:
            if cause.row_is_at_fault and len(questions) > 1:
                return [pair for question in questions for pair in self._read([question])]
            return [(question, _told(cause)) for question in questions]
        except VaultError as cause:
            return [(question, _told(cause)) for question in questions]
        return list(zip(questions, readings, strict=True))

    def _read_snapshot(self) -> Snapshot:
        """Return the configuration; one that cannot be understood is a fault of the database's, in words."""
        try:
            return read_snapshot(self._store, self._keyring, self.snapshot)
        except (KeyError, TypeError, ValueError) as cause:
            raise StoreError(f"The configuration cannot be read: {cause!r}.") from cause

    def _write(self, entries: list[Entry], *, tries: int = TRIES) -> list[tuple[Any, Any]]:
        try:
            won = self._write_together(entries)
        except StoreError as cause:
            if cause.again and tries > 1:  # two nodes waited for each other; nothing was written
                return self._write(entries, tries=tries - 1)
            if cause.row_is_at_fault and len(entries) > 1:  # one bad row must not cost the others
                return [pair for entry in entries for pair in self._write([entry])]
            return [(entry, _told(cause)) for entry in entries]
        return list(zip(entries, won, strict=True))

    def _write_together(self, entries: list[Entry]) -> list[bool]:
        with self._store.writing():
            won = self._spend(entries)
            winners = [entry for entry, has_won in zip(entries, won, strict=True) if has_won]
            self._write_each(statements.ASK, [entry.ask for entry in winners if entry.ask])
            self._fail(winners)
            self._write_each(statements.CLEAR, sorted((key,) for entry in winners for key in entry.clear))
            clients.write(self._store, [entry.learned for entry in winners if entry.learned])
            events = [
                entry.if_lost() if entry.if_lost and not has_won else entry.event
                for entry, has_won in zip(entries, won, strict=True)
            ]
            self._write_each(statements.EVENT, [self._event(event) for event in events if event])
            if said := [entry.said for entry in entries if entry.said]:
                sessions.write(self._store, said)
        return won

    def _spend(self, entries: list[Entry]) -> list[bool]:
        """Spend what the entries spend; return which of them won. In one order on all nodes.

        Questions first: whose question another login has answered must not use up a code for nothing.
        """
        answers = sorted((entry.answer, entry.digest) for entry in entries if entry.answer)
        answered = set(self._store.write(statements.ANSWER, answers)) if answers else set()
        spends = sorted(
            (id_, fits.position, entry.digest, entry.event.at, fits.at_least, fits.at_most)
            for entry in entries
            if entry.spend and entry.event and (not entry.answer or entry.answer in answered)
            for id_, fits in (entry.spend,)
        )
        spent = set(self._store.write(statements.SPEND, spends)) if spends else set()
        return [
            (not entry.spend or entry.spend[0] in spent) and (not entry.answer or entry.answer in answered)
            for entry in entries
        ]

    def _fail(self, entries: list[Entry]) -> None:
        failures = Counter(key for entry in entries for key in entry.fail)
        if failures:
            now = max(entry.event.at for entry in entries if entry.event)
            rows = sorted((key, count, now) for key, count in failures.items())
            self._store.write(statements.FAIL, rows)

    def _tend(self, item: Beat | Prune) -> LedgerError | None:
        try:
            with self._store.writing():
                if isinstance(item, Beat):
                    self._store.write(statements.BEAT, [(time.time(),)])
                else:
                    for statement in statements.PRUNE:
                        self._store.write(statement, [(item.before,)])
                    sessions.prune(self._store, item.before)
        except StoreError as cause:
            return _told(cause)
        return None

    def _write_each(self, statement: statements.Write, rows: list[Any]) -> None:
        if rows:
            self._store.write(statement, rows)

    def _event(self, row: EventRow) -> tuple[Any, ...]:
        at = self._store.moment(row.at)
        return (at, row.name, row.reason, row.application, row.user, row.source, row.facts)


def _told(cause: StoreError | VaultError) -> LedgerError:
    """Return what a caller hears of it."""
    error = LedgerError(str(cause))
    error.__cause__ = cause
    return error
