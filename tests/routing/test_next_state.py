"""The states of a complaint: the whole table, and what no sequence of actions can do."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.routing.follow_incident import Child, follows
from services.routing.judge_appeal import in_time
from services.routing.next_state import ENDED, NEXT, TMF621, Action, NotPossibleError, State, next_state
from services.routing.policy import RoutingPolicy
from services.routing.six_steps import MissingStepsError, missing_before_resolution, new_steps
from shared.events.vocabulary import HandlingStep
from shared.runtime.policy import load_policy
from tools import state_picture

NOW = datetime(2026, 11, 16, tzinfo=UTC)
POLICY = load_policy(RoutingPolicy, "routing").work


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_what_is_in_the_table_is_possible_and_nothing_else(state: State, action: Action) -> None:
    if (state, action) in NEXT:
        assert next_state(state, action) is NEXT[state, action]
    else:
        with pytest.raises(NotPossibleError) as refused:
            next_state(state, action)
        assert (refused.value.state, refused.value.action) == (state, action)


TOLD = {State.RESOLVED, State.FOLLOWED_UP}


def test_only_a_resolved_complaint_is_closed_and_only_a_proposed_one_is_resolved() -> None:
    assert {state for state, action in NEXT if action in (Action.CLOSE, Action.REOPEN)} == TOLD
    assert {state for state, action in NEXT if action is Action.RESOLVE} == {State.PROPOSED}


def test_every_state_can_reach_the_end_and_from_an_end_only_an_appeal_leads() -> None:
    assert {state for state in State if not any(begin is state for begin, _ in NEXT)} == {State.CANCELLED}
    assert {(begin, action) for begin, action in NEXT if begin in ENDED} == {
        (State.REJECTED, Action.APPEAL),
        (State.CLOSED, Action.APPEAL),
    }
    reaching = {State.CLOSED}
    for _ in State:
        reaching |= {begin for (begin, _), end in NEXT.items() if end in reaching}
    assert reaching == set(State) - {State.CANCELLED}


def test_fc_21_nothing_that_owner_or_handler_do_closes_or_reopens() -> None:
    moves = {(end, action) for (begin, action), end in NEXT.items() if end is not begin}
    ends = {(end, action) for end, action in moves if end in (State.CLOSED, State.REOPENED)}
    assert ends == {
        (State.CLOSED, Action.CLOSE),
        (State.CLOSED, Action.DENY),
        (State.REOPENED, Action.REOPEN),
        (State.REOPENED, Action.UPHOLD),
    }


def test_fc_22_while_it_is_appealed_only_the_decision_moves_it() -> None:
    moving = {action for (begin, action), end in NEXT.items() if begin is State.APPEALED and end is not begin}
    assert moving == {Action.UPHOLD, Action.DENY}


def test_every_state_has_a_name_in_the_tm_forums_api() -> None:
    assert set(TMF621) == set(State)
    words = {"acknowledged", "inProgress", "pending", "held", "resolved", "closed", "rejected", "cancelled"}
    assert set(TMF621.values()) == words


def test_the_page_on_ownership_shows_the_table_of_today() -> None:
    page = state_picture.PAGE.read_text(encoding="utf-8")
    assert state_picture.drawn(page) == page, "run: python -m tools.state_picture"
    assert page.count("REOPENED --> IN_PROGRESS") == 1


class ComplaintLife(RuleBasedStateMachine):
    """One complaint, treated in every possible way; it remembers what happened in its present round."""

    state: State
    done: list[HandlingStep]

    @initialize()
    def begin(self) -> None:
        self.state, self.done = State.ASSIGNED, []
        self.proposed = self.resolved = self.denied = self.with_incident = False

    @rule(step=st.sampled_from(HandlingStep))
    def take_step(self, step: HandlingStep) -> None:
        try:
            for fresh in new_steps(self.done, [step], POLICY):
                follow_up = fresh is HandlingStep.FOLLOW_UP
                self.state = next_state(self.state, Action.FOLLOW_UP if follow_up else Action.TAKE_STEP)
                self.done.append(fresh)
        except (MissingStepsError, NotPossibleError):
            return

    @rule()
    def propose(self) -> None:
        self.take_step(HandlingStep.OWN_AND_PROPOSE)
        if HandlingStep.OWN_AND_PROPOSE in self.done:
            self.proposed = self._try(Action.PROPOSE) or self.proposed

    @rule()
    def resolve(self) -> None:
        if not missing_before_resolution(self.done, POLICY):
            self.resolved = self._try(Action.RESOLVE) or self.resolved

    @rule(open_tasks=st.integers(0, 1))
    def follow_incident(self, open_tasks: int) -> None:
        if follows(Child(self.state, open_tasks)):
            assert open_tasks == 0
            assert self.state not in ENDED
            self.resolved = self.with_incident = self._try(Action.FOLLOW_INCIDENT)
            assert self.resolved

    @rule(action=st.sampled_from([Action.HAND_OVER, Action.CHANGE_OWNER]))
    def change_people(self, action: Action) -> None:
        before = self.state
        self._try(action)
        assert self.state is before

    @rule()
    def wait(self) -> None:
        self._try(Action.WAIT)

    @rule()
    def go_on(self) -> None:
        self._try(Action.RESUME_PROPOSED if self.proposed else Action.RESUME)

    @rule(action=st.sampled_from([Action.ANSWER, Action.ASK, Action.REMEDY]))
    def work_beside(self, action: Action) -> None:
        before = self.state
        assert not (self._try(action) and before in ENDED)
        assert self.state is before

    @precondition(lambda self: self.state not in (State.CLOSED, State.CANCELLED))
    @rule(action=st.sampled_from([Action.CLOSE, Action.REJECT, Action.CANCEL, Action.DENY]))
    def end(self, action: Action) -> None:
        before = self.state
        if self._try(action):
            assert self.state in ENDED
            assert (action is Action.CLOSE) <= self.resolved
            assert (action is Action.DENY) <= (before is State.APPEALED)
            self.denied = action is Action.DENY

    @rule()
    def appeal(self) -> None:
        before, until = self.state, NOW if self.state in ENDED and not self.denied else None
        if in_time(before, until, NOW) and self._try(Action.APPEAL):
            assert before in (State.RESOLVED, State.FOLLOWED_UP, State.REJECTED, State.CLOSED)
            assert not self.denied

    @invariant()
    def a_denied_appeal_is_the_end(self) -> None:
        assert not self.denied or self.state is State.CLOSED

    @rule(action=st.sampled_from([Action.REOPEN, Action.UPHOLD]))
    def reopen(self, action: Action) -> None:
        if self._try(action):
            assert self.resolved or action is Action.UPHOLD
            self.done, self.proposed, self.resolved, self.with_incident = [], False, False, False

    @invariant()
    def resolved_only_with_steps_and_proposal(self) -> None:
        if self.state in (State.RESOLVED, State.FOLLOWED_UP):
            assert self.resolved
        if self.state in (State.RESOLVED, State.FOLLOWED_UP) and not self.with_incident:
            assert self.proposed
            assert self.done[:5] == list(HandlingStep)[:5]

    @invariant()
    def followed_up_only_after_the_resolution(self) -> None:
        assert self.resolved or HandlingStep.FOLLOW_UP not in self.done

    def _try(self, action: Action) -> bool:
        try:
            self.state = next_state(self.state, action)
        except NotPossibleError:
            return False
        return True


ComplaintLife.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestComplaintLife = ComplaintLife.TestCase
