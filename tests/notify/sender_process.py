"""A process of its own that sends what waits, so that a test can see what its death at a crash point leaves.

python -m tests.notify.sender_process <provider's address>, with REDRESS_DATABASE_URL and the keys.
"""

import asyncio
import sys

from services.notify.dispatcher import Dispatcher
from services.notify.http_sender import HttpSender
from services.notify.policy import NotifyPolicy
from shared.bus.database import Database
from shared.bus.unit_of_work import UnitOfWork
from shared.runtime.policy import load_policy
from shared.runtime.sealing import Sealer
from shared.runtime.settings import Settings


async def send(provider_url: str) -> None:
    """Send one round of messages, two at a time."""
    settings = Settings()
    assert settings.database_url is not None
    policy = load_policy(NotifyPolicy, "notify")
    policy = policy.model_copy(update={"handover": policy.handover.model_copy(update={"at_once": 2})})
    database = Database(settings.database_url, application="sender process")
    sender = HttpSender(provider_url, timeout=10)
    work = UnitOfWork(database)
    sending = Dispatcher(work, sender, Sealer(settings.keys), policy, public_url="http://x", drain_seconds=1)
    await sending.send_waiting()
    await sender.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(send(sys.argv[1]))
