"""Every kind of directory there is, in the order in which people see them."""

from typing import Final

from secondgate.directories.active_directory import ActiveDirectory
from secondgate.directories.directory import Kind
from secondgate.directories.ldap import Ldap
from secondgate.directories.local import Local
from secondgate.directories.radius import Radius

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in (Local(), Ldap(), ActiveDirectory(), Radius())}
