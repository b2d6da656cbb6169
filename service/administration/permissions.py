"""Who may look at what and who may change it: one table. What lies outside one's own area does not exist (404)."""

from dataclasses import dataclass

from service.accounts.visits import Visit
from service.errors import NotFound
from workflows.actors import Actor, Post
from workflows.refusals import NotPermitted
from workflows.statuses import POSTS, Role
from workflows.words import _


@dataclass(frozen=True)
class Permission:
    """One of these roles somewhere, for the area of its unit and below; `is_countys` asks for the whole county."""

    name: str
    roles: frozenset[Role]
    is_countys: bool = False


EVERYBODY = POSTS
ADMINISTRATORS = frozenset({Role.administrator})
PUSHES_LINKS = frozenset({Role.dispatcher, Role.administrator})
WATCHES = frozenset({Role.administrator, Role.supervisor})

# fmt: off
PERMISSIONS: tuple[Permission, ...] = (
    #          to do what              who             in the whole county only
    Permission("see_links",            PUSHES_LINKS | WATCHES),
    Permission("create_link",          PUSHES_LINKS),
    Permission("change_link",          PUSHES_LINKS),
    Permission("revoke_link",          PUSHES_LINKS),
    Permission("see_people",           ADMINISTRATORS),
    Permission("add_person",           ADMINISTRATORS),
    Permission("change_person",        ADMINISTRATORS),
    Permission("appoint",              ADMINISTRATORS),
    Permission("dismiss",              ADMINISTRATORS),
    Permission("reset_password",       ADMINISTRATORS),
    Permission("deactivate_person",    ADMINISTRATORS),
    Permission("reactivate_person",    ADMINISTRATORS),
    Permission("see_units",            ADMINISTRATORS),
    Permission("add_unit",             ADMINISTRATORS),
    Permission("change_unit",          ADMINISTRATORS),
    Permission("set_robot",            ADMINISTRATORS),
    Permission("deactivate_unit",      ADMINISTRATORS),
    Permission("reactivate_unit",      ADMINISTRATORS),
    Permission("see_areas",            ADMINISTRATORS),
    Permission("add_area",             ADMINISTRATORS),
    Permission("change_area",          ADMINISTRATORS),
    Permission("see_categories",       ADMINISTRATORS),
    Permission("add_category",         ADMINISTRATORS, is_countys=True),
    Permission("change_category",      ADMINISTRATORS, is_countys=True),
    Permission("add_catalogue_row",    ADMINISTRATORS, is_countys=True),
    Permission("remove_catalogue_row", ADMINISTRATORS, is_countys=True),
    Permission("see_calendar",         EVERYBODY),
    Permission("publish_year",         ADMINISTRATORS, is_countys=True),
    Permission("see_limits",           EVERYBODY),
    Permission("set_limit",            ADMINISTRATORS, is_countys=True),
    Permission("reset_limit",          ADMINISTRATORS, is_countys=True),
    Permission("see_whistle_kinds",    EVERYBODY),
    Permission("add_whistle_kind",     ADMINISTRATORS, is_countys=True),
    Permission("set_whistle_kind",     ADMINISTRATORS, is_countys=True),
    Permission("add_whistle_reason",   ADMINISTRATORS, is_countys=True),
    Permission("set_whistle_reason",   ADMINISTRATORS, is_countys=True),
    Permission("see_whistle_ladder",   EVERYBODY),
    Permission("add_whistle_step",     ADMINISTRATORS, is_countys=True),
    Permission("set_whistle_step",     ADMINISTRATORS, is_countys=True),
    Permission("see_emergency",        WATCHES),
    Permission("begin_emergency",      ADMINISTRATORS),
    Permission("end_emergency",        ADMINISTRATORS),
    Permission("see_changes",          WATCHES),
)
# fmt: on

BY_NAME = {row.name: row for row in PERMISSIONS}


def may(visit: Visit, name: str) -> bool:
    return bool(_posts(visit, name))


def allow(visit: Visit, name: str) -> frozenset[str]:
    """The paths of the areas in which this person may do it. Raises NotPermitted when there is none."""
    paths = frozenset(post.area_path for post in _posts(visit, name))
    if not paths:
        raise NotPermitted(_("您没有做这件事的权限。"))
    return paths


def allow_in(visit: Visit, name: str, area_path: str) -> None:
    """Raises NotPermitted when it is not his to do anywhere, NotFound when it is not his to do here."""
    if not area_path.startswith(tuple(allow(visit, name))):
        raise NotFound()


def covers(visit: Visit, name: str, area_path: str) -> bool:
    return area_path.startswith(tuple(post.area_path for post in _posts(visit, name)))


def acting_as(visit: Visit, name: str) -> Actor:
    """The person with only those posts that let him do it: lists offer what these cover."""
    return Actor(person=visit.person_id, posts=_posts(visit, name))


def _posts(visit: Visit, name: str) -> tuple[Post, ...]:
    row = BY_NAME[name]
    county = visit.known.county.path
    return tuple(
        post
        for post in visit.actor.posts
        if post.role in row.roles and (post.area_path == county or not row.is_countys)
    )
