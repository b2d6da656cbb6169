"""Who acts: a person with posts, the resident of one ticket, or a rule of the clock."""

from dataclasses import dataclass

from workflows.statuses import Role


@dataclass(frozen=True)
class Post:
    """One role in one unit; `area_path` like `/1/4/` is where a role that covers an area holds."""

    role: Role
    unit: int
    area_path: str
    is_head: bool = False

    def covers(self, area_path: str) -> bool:
        return area_path.startswith(self.area_path)


@dataclass(frozen=True)
class Actor:
    """`person` is None for residents and rules; `ticket` is the one ticket whose secret address a resident holds."""

    person: int | None = None
    posts: tuple[Post, ...] = ()
    rule: str | None = None
    ticket: int | None = None
    is_new_resident: bool = False

    @property
    def units(self) -> frozenset[int]:
        return frozenset(post.unit for post in self.posts)

    def has(self, role: Role) -> bool:
        return any(post.role is role for post in self.posts)

    def posts_as(self, role: Role) -> tuple[Post, ...]:
        return tuple(post for post in self.posts if post.role is role)


NEW_RESIDENT = Actor(is_new_resident=True)
"""Somebody who opened a link and has not sent anything yet."""


NOBODY = Actor()
"""Holds no post and no address, and may do nothing."""


def resident_of(ticket: int) -> Actor:
    return Actor(ticket=ticket)


def system(rule: str) -> Actor:
    return Actor(rule=rule)


IMPORTER = system("import")
"""Tells what happened to a wish before this county kept it here; the events bear its name."""
