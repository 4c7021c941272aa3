"""The people's tables."""

from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from secondgate.events.models import Named


class User(Named, AbstractBaseUser):
    """A person. `login` is how we call them; LoginName is what finds them.

    `password` is used by the built-in directory only; an empty one lets nobody in.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    login = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS = ["login"]

    class Meta:
        db_table = "people_user"
        verbose_name = "user"
        indexes = [models.Index(fields=["role"], name="people_by_role")]  # a few among 100,000

    def __str__(self) -> str:
        return self.login


class LoginName(models.Model):
    """A realm and a normalised name that find one user."""

    realm = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, db_index=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="login_names")

    class Meta:
        db_table = "people_loginname"
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

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")

    class Meta:
        db_table = "people_membership"
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="once_in_a_group")]


class OwnerLink(models.Model):
    """The link that makes the owner account: one use, and only until there is an owner.

    Of its token only a hash is kept.
    """

    token_hash = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "people_ownerlink"
