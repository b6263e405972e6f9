"""A process of its own that fires sla's timers until none is due, so that a test can kill it or set its clock wrong.

python -m tests.sla.timers_process <timers, or promises to be counted again, at most in one batch>
                                   <seconds by which its clock is wrong>, with REDRESS_DATABASE_URL.
"""

import asyncio
import sys

from services.sla import walk_pages
from services.sla.app import create_service
from shared.bus import database
from shared.runtime import timers
from shared.runtime.settings import Settings
from tests.service_under_test import NoLog

from .wrong_clock import set_clock_wrong

PATIENT = 300.0
"""So long a busy machine may take to connect; a service would try again, but this process fires once and ends."""


async def fire() -> None:
    """Fire until nothing is due any more; says how many timers that were."""
    service = create_service(Settings(), NoLog())
    assert service.timers is not None
    while await service.timers.fire_once():
        pass
    await service.database.close()
    sys.stdout.write(str(service.timers.fired))


if __name__ == "__main__":
    database.CONNECT_WITHIN = database.FREE_WITHIN = database.ANSWER_WITHIN = PATIENT
    timers.BATCH = walk_pages.PAGE = int(sys.argv[1])
    set_clock_wrong(float(sys.argv[2]))
    asyncio.run(fire())
