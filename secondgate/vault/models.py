"""The vault's tables."""

from django.db import models


class Sealed(models.Model):
    """One sealed secret: a field of a row that stands elsewhere."""

    table = models.CharField(max_length=40)
    row = models.UUIDField()
    field = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        db_table = "vault_sealed"
        constraints = [models.UniqueConstraint(fields=["row", "field"], name="one_secret_a_field")]


class KeyCheck(models.Model):
    """A known text sealed with the vault key: a node with another key finds out at its start."""

    sealed = models.BinaryField()

    class Meta:
        db_table = "vault_key_check"
