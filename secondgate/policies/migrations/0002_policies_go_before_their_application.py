"""An application that still has policies cannot be removed: each of them is to go by an event.

The database knows nothing of it: Django does the cascading, and the protecting.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]
    operations = [
        migrations.AlterField(
            "policy",
            "application",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="policies",
                to="applications.application",
            ),
        )
    ]
