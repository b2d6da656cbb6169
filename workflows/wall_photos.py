"""Photographs on the public wall: one from before and one from after, each chosen by an official who looked at it."""

from typing import Literal

from workflows.command_fields import CommandBase, OptionalId, field
from workflows.refusals import NotPermitted, WrongStatus
from workflows.statuses import Role
from workflows.words import _

PUBLISHERS = frozenset({Role.dispatcher, Role.reviewer, Role.follow_up_officer})


class ShowPhotos(CommandBase):
    """Both empty: no photograph stands there any more."""

    verb: Literal["show_photos"] = "show_photos"
    before: OptionalId = field(_("办之前的照片"), default=None)
    after: OptionalId = field(_("办好后的照片"), default=None)


WALL_PHOTO_COMMANDS: dict[str, type[CommandBase]] = {"show_photos": ShowPhotos}
WALL_PHOTO_VERB_WORDS: dict[str, str] = {"show_photos": _("选公示墙的照片")}


def role_that_may_show(roles: frozenset[Role], is_on_the_wall: bool) -> Role:
    """In which role; raise NotPermitted, or WrongStatus where the words themselves are not approved."""
    fitting = [role for role in Role if role in roles & PUBLISHERS]
    if not fitting:
        raise NotPermitted(_("您没有做这件事的权限。"))
    if not is_on_the_wall:
        raise WrongStatus(_("这件心愿不在公示墙上。"))
    return fitting[0]
