"""Decides what a customer's past asks of those who take the new complaint; it never takes service from anybody."""

from typing import NamedTuple
from uuid import UUID

from shared.events.vocabulary import Tag

from .policy import PastPolicy


class Past(NamedTuple):
    """A customer's complaints, the new one included.

    recent: within the period; groundless: of these, found without ground; open_online: started on the web and not
    resolved; oldest_open: the oldest of these; newest: the last of all, before: the one before it.
    """

    recent: int = 0
    groundless: int = 0
    open_online: int = 0
    oldest_open: UUID | None = None
    newest: UUID | None = None
    before: UUID | None = None

    def plus(self, complaint_id: UUID, *, online: bool) -> "Past":
        """The past with one more complaint."""
        oldest = self.oldest_open or (complaint_id if online else None)
        open_online = self.open_online + online
        return Past(self.recent + 1, self.groundless, open_online, oldest, complaint_id, self.newest)

    def is_frequent(self, policy: PastPolicy) -> bool:
        """REP-7: whether they complain often, and often without ground."""
        return self.recent >= policy.frequent_from and self.groundless >= policy.groundless_from

    def has_many_open(self, policy: PastPolicy) -> bool:
        """REP-10: whether that many are open that were started online."""
        return self.open_online > policy.most_open_online

    def owner_to_keep(self, policy: PastPolicy) -> UUID | None:
        """The complaint whose owner keeps the newest one too: of many open ones the first (REP-10).

        Who complains often without ground has one contact from then on: the owner of the one before (REP-7).
        """
        if self.has_many_open(policy):
            return self.oldest_open
        return self.before if self.is_frequent(policy) else None


NO_PAST = Past()


def judge_past(past: Past, repeat_index: int, policy: PastPolicy) -> tuple[Tag, ...]:
    """What is to be done about the newest complaint of a customer with this past.

    REP-5: a repeat is told to the team lead, one more time to the quality desk for review. REP-7: many complaints,
    several of them without ground, get one named contact. REP-10: many open ones stay with one owner.
    """
    tags = []
    if repeat_index >= policy.team_lead_from:
        tags.append(Tag.TEAM_LEAD_INFORMED)
    if repeat_index >= policy.review_from:
        tags.append(Tag.CASE_REVIEW)
    if past.is_frequent(policy):
        tags.append(Tag.HIGH_FREQUENCY)
    if past.has_many_open(policy):
        tags.append(Tag.MANY_OPEN)
    return tuple(tags)
