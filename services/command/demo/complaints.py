"""The demo complaints: what is said, over which channel, and how each customer takes the result."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Mood(Enum):
    """How a customer answers the question whether it was put right."""

    PLEASED = "pleased"
    LUKEWARM = "lukewarm"
    HARD_TO_PLEASE = "hard to please"
    SILENT = "silent"


@dataclass(frozen=True)
class DemoComplaint:
    """One complaint: `number` is part of its key and of the customer's phone number."""

    number: int
    channel: str
    text: str
    mood: Mood
    customer: int
    grade: str | None = None
    consents: bool = True

    @property
    def phone(self) -> str:
        """The customer's number."""
        return f"+861380013{8000 + self.customer}"

    @property
    def path(self) -> str:
        """The door of its channel."""
        return f"/intake/v1/channels/{self.channel}/contacts"

    @property
    def body(self) -> dict[str, Any]:
        """What the channel posts."""
        customer: dict[str, Any] = {"external_id": f"demo-{self.customer}", "phone": self.phone}
        if self.consents:
            customer["marketing_consent"] = True
        if self.grade:
            customer["grade"] = self.grade
        common = {"text": self.text, "customer": customer}
        key = f"demo-{self.number}"
        if self.channel == "phone":
            return common | {
                "call_id": key,
                "caller_number": self.phone,
                "agent_id": f"care-{1 + self.number % 2}",
            }
        if self.channel == "sms":
            return common | {"message_id": key, "from": self.phone, "to": "10086"}
        return common | {"contact_key": key}


# (channel, text, mood, customer, grade); a customer who appears twice complains again.
_SAID: tuple[tuple[str, str, Mood, int, str | None], ...] = (
    ("web", "本月账单多扣了两次流量费，请尽快退款。", Mood.PLEASED, 1, None),
    ("sms", "宽带断网三天了没人来修", Mood.PLEASED, 2, None),
    ("phone", "Customer was charged twice for roaming and wants the money back.", Mood.PLEASED, 3, None),
    ("web", "My internet speed has been far below what I pay for since last week.", Mood.LUKEWARM, 4, None),
    ("web", "专线全部中断，我们整个园区无法办公，请立即处理。", Mood.PLEASED, 5, "K"),
    ("phone", "客户反映营业厅工作人员态度冷漠，办理销户被推来推去。", Mood.HARD_TO_PLEASE, 6, None),
    ("sms", "莫名其妙开通了彩铃，每月扣5元，给我取消退钱", Mood.PLEASED, 7, None),
    ("web", "Someone opened a contract in my name, I think it is fraud.", Mood.LUKEWARM, 8, None),
    ("web", "建议在营业厅增加自助打印发票的机器。", Mood.PLEASED, 9, None),
    ("sms", "Dropped calls all day, third time I text you about this", Mood.SILENT, 10, None),
    ("web", "套餐到期后自动续约，合同里根本没有写违约金，要求解约。", Mood.PLEASED, 11, "V"),
    ("phone", "No dial tone on the line, medical alarm depends on it.", Mood.PLEASED, 12, "V"),
    ("web", "你们这群混蛋，又乱扣费，再不处理我就找律师起诉。", Mood.HARD_TO_PLEASE, 13, None),
    ("sms", "小区基站信号差，电话断断续续听不清", Mood.PLEASED, 14, None),
    ("web", "The early termination fee was never mentioned in the shop.", Mood.PLEASED, 15, None),
    ("web", "手机被停机了，可是话费明明充了一百元，误停要求马上恢复。", Mood.PLEASED, 16, None),
    ("phone", "客户投诉流量套餐不透明，账单看不懂。", Mood.PLEASED, 17, None),
    ("sms", "Bill is wrong again, refund me", Mood.PLEASED, 3, None),
    ("web", "宽带维修师傅约好上午来，等了一天没有人联系，承诺没有兑现。", Mood.PLEASED, 2, None),
    ("web", "I suggest to show the remaining data in the app's first screen.", Mood.LUKEWARM, 18, None),
)
_MORE = (
    ("web", "流量用完没有任何提醒，产生了高额账单，请退还。", Mood.PLEASED),
    ("sms", "网速太慢，晚上根本看不了视频", Mood.PLEASED),
    ("phone", "Customer never ordered the premium service on the invoice.", Mood.PLEASED),
    ("web", "发票一直没有寄到，打了三次电话都说已经寄出。", Mood.LUKEWARM),
    ("sms", "Price increase without any notice, I want my old plan", Mood.PLEASED),
    ("web", "家里完全没有信号，窗边也打不了电话。", Mood.PLEASED),
    ("phone", "客户要求携号转网，营业厅以合约为由拒绝办理。", Mood.SILENT),
    ("web", "The agent hung up on me twice.", Mood.PLEASED),
)


def demo_complaints() -> list[DemoComplaint]:
    """Sixty complaints, always the same."""
    made = [
        DemoComplaint(n, channel, text, mood, customer, grade, consents=n % 5 != 3)
        for n, (channel, text, mood, customer, grade) in enumerate(_SAID)
    ]
    for n in range(len(made), 60):
        channel, text, mood = _MORE[n % len(_MORE)]
        made.append(DemoComplaint(n, channel, text, mood, customer=20 + n, consents=n % 4 != 3))
    return made
