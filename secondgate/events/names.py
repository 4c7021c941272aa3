"""Every event there is. Names are never renamed: rules in people's log systems hang on them.

The second half is what docs/reference/events.md and the log say; facts fill the {braces}.
"""

from typing import Final

LOGIN_ACCEPTED: Final = "login.accepted"
LOGIN_CHALLENGED: Final = "login.challenged"
LOGIN_REFUSED: Final = "login.refused"
CLIENT_UNKNOWN: Final = "client.unknown"
PACKET_DROPPED: Final = "packet.dropped"
SESSION_STARTED: Final = "session.started"
SESSION_UPDATED: Final = "session.updated"
SESSION_STOPPED: Final = "session.stopped"
ACCOUNTING_CHANGED: Final = "accounting.changed"
DIRECTORY_WENT_SILENT: Final = "directory.went-silent"
DIRECTORY_ANSWERED_AGAIN: Final = "directory.answered-again"
OWNER_CREATED: Final = "owner.created"
PERMISSION_REFUSED: Final = "permission.refused"
FORM_REFUSED: Final = "form.refused"
ROLE_CHANGED: Final = "role.changed"
SESSIONS_ENDED: Final = "sessions.ended"
LOGIN_NAME_ADDED: Final = "user.login-name-added"
THROTTLE_LIFTED: Final = "throttle.lifted"
MESSAGE_SENT: Final = "message.sent"
MESSAGE_FAILED: Final = "message.failed"
ORGANISATION_CHANGED: Final = "organisation.changed"

DIRECTORY_DOWN: Final = "directory-down"  # the reason of a login while a directory is silent
DIRECTORY_FAULT: Final = "directory-fault"  # the reason of a login that a directory could not answer

_NOUNS: Final = ("application", "directory", "user", "group", "policy", "authenticator", "provider")

SAYS: Final[dict[str, str]] = {
    LOGIN_ACCEPTED: "{user} was let in to {application}.",
    LOGIN_CHALLENGED: "{user} was asked for a second factor at {application}.",
    LOGIN_REFUSED: "{user} was refused at {application}.",
    CLIENT_UNKNOWN: "A packet came from {client}, which is a client of no application.{whose}",
    PACKET_DROPPED: "A packet from {client} for {application} got no answer. {drop}",
    SESSION_STARTED: "{application} says that a session of {login} began.",
    SESSION_UPDATED: "{application} says that a session of {login} goes on.",
    SESSION_STOPPED: "{application} says that a session of {login} ended.",
    ACCOUNTING_CHANGED: "{application} says that its accounting was switched on or off.",
    DIRECTORY_WENT_SILENT: "{directory} does not answer: {fault}",
    DIRECTORY_ANSWERED_AGAIN: "{directory} answers again.",
    OWNER_CREATED: "The owner account {user} was made.",
    PERMISSION_REFUSED: "{user} tried {path}, which needs the permission {permission}.",
    FORM_REFUSED: "A form at {path} came without its token, or from elsewhere: {fault}",
    ROLE_CHANGED: "{user} has the role {after} now; it was {before}.",
    SESSIONS_ENDED: "{user} was signed out in {count} browsers.",
    LOGIN_NAME_ADDED: "The login name {login} finds {user}, too.",
    THROTTLE_LIFTED: "{subject} need not wait any more: failures in a row were forgiven.",
    MESSAGE_SENT: "A message ({about}) went to {to}.",
    MESSAGE_FAILED: "A message ({about}) did not go to {to}: {fault}",
    ORGANISATION_CHANGED: "The organisation's name, colour or logo was changed.",
    **{f"{noun}.created": f"The {noun} {{subject}} was made." for noun in _NOUNS},
    **{f"{noun}.changed": f"The {noun} {{subject}} was changed." for noun in _NOUNS},
    **{f"{noun}.removed": f"The {noun} {{subject}} was removed." for noun in _NOUNS},
}
