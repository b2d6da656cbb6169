"""What is printed in a process of its own, and what that says when it cannot: press_word.py."""

import subprocess
import sys

from service.errors import Failure
from workflows.words import _

PATIENCE = 180


class PressFailed(Failure):
    """The press ended with this exit code and these last words."""

    sentence = _("文件没有做出来，请稍后再试；如果一直这样，请联系管理员。")

    def __init__(self, code: int, words: str) -> None:
        super().__init__()
        self.code = code
        self.words = words


def press(module: str, given: bytes) -> bytes:
    """What the process wrote. Raises PressFailed."""
    command = [sys.executable, "-m", f"service.reports.documents.{module}"]
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise PressFailed(-1, "timed out") from None
    if done.returncode:
        raise PressFailed(done.returncode, done.stderr.decode(errors="replace").strip()[-500:])
    return done.stdout
