"""Places, units and categories as people write them in sheets, found among those that the county knows."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from service.directory.models import Unit
from service.directory.reference import Reference
from workflows.refusals import Refused
from workflows.words import _

BETWEEN_UNITS = re.compile(r"[、,，;；/\n]+|\s{2,}")
BETWEEN_PLACES = re.compile(r"[\s/\\>›·,，、-]+")
ENDINGS = ("街道办事处", "街道", "社区", "镇", "乡", "村", "组")
"""清溪 is 清溪镇."""
STEM_LEAST = 2
DIGITS = str.maketrans("一二三四五六七八九", "123456789")

NO_SUCH_UNIT = _(
    "没有叫“{name}”的单位，或者它已经停用。请改成单位的名称或简称，或者先用 weiyuan import directory 加上它。"
)
SEVERAL_UNITS = _("叫“{name}”的单位有好几个，请写全称。")


def plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split())


class Names:
    """Built once for a sheet. Units out of service are not found."""

    def __init__(self, known: Reference) -> None:
        self._known = known
        self._units: dict[str, set[int]] = defaultdict(set)
        for unit in known.units.values():
            if unit.is_active and unit.id is not None:
                for name in self._forms(unit):
                    self._units[name].add(unit.id)
        self._categories = {
            plain(word): each.key
            for each in known.categories.values()
            if each.is_active
            for word in (each.key, each.name)
        }
        self._areas = [(plain(area.name).translate(DIGITS), area) for area in known.areas.values()]
        self._below: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for area in known.areas.values():
            if area.parent_id is not None and area.id is not None:
                self._below[area.parent_id] += [(form, area.id) for form in forms_of(area.name)]
        for forms in self._below.values():
            forms.sort(key=lambda pair: -len(pair[0]))

    def _forms(self, unit: Unit) -> Iterable[str]:
        """青岭县交通运输局, 县交通运输局 and 交通运输局 are one."""
        county = plain(self._known.county.name)
        for name in {plain(unit.name), plain(unit.short_name)}:
            bare = name.removeprefix(county).removeprefix("县")
            yield from {name, bare, f"县{bare}", f"{county}{bare}"} if name.startswith(("县", county)) else {name}

    def units(self, words: str, area_id: int) -> list[int]:
        """Several are parted by 、; the first leads. Raises Refused for one that is not known, or not the only one."""
        names = [name for name in map(plain, BETWEEN_UNITS.split(words)) if name]
        return list(dict.fromkeys(self._unit(name, area_id) for name in names))

    def _unit(self, name: str, area_id: int) -> int:
        found = self._units.get(name, set())
        if len(found) > 1:
            found = self._nearest(found, area_id)
        if not found:
            raise Refused(NO_SUCH_UNIT, name=name[:40])
        if len(found) > 1:
            raise Refused(SEVERAL_UNITS, name=name[:40])
        return next(iter(found))

    def _nearest(self, units: set[int], area_id: int) -> set[int]:
        """Every town has its 便民服务中心: that of the wish's own town is meant."""
        for area in self._known.lineage(area_id):
            here = {unit for unit in units if self._known.units[unit].area_id == area.id}
            if here:
                return here
        return units

    def area(self, words: str, base: int) -> int | None:
        """The place as far down as the words lead, at or below `base`; None when they lead nowhere."""
        rest = self._without_the_way_to(base, BETWEEN_PLACES.sub("", plain(words)).translate(DIGITS))
        below = self._descend(base, rest)
        return self._only_one(base, rest) if below == base and rest else below

    def _without_the_way_to(self, base: int, words: str) -> str:
        for area in reversed(self._known.lineage(base)):
            words = words.removeprefix(plain(area.name).translate(DIGITS))
        return words

    def _descend(self, area_id: int, words: str) -> int:
        for form, below in self._below[area_id]:
            if words.startswith(form):
                return self._descend(below, words[len(form) :])
        return area_id

    def _only_one(self, base: int, words: str) -> int | None:
        """双喜村 without its town, where there is only one of that name."""
        path = self._known.areas[base].path
        found = [(name, area) for name, area in self._areas if words.startswith(name) and area.path.startswith(path)]
        if len(found) != 1:
            return None
        name, area = found[0]
        return self._descend(area.id or base, words[len(name) :])

    def category(self, words: str) -> str | None:
        """Its key. Of 城乡建设/道路交通 the last part that is known counts."""
        parts = [words, *reversed(re.split(r"[/>\\›-]+", words))]
        names = [plain(part) for part in parts]
        bare = [re.sub(r"(类|问题|事项)$", "", name) for name in names]
        return next((self._categories[name] for name in (*names, *bare) if name in self._categories), None)


def forms_of(name: str) -> Iterator[str]:
    """3组, 三组 and 第三组 are one; so are 清溪 and 清溪镇."""
    name = plain(name).translate(DIGITS)
    yield from (name, f"第{name}")
    stem = next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), "")
    if len(stem) >= STEM_LEAST:
        yield stem
