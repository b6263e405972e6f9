"""The people of the demonstration: channels that post, staff who solve, customers who answer. All over HTTP."""

import asyncio
import re
from collections.abc import Sequence
from random import Random
from typing import Any

from .addresses import Doors
from .complaints import DemoComplaint, Mood

# Seconds that a member of staff needs before the first word and until the solution. One desk is overworked.
PACE = {"care-1": (0.5, 4.0), "care-2": (1.0, 6.0), "network-1": (1.5, 9.0), "network-2": (5.0, 30.0)}
USUAL_PACE = (1.0, 5.0)

SOLVED = {"zh": "已核实并处理，费用退回，问题不会再发生。", "en": "Checked and put right; money returned."}


async def post_complaints(
    doors: Doors, complaints: Sequence[DemoComplaint], every: float = 0.2
) -> str | None:
    """Post them one after the other; returns the tracking path of the first. A door that is shut is tried again."""
    tracking: str | None = None
    for complaint in complaints:
        while (answer := await doors.post(complaint.path, complaint.body)) is None:
            await asyncio.sleep(0.5)
        tracking = tracking or answer["tracking_path"]
        if answer["outcome"] == "created":
            await asyncio.sleep(every)
    return tracking


class Staff:
    """Everybody at the desks: looks what is there, and takes the next step when its time has come."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._seen: dict[tuple[str, int], float] = {}

    async def work(self) -> None:
        """Work until cancelled."""
        while True:
            for state in ("ASSIGNED", "IN_PROGRESS", "PROPOSED", "REOPENED"):
                listed = await self._doors.get(f"/routing/v1/complaints?state={state}&limit=500")
                for case in (listed or {}).get("items", ()):
                    await self._take_next_step(case)
            await asyncio.sleep(0.3)

    async def _take_next_step(self, case: dict[str, Any]) -> None:
        now = asyncio.get_running_loop().time()
        waited = now - self._seen.setdefault((case["complaint_id"], case["round"]), now)
        by = case["handler_id"]
        contact_after, solve_after = PACE.get(by, USUAL_PACE)
        path = f"/routing/v1/complaints/{case['complaint_id']}"
        if waited >= solve_after:
            steps = ["VENT", "APOLOGISE_THANK", "ASK_CAUSE", "OWN_AND_PROPOSE"]
            proposal = {"by": by, "text": SOLVED["zh"], "steps": steps}
            if await self._doors.post(f"{path}/proposal", proposal) is not None:
                resolution = {"by": by, "text": SOLVED["en"], "steps": ["INVITE_FEEDBACK"]}
                await self._doors.post(f"{path}/resolution", resolution)
        elif waited >= contact_after and case["state"] in {"ASSIGNED", "REOPENED"}:
            await self._doors.post(f"{path}/steps", {"by": by, "step": "VENT"})


class Customers:
    """Everybody who complained, with a phone that receives what notify sends."""

    def __init__(self, doors: Doors, complaints: Sequence[DemoComplaint]) -> None:
        self._doors = doors
        self._moods = {complaint.phone: complaint.mood for complaint in complaints}
        self._asked: dict[str, int] = {}
        self._random = Random(1)
        self._answering: set[asyncio.Task[None]] = set()
        self.received = 0

    def receive(self, message: dict[str, Any]) -> None:
        """A message has come to a phone; a question is answered according to the owner's mood."""
        self.received += 1
        link = re.search(r"https?://\S+/answers/[A-Za-z0-9_-]+", message["text"])
        if message["kind"] == "QUESTION" and link:
            task = asyncio.get_running_loop().create_task(self._answer(message["to"], link[0]))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self, phone: str, link: str) -> None:
        mood = self._moods.get(phone, Mood.PLEASED)
        if mood is Mood.SILENT:
            return
        times = self._asked[phone] = self._asked.get(phone, 0) + 1
        await asyncio.sleep(self._random.uniform(0.5, 3))
        answer: dict[str, Any] = {"solved": True, "score": 5, "impression": 5}
        if mood is Mood.LUKEWARM:
            answer = {"solved": True, "score": 3, "impression": 3}
        elif mood is Mood.HARD_TO_PLEASE and times == 1:
            answer = {"solved": False, "score": 1, "impression": 2}
        while not await self._doors.post_to(link, answer):
            await asyncio.sleep(1)
