"""Hands messages to the sender: each is claimed by one process, handed over once, and its outcome recorded.

A claim is committed before the hand-over, so a crash in between leaves the message SENDING; when its lease
has passed it counts as unknown. What a process hands to one person about one complaint goes out in order.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from shared.bus import crash_points
from shared.bus.pacing import Pace, rest_after
from shared.bus.transience import is_transient
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Role
from shared.runtime.sealing import CannotOpenError, Sealer

from .claim import Claimed, claim
from .judge_outcome import Fate, Outcome
from .policy import NotifyPolicy
from .record_outcomes import HandedOver, record_outcomes
from .render_text import LINK
from .sender import Letter, Sender

log = structlog.get_logger()

RECORD_AT_ONCE = 500
SHORTEST_IDLE, LONGEST_IDLE = 0.02, 1.0
TROUBLES_BEFORE_PAUSE = 5
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


class Dispatcher:
    """Sends what one notify process can send. `public_url`: where the links in messages lead."""

    def __init__(
        self,
        work: UnitOfWork,
        sender: Sender,
        sealer: Sealer,
        policy: NotifyPolicy,
        *,
        public_url: str,
        drain_seconds: float,
    ) -> None:
        self._work = work
        self._sender = sender
        self._sealer = sealer
        self._policy = policy
        self._public_url = public_url.rstrip("/")
        self._drain_seconds = drain_seconds
        self._slots = asyncio.Semaphore(policy.handover.at_once)
        self._wanted, self._handed_over, self._stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._claims_ended = False
        self._more_may_wait = False
        self._troubles_in_a_row = 0
        self._unrecorded: dict[UUID, asyncio.Task[None]] = {}
        self._latest: dict[tuple[UUID, Role], asyncio.Task[None]] = {}
        self._outcomes: list[HandedOver] = []

    def decides_by(self, policy: NotifyPolicy) -> None:
        """Hand over as this policy says from now on; what is on its way goes on as it began."""
        if policy.handover.at_once != self._policy.handover.at_once:
            self._slots = asyncio.Semaphore(policy.handover.at_once)
        self._policy = policy

    def wake(self) -> None:
        """Say that there are messages to send."""
        self._wanted.set()

    async def run(self) -> None:
        """Send until cancelled; then finish what is on its way, as far as the time to drain allows."""
        loops = [asyncio.create_task(self._claim_for_ever()), asyncio.create_task(self._record_for_ever())]
        try:
            ended, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_EXCEPTION)
            for loop in ended:
                loop.result()
        finally:
            self._stop.set()
            self._wanted.set()
            await asyncio.wait(loops, timeout=self._drain_seconds)
            left = [*loops, *self._unrecorded.values()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await self._sender.close()

    async def send_waiting(self) -> int:
        """Claim, hand over and record one round of messages; returns how many they were."""
        claimed = await self._claim_and_start()
        await asyncio.gather(*self._unrecorded.values())
        while self._outcomes:
            await self._record()
        return claimed

    async def _claim_for_ever(self) -> None:
        clock = asyncio.get_running_loop().time
        idle = SHORTEST_IDLE
        while not self._stop.is_set():
            self._wanted.clear()
            claimed, began = 0, clock()
            try:
                claimed = await self._claim_and_start()
            except Exception as error:  # noqa: BLE001 - the messages stay PENDING; say it and try again
                _say("messages.claim_failed", error)
            await asyncio.sleep(rest_after(clock() - began, Pace.CALM))
            idle = SHORTEST_IDLE if claimed else min(idle * 2, LONGEST_IDLE)
            if self._troubles_in_a_row < TROUBLES_BEFORE_PAUSE:
                await _wait(self._wanted, idle)
            else:
                await _wait(self._stop, self._pause())
        self._claims_ended = True
        self._handed_over.set()

    async def _claim_and_start(self) -> int:
        handover = self._policy.handover
        room = handover.ahead - len(self._unrecorded)
        self._more_may_wait = True
        if room < (handover.ahead + 1) // 2:
            return 0
        if self._troubles_in_a_row >= TROUBLES_BEFORE_PAUSE:
            room = 1
        start_by = asyncio.get_running_loop().time() + handover.lease - 2 * handover.timeout
        claimed = await claim(self._work, self._sender.name, room, handover.lease)
        self._more_may_wait = len(claimed) == room
        for message in claimed:
            self._start(message, start_by)
        return len(claimed)

    def _start(self, message: Claimed, start_by: float) -> None:
        person = (message.complaint_id, message.role)
        task = asyncio.create_task(self._hand_over(message, self._latest.get(person), start_by))
        self._unrecorded[message.intent_id] = self._latest[person] = task

    async def _hand_over(self, message: Claimed, earlier: asyncio.Task[None] | None, start_by: float) -> None:
        if earlier is not None:
            await asyncio.wait([earlier])
        async with self._slots:
            if self._stop.is_set() or asyncio.get_running_loop().time() > start_by:
                # So close to the end of the lease it would be given up while the provider works on it.
                outcome = Outcome(Fate.RELEASED, "not_started")
            else:
                outcome = await self._give(message)
                crash_points.reached("during_handover")
                in_trouble = outcome.fate in {Fate.NOT_TAKEN, Fate.UNCLEAR}
                self._troubles_in_a_row = self._troubles_in_a_row + 1 if in_trouble else 0
        self._outcomes.append(HandedOver(message, outcome))
        self._handed_over.set()

    async def _give(self, message: Claimed) -> Outcome:
        subject = str(message.complaint_id)
        text = message.text
        try:
            address = self._sealer.open(message.reply_to, subject)
            if message.link is not None:
                text = text.replace(LINK, self._public_url + self._sealer.open(message.link, subject))
        except CannotOpenError:
            return Outcome(Fate.UNREADABLE, "sealed")
        letter = Letter(message.intent_id, message.channel, address, text, message.language, message.kind)
        try:
            return await self._sender.hand_over(letter)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not lose count of a message
            _say("messages.sender_failed", error)
            return Outcome(Fate.UNCLEAR, type(error).__name__)

    async def _record_for_ever(self) -> None:
        clock = asyncio.get_running_loop().time
        backoff = SHORTEST_PAUSE
        while self._unrecorded or not self._claims_ended:
            await _wait(self._handed_over, LONGEST_IDLE)
            self._handed_over.clear()
            while self._outcomes:
                began = clock()
                try:
                    await self._record()
                    await asyncio.sleep(rest_after(clock() - began, Pace.CALM))
                    backoff = SHORTEST_PAUSE
                except Exception as error:  # noqa: BLE001 - the outcomes are kept here; say it and try again
                    _say("messages.record_failed", error)
                    await asyncio.sleep(backoff)
                    backoff = min(backoff * 2, LONGEST_PAUSE)

    async def _record(self) -> None:
        batch = self._outcomes[:RECORD_AT_ONCE]
        await record_outcomes(self._work, self._policy, self._sender.name, batch)
        del self._outcomes[: len(batch)]
        for message, _ in batch:
            task = self._unrecorded.pop(message.intent_id)
            person = (message.complaint_id, message.role)
            if self._latest.get(person) is task:
                del self._latest[person]
        if self._more_may_wait:
            self._wanted.set()

    def _pause(self) -> float:
        doublings = min(self._troubles_in_a_row - TROUBLES_BEFORE_PAUSE, 10)
        return float(min(LONGEST_PAUSE, SHORTEST_PAUSE * 2**doublings))


async def _wait(event: asyncio.Event, at_most: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most):
            await event.wait()


def _say(what: str, error: Exception) -> None:
    log.warning(what, reason=type(error).__name__ if is_transient(error) else repr(error))
