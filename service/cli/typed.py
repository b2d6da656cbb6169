"""What was typed after a command, checked by the very class that is an administrator's form."""

from typing import Any, TypeVar

from pydantic import ValidationError

from service.administration.commands import AdminCommand
from service.cli.opening import fail
from service.cli.speech import said
from service.mistakes import sentence_of

C = TypeVar("C", bound=AdminCommand)


def checked(kind: type[C], **typed: Any) -> C:
    """Exits with a sentence for each field that has to be mended."""
    try:
        return kind(**typed)
    except ValidationError as error:
        raise fail("\n".join(said(*sentence_of(mistake, kind)) for mistake in error.errors())) from None
