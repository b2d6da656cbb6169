"""As whom somebody acts at a whistle: the post that the rules accepted, and the role that the event bears."""

from dataclasses import replace

from workflows.actors import Actor
from workflows.statuses import Role
from workflows.whistle_commands import WhistleCommand
from workflows.whistle_effects import spoken_for
from workflows.whistle_roles import posts_at
from workflows.whistles import WhistleDecision

OF_ONE_UNIT = frozenset({"report_in", "contest_call", "hand_over_part"})


def speaker(actor: Actor, decision: WhistleDecision, command: WhistleCommand) -> tuple[Role, Actor]:
    """The event's role, and the actor with nothing but the post for which he acts here."""
    if actor.rule is not None:
        return Role.system, actor
    fitting = posts_at(actor, decision.before, decision.role)
    if command.verb in OF_ONE_UNIT:
        call = spoken_for(decision.before, command, actor)
        fitting = tuple(post for post in fitting if call is not None and post.unit == call.unit_id) or fitting
    return fitting[0].role, replace(actor, posts=fitting[:1])
