"""A rule of the clock fires once in a round: what its decision remembers, and what a second try is told."""

from dataclasses import replace

from workflows import escalations
from workflows.actors import Actor
from workflows.cases import Case
from workflows.decide import Decision
from workflows.refusals import Refused
from workflows.words import _


def refuse_a_second_time(case: Case, actor: Actor) -> None:
    """Raise Refused."""
    if actor.rule in case.fired:
        raise Refused(_("这条规则在本轮已经触发过。"))


def remembering(decision: Decision, actor: Actor) -> Decision:
    """A rule that has fired is not waited for again in this round."""
    if actor.rule not in escalations.BY_NAME:
        return decision
    return replace(decision, after=decision.after.changed(fired=decision.after.fired | {actor.rule}))
