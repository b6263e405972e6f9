"""The states of a complaint: the whole table, and what no sequence of actions can do."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.routing.next_state import NEXT, Action, NotPossibleError, State, next_state
from services.routing.policy import RoutingPolicy
from services.routing.six_steps import MissingStepsError, missing_before_resolution, new_steps
from shared.events.vocabulary import HandlingStep
from shared.runtime.policy import load_policy

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


def test_only_a_resolved_complaint_ends_and_only_a_proposed_one_is_resolved() -> None:
    assert {state for state, action in NEXT if action in (Action.CLOSE, Action.REOPEN)} == {State.RESOLVED}
    assert {state for state, action in NEXT if action is Action.RESOLVE} == {State.PROPOSED}


def test_closed_is_the_only_end_and_every_state_can_reach_it() -> None:
    ends = {state for state in State if not any(begin is state for begin, _ in NEXT)}
    assert ends == {State.CLOSED}
    reaching = {State.CLOSED}
    for _ in State:
        reaching |= {begin for (begin, _), end in NEXT.items() if end in reaching}
    assert reaching == set(State)


def test_no_action_of_staff_closes_or_reopens() -> None:
    moves = {(end, action) for (begin, action), end in NEXT.items() if end is not begin}
    ends = {(end, action) for end, action in moves if end in (State.CLOSED, State.REOPENED)}
    assert ends == {(State.CLOSED, Action.CLOSE), (State.REOPENED, Action.REOPEN)}


class ComplaintLife(RuleBasedStateMachine):
    """One complaint, treated in every possible way; it remembers what happened in its present round."""

    state: State
    done: list[HandlingStep]

    @initialize()
    def begin(self) -> None:
        self.state, self.done = State.ASSIGNED, []
        self.proposed = self.resolved = False

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

    @rule()
    def hand_over(self) -> None:
        before = self.state
        self._try(Action.HAND_OVER)
        assert self.state is before

    @precondition(lambda self: self.state is not State.CLOSED)
    @rule()
    def close(self) -> None:
        if self._try(Action.CLOSE):
            assert self.resolved

    @rule()
    def reopen(self) -> None:
        if self._try(Action.REOPEN):
            assert self.resolved
            self.done, self.proposed, self.resolved = [], False, False

    @invariant()
    def resolved_only_with_steps_and_proposal(self) -> None:
        if self.state in (State.RESOLVED, State.CLOSED):
            assert self.resolved
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
