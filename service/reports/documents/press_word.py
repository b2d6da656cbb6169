"""A process of its own: a template and what goes into it in, a Word file out; or why the template is not right.

Run as `python -m service.reports.documents.press_word`. It reads JSON: `content` (see `word.py`) and `template`
(base64; without it the service's own, made from the content), and `is_blank` where only that template is wanted. The
template comes from people: it is rendered in a sandbox, with so much memory and time and no more, and a field that
there is not is a mistake and never a gap.
"""

import base64
import io
import json
import re
import resource
import sys
import zipfile
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.reports.documents.codes import LINKED, TOO_MUCH, UNREADABLE, WRONG_FIELD, WRONG_SYNTAX
from service.reports.documents.word_layout import laid_out

MEMORY_MOST, SECONDS_MOST = 2 << 30, 60
"""Bytes and seconds of a processor; ten thousand rows take a third of the one and a tenth of the other."""
NAMED = re.compile(r"'([^']*)' is undefined|has no attribute '([^']*)'")


class Linked(Exception):
    """It would have Word fetch something from somewhere else."""


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST, MEMORY_MOST))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MOST, SECONDS_MOST))
    asked = json.load(sys.stdin)
    try:
        sys.stdout.buffer.write(_written(asked))
    except Linked:
        return _refused(LINKED, "")
    except UndefinedError as wrong:
        return _refused(WRONG_FIELD, _field_in(wrong))
    except (TemplateSyntaxError, SecurityError) as wrong:
        return _refused(WRONG_SYNTAX, str(wrong.message))
    except TemplateError as wrong:
        return _refused(WRONG_SYNTAX, str(wrong))
    except (MemoryError, OverflowError, RecursionError):
        return _refused(TOO_MUCH, "")
    except (TypeError, ArithmeticError) as wrong:
        return _refused(WRONG_SYNTAX, str(wrong))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, NotImplementedError, RuntimeError, OSError):
        return _refused(UNREADABLE, "")
    return 0


def _written(asked: dict[str, Any]) -> bytes:
    template = base64.b64decode(asked["template"]) if asked.get("template") else laid_out(asked["content"])
    return template if asked.get("is_blank") else rendered(template, asked["content"])


def rendered(template: bytes, content: dict[str, Any]) -> bytes:
    document = DocxTemplate(io.BytesIO(template))
    _refuse_links(document.get_docx().part.package)
    written = io.BytesIO()
    document.render(content, ImmutableSandboxedEnvironment(undefined=StrictUndefined), autoescape=True)
    document.save(written)
    return written.getvalue()


def _refuse_links(package: Any) -> None:
    """Addresses to click on may lead where they like; all else (templates, pictures, objects) is fetched unasked."""
    for place in (package, *package.iter_parts()):
        for each in place.rels.values():
            if each.is_external and not each.reltype.endswith("/hyperlink"):
                raise Linked


def _field_in(wrong: UndefinedError) -> str:
    found = NAMED.search(str(wrong.message))
    return (found[1] or found[2]) if found else str(wrong.message)


def _refused(code: int, words: str) -> int:
    sys.stderr.write(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
