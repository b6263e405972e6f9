"""The complaints that are posted: real words in both languages, just under 1 KB each, as prepared bytes."""

import json
from collections.abc import Iterator
from itertools import count
from zlib import crc32

from .client import post

PATH = "/intake/v1/channels/web/contacts"
CUSTOMERS = 10**8
"""So many that nobody complains twice in a run: who does is attached to the open complaint, which is less work."""

TEXTS = (
    "本月账单多扣了两次流量费，请尽快退款。上个月已经打过一次电话，客服说三天内处理，到现在没有任何消息。",
    "宽带断网三天，打了两次电话没人来修，孩子要上网课，家里老人也联系不上，请马上派人来。",
    "Charged twice for roaming this month although I stayed at home. I called last week and nobody called back.",
    "Slow internet every evening since Monday, the router was replaced once and nothing changed at all.",
    "营业厅办理套餐时没有说明合约期，现在要求提前解约收违约金，我不同意，请核实当时的录音。",
    "The shop promised a discount of 20 percent for twelve months and the second bill has no discount on it.",
)
ABOUT = "资费/多收费/套餐"
TARIFFS = 10_000
"""Each is complained of a few times in a run: fifty customers with the same cause would be an incident (SEV-1)."""
TEXT_BYTES = 700
_KEY, _CUSTOMER, _PHONE, _TARIFF = "k" * 20, "c" * 10, "13800000000", "t" * 4


def _template(text: str) -> bytes:
    body = {
        "contact_key": _KEY,
        "text": (text * 10).encode()[:TEXT_BYTES].decode(errors="ignore"),
        "category": ABOUT + _TARIFF,
        "customer": {"external_id": _CUSTOMER, "phone": _PHONE, "marketing_consent": True},
    }
    data = json.dumps(body, ensure_ascii=False).encode().replace(b"%", b"%%")
    for mark, place in ((_KEY, b"%s"), (_TARIFF, b"%04d"), (_CUSTOMER, b"c%09d"), (_PHONE, b"138%08d")):
        data = data.replace(mark.encode(), place)
    return data


class Complaints:
    """Endless requests. `run` keeps the keys of one load apart from those of all others."""

    def __init__(self, run: str, path: str = PATH) -> None:
        self._run = run[:10].ljust(10, "-")
        self._numbers = count()
        self._first = crc32(run.encode()) % CUSTOMERS
        self._templates = [_template(text) for text in TEXTS]
        # Every place has a fixed width, so the length of the body is known before it is filled in.
        self._heads = [post(path, self._filled(n, 0)).partition(b"\r\n\r\n")[0] for n in range(len(TEXTS))]

    def key(self, number: int) -> str:
        """The contact key of the complaint with this number."""
        return f"{self._run}{number:010d}"

    def request(self, number: int) -> bytes:
        """The request with this number."""
        kind = number % len(TEXTS)
        return self._heads[kind] + b"\r\n\r\n" + self._filled(kind, number)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self.request(next(self._numbers))

    def _filled(self, kind: int, number: int) -> bytes:
        # A step that has no divisor in common with the number of customers visits them in a mixed order.
        customer = (self._first + number * 7_919) % CUSTOMERS
        return self._templates[kind] % (self.key(number).encode(), number % TARIFFS, customer, customer)
