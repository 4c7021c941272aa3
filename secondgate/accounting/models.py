"""The table of sessions. The ledger writes it, and nobody else does."""

from django.db import models

OPEN = models.Q(stopped_at=None)


class Session(models.Model):
    """What an application said of one session, all its packets together (`ledger.statements.SESSION`).

    Application and user are ids without a foreign key, as in events: removing one of them must neither wait
    for a hundred thousand rows nor change what was. The id grows in the order in which sessions were first
    heard of.
    """

    id = models.BigAutoField(primary_key=True)
    application_id = models.UUIDField()
    nas = models.CharField(max_length=255)  # NAS-Identifier, or else its address
    session = models.CharField(max_length=255)  # Acct-Session-Id
    # 0; or its own id, once the NAS has given its Acct-Session-Id to another session.
    superseded = models.BigIntegerField(default=0)
    user_id = models.UUIDField(null=True)
    login = models.CharField(max_length=255)  # as typed; masked where it is nobody's
    client = models.CharField(max_length=45)
    calling = models.CharField(max_length=255)  # Calling-Station-Id
    framed_ip = models.CharField(max_length=45)
    framed_ipv6 = models.CharField(max_length=45)  # an address, or a prefix with its length
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()  # the newest moment that a packet speaks of
    stopped_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=40)  # one of `causes`; empty while it is open, or where none was said
    seconds = models.BigIntegerField()
    octets_in = models.BigIntegerField()  # from the person
    octets_out = models.BigIntegerField()  # to the person
    packets_in = models.BigIntegerField()
    packets_out = models.BigIntegerField()
    interim = models.BigIntegerField()  # Acct-Interim-Interval in seconds; 0 where it was not said

    class Meta:
        db_table = "accounting_session"
        constraints = [
            models.UniqueConstraint(
                fields=["application_id", "nas", "session", "superseded"], name="one_session"
            )
        ]
        # A partial one for each way to the open ones: they are few, and SQLite would walk through all others.
        indexes = [
            models.Index(fields=["user_id", "application_id", "id"], name="sessions_by_user"),
            models.Index(fields=["application_id", "id"], name="sessions_by_application"),
            models.Index(fields=["updated_at"], name="sessions_by_age"),
            models.Index(fields=["application_id", "nas"], condition=OPEN, name="open_sessions_of_nas"),
            models.Index(fields=["application_id", "id"], condition=OPEN, name="open_sessions_of_app"),
            models.Index(fields=["id"], condition=OPEN, name="open_sessions"),
        ]
