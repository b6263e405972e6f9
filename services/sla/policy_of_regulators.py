"""The clocks of regulators, as policy writes them down."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.events.vocabulary import ComplaintKind, EscalationLevel

from .policy_of_cases import Conditions
from .policy_of_targets import InCalendar, Part, Seconds


class ClockPolicy(Part):
    """One clock of a regulator: by when the customer has the answer, and for which complaints.

    only_if_alone: it runs where no other clock of the profile does.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    target: Seconds | InCalendar
    when: Conditions = Conditions()
    only_if_alone: bool = False


class ProfilePolicy(Part):
    """The clocks of a regulator; `afterwards`: what the customer may do then, in both languages."""

    title: str
    title_zh: str
    afterwards: str = ""
    afterwards_zh: str = ""
    clocks: tuple[ClockPolicy, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [one.name for one in self.clocks]
        if len(names) != len(set(names)):
            raise ValueError("each clock needs a name of its own|每个时限须有各自的名称")
        return self


class RegulatorPolicy(Part):
    """Section 11: the profile of this installation (none if empty), which kinds are its cases, what 80 % forces."""

    profile: str
    cases: tuple[ComplaintKind, ...]
    forces: tuple[Literal[EscalationLevel.L3, EscalationLevel.L4], ...]
    profiles: dict[str, ProfilePolicy]

    @model_validator(mode="after")
    def _profile_is_known(self) -> Self:
        if self.profile and self.profile not in self.profiles:
            raise ValueError(
                f"profile: there is no profile {self.profile!r}|profile：没有名为 {self.profile!r} 的规则集"
            )
        return self

    def in_force(self) -> Iterator[tuple[str, Seconds | InCalendar]]:
        """The targets of the profile of this installation, with their places."""
        profile = self.profiles.get(self.profile)
        for index, one in enumerate(profile.clocks if profile else ()):
            yield f"regulator.profiles.{self.profile}.clocks[{index}]", one.target
