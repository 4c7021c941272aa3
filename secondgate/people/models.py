"""The people's tables."""

from typing import Any, Final
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from secondgate.events.models import Named
from secondgate.people.login_names import normalise

# PostgreSQL takes 2,704 octets into an index; a character has 4 at the most.
SEARCH_MOST: Final = 640
SEARCHED: Final = ("name", "login", "email")


class SearchField(models.CharField):  # type: ignore[type-arg]
    """What people are found and sorted by: name, login and email, normalised, one a line.

    Whatever writes the row writes this, too, in bulk as well.
    """

    def pre_save(self, model_instance: Any, add: bool) -> str:
        """Return it as the other fields are now."""
        model_instance.search = words_of(model_instance)
        return str(model_instance.search)


def words_of(user: "User") -> str:
    """Return what stands in a user's `search`."""
    lines = (user.name or user.login, user.login, user.email)
    return normalise("\n".join(line for line in lines if line))[:SEARCH_MOST]


class User(Named, AbstractBaseUser):
    """A person. `login` is how we call them; LoginName is what finds them.

    `password` is used by the built-in directory only; an empty one lets nobody in. `has_factor` is kept
    by triggers on the authenticators (methods, migration `0002_has_factor`), so that no code can forget
    to; to look for people without any, among 100,000 who have one, took 360 ms.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    login = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    search = SearchField(max_length=SEARCH_MOST, default="", db_default="", editable=False)
    has_factor = models.BooleanField(default=False, db_default=False, editable=False)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS = ["login"]

    class Meta:
        db_table = "people_user"
        verbose_name = "user"
        indexes = [
            models.Index(fields=["role"], name="people_by_role"),  # a few among 100,000
            models.Index(fields=["search", "id"], name="users_by_name"),
        ]

    def __str__(self) -> str:
        return self.login

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and with a name what it is found by."""
        changed = kwargs.get("update_fields")
        if changed is not None and not set(SEARCHED).isdisjoint(changed):
            kwargs["update_fields"] = [*changed, "search"]
        super().save(*args, **kwargs)


class LoginName(models.Model):
    """A realm and a normalised name that find one user."""

    realm = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255)
    user = models.ForeignKey(User, models.CASCADE, related_name="login_names")

    class Meta:
        db_table = "people_loginname"
        indexes = [models.Index(fields=["name", "realm", "user"], name="users_by_login_name")]
        constraints = [models.UniqueConstraint(fields=["realm", "name"], name="one_user_a_login_name")]


class Group(Named):
    """A group of users, for policies."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)

    class Meta:
        db_table = "people_group"
        verbose_name = "group"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One user in one group."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", db_index=False)  # see below
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")

    class Meta:
        db_table = "people_membership"
        # Also finds the groups of a user, and holds all that a login wants of a row.
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="once_in_a_group")]


class PasswordLink(models.Model):
    """A mailed link by which somebody sets their password, once.

    Of its token only a hash is kept. `mark` stands for the account as it was then: a link is void once its
    password, address, role or state is another.
    """

    token_hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="password_links")
    mark = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "people_passwordlink"


class OwnerLink(models.Model):
    """The link that makes the owner account: one use, and only until there is an owner.

    Of its token only a hash is kept.
    """

    token_hash = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "people_ownerlink"
