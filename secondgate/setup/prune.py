"""What `apply --prune` removes: whatever a section of the file could name, and does not.

The built-in directory stays, and so do people whom a directory has brought, and the owner.
"""

from secondgate.applications import configure as applications
from secondgate.applications.models import Application
from secondgate.directories import configure as directories
from secondgate.directories.models import Directory
from secondgate.methods import enrolment
from secondgate.methods.models import Authenticator
from secondgate.people import accounts
from secondgate.people.login_names import normalise
from secondgate.people.models import Group, User
from secondgate.policies import configure as policies
from secondgate.policies.models import Policy
from secondgate.setup.shape import Configuration


def prune(configuration: Configuration, *, by: str) -> None:
    """Remove what the sections that the file has do not name."""
    named = {
        section: {item.says.name for item in getattr(configuration, section)}
        for section in ("directories", "applications", "groups", "policies")
    }
    if "policies" in configuration.sections:
        for policy in Policy.objects.exclude(name__in=named["policies"]):
            policies.remove(policy, by=by)
    if "applications" in configuration.sections:
        for application in Application.objects.exclude(name__in=named["applications"]):
            applications.remove(application, by=by)
    if "groups" in configuration.sections:
        for group in Group.objects.exclude(name__in=named["groups"]):
            accounts.remove_group(group, by=by)
    if "users" in configuration.sections:
        _prune_users(configuration, by=by)
    if "directories" in configuration.sections:
        for directory in Directory.objects.exclude(name__in=named["directories"]).exclude(kind="local"):
            directories.remove(directory, by=by)


def _prune_users(configuration: Configuration, *, by: str) -> None:
    """Remove people of built-in directories, and everyone's authenticators, that the file does not name.

    A person whom another directory knows stays: it would bring them again. Their authenticators do not.
    """
    named = {(item.says.directory, normalise(item.says.login)): item for item in configuration.users}
    for user in User.objects.filter(role="").select_related("entry__directory"):
        directory = user.entry.directory if hasattr(user, "entry") else None
        item = named.get((directory.name, normalise(user.login))) if directory else None
        kept = [held.says.name for held in item.authenticators] if item else []
        for authenticator in Authenticator.objects.filter(user=user).exclude(name__in=kept):
            enrolment.remove(authenticator, by=by)
        if item is None and directory is not None and directory.kind == "local":
            accounts.remove(user, by=by)
