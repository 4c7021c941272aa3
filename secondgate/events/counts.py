"""How many logins ended how, by hour or by day: from the tally, and from the events behind it."""

from collections import Counter
from typing import Final

from django.db.models import F, Sum

from secondgate.events import tally
from secondgate.events.models import Tally

HOUR: Final = 3600

Counts = Counter[tuple[int, str, str]]  # (hour // step, name, reason)


def logins(first: int, last: int, *, step: int = 1) -> Counts:
    """Return the logins of the hours `first` to `last` (of Unix time), `step` hours together."""
    known = Tally.objects.filter(hour__gte=first, hour__lte=last).annotate(at=F("hour") / step)
    rows = known.values_list("at", "name", "reason").annotate(sum=Sum("count")).order_by()
    found = Counter({(at, name, reason): count for at, name, reason, count in rows})
    for hour, name, reason, count in tally.fresh():
        if first <= hour <= last:
            found[hour // step, name, reason] += count
    return found
