"""What a template may do: name what the report holds, and nothing else whatsoever."""

import base64
import io
import json
import subprocess
import sys

import pytest
from docx import Document
from jinja2 import TemplateError, UndefinedError

from service.reports.documents.codes import LINKED, TOO_MUCH, WRONG_SYNTAX
from service.reports.documents.press import PressFailed, press
from service.reports.documents.press_word import rendered

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = {"title": "月通报", "towns": [{"town": "清溪镇 <b> & {{ title }}"}]}


def template(words: str) -> bytes:
    document, written = Document(), io.BytesIO()
    document.add_paragraph(words)
    document.save(written)
    return written.getvalue()


def test_what_was_typed_stays_what_it_is() -> None:
    made = rendered(template("{{ title }}：{% for row in towns %}{{ row.town }}{% endfor %}"), CONTENT)
    assert Document(io.BytesIO(made)).paragraphs[0].text == "月通报：清溪镇 <b> & {{ title }}"


@pytest.mark.parametrize("words", ["{{ tilte }}", "{% for row in towns %}{{ row.village }}{% endfor %}"])
def test_a_field_that_there_is_not_is_never_a_gap(words: str) -> None:
    with pytest.raises(UndefinedError, match=r"tilte|village"):
        rendered(template(words), CONTENT)


@pytest.mark.parametrize(
    "words",
    [
        "{{ title.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ towns.append(1) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include 'secrets' %}",
        "{{ title",
    ],
)
def test_a_template_reaches_nothing_beyond_the_report(words: str) -> None:
    with pytest.raises((TemplateError, TypeError)):
        rendered(template(words), CONTENT)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("{{ 'x' * 10 ** 11 }}", TOO_MUCH),
        ("{{ range(10 ** 9) }}", TOO_MUCH),
        ("{{ 1 / 0 }}", WRONG_SYNTAX),
        ("{{ title() }}", WRONG_SYNTAX),
    ],
)
def test_what_a_template_cannot_have_is_told_to_whoever_sent_it(words: str, code: int) -> None:
    """The memory of the machine is for everybody; and a slip of the pen is no breakdown of the service."""
    asked = {"content": CONTENT, "template": base64.b64encode(template(words)).decode()}
    with pytest.raises(PressFailed) as failed:
        press("press_word", json.dumps(asked).encode())
    assert failed.value.code == code


@pytest.mark.parametrize("kind", ["attachedTemplate", "image", "oleObject"])
def test_a_template_brings_along_nothing_from_elsewhere(kind: str) -> None:
    """Word fetches it, with the reader's name, from everybody who opens the bulletin."""
    document, written = Document(), io.BytesIO()
    document.part._settings_part.relate_to("http://198.51.100.7/x.dotm", f"{RELATIONS}/{kind}", is_external=True)
    document.save(written)
    asked = {"content": CONTENT, "template": base64.b64encode(written.getvalue()).decode()}
    with pytest.raises(PressFailed) as failed:
        press("press_word", json.dumps(asked).encode())
    assert failed.value.code == LINKED


def test_an_address_to_click_on_is_nothing_from_elsewhere() -> None:
    document, written = Document(), io.BytesIO()
    document.add_paragraph("{{ title }}").part.relate_to(
        "https://wish.example", f"{RELATIONS}/hyperlink", is_external=True
    )
    document.save(written)
    assert Document(io.BytesIO(rendered(written.getvalue(), CONTENT))).paragraphs[0].text == "月通报"


def test_the_service_itself_loads_nothing_that_prints() -> None:
    """Memory and the time to start are for everybody, and papers are for a few."""
    asked = "import sys, service.app; print(sorted({'weasyprint', 'docx', 'docxtpl'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
