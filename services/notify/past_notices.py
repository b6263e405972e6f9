"""Decides who in the house hears what a customer's earlier complaints ask for; policy says who."""

from collections.abc import Collection

from shared.events.vocabulary import MessageKind, Role

from .notice import Notice, Several
from .past import Past
from .policy import NotifyPolicy


def noted_past(tags: Collection[str]) -> str | None:
    """What of these tags is kept until there is somebody to tell; nothing for a first complaint."""
    return " ".join(past for past in Past if past in tags) or None


def past_notices(noted: str | None, policy: NotifyPolicy) -> tuple[Notice, ...]:
    """REP-5: a repeat is told to the team lead, one more time it is reviewed; REP-10: so are many open ones.

    Each role hears all that concerns it in one message.
    """
    found = [Past(word) for word in (noted or "").split()]
    concerns = {role: [p for p in found if role in policy.past_told.get(p, ())] for role in _roles(policy)}
    return tuple(
        Notice(MessageKind.EARLIER_COMPLAINTS, role, "received", {"past": Several(tuple(past))})
        for role, past in concerns.items()
        if past
    )


def _roles(policy: NotifyPolicy) -> list[Role]:
    return list(dict.fromkeys(role for told in policy.past_told.values() for role in told))
