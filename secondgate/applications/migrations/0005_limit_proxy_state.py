"""Requests with Proxy-State that nobody signed, and what is known of who sends them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_certificate_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Unsigned",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        db_constraint=False,
                        related_name="unsigned",
                        serialize=False,
                        to="applications.client",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("proxied_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "applications_unsigned",
            },
        ),
        migrations.AddField(
            model_name="application",
            name="limit_proxy_state",
            field=models.CharField(db_default="auto", default="auto", max_length=10),
        ),
        migrations.AddField(
            model_name="client",
            name="proxies",
            field=models.BooleanField(null=True),
        ),
    ]
