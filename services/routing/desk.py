"""What routing decides by: its policy, the directory of staff, and the means to write to them unseen."""

from typing import NamedTuple

from shared.runtime.sealing import Sealer

from .directory import Directory
from .policy import RoutingPolicy


class Desk(NamedTuple):
    """`replica` is the stable name of this process; each replica counts workload in rows of its own."""

    policy: RoutingPolicy
    directory: Directory
    sealer: Sealer
    replica: str
