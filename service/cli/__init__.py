"""`weiyuan`: the command line. Each command lives in a module of its own, loaded only when it is called."""

import errno
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from service.fitness import Unfit

COMMANDS: dict[str, str] = {
    # command      module of service.cli
    "serve": "serve",
    "migrate": "migrate",
    "backup": "backup",
    "demo": "demo",
    "simulate": "simulate",
    "check": "check",
    "figures": "figures",
    "report": "report",
    "link": "link",
    "import": "wishes_in",
    "export": "wishes_out",
    "user": "user",
    "settings": "settings",
    "version": "version",
}


class CommandTable(TyperGroup):
    """Reads the table above; the module's `app` is one command, or a group of them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = typer.main.get_command(import_module(f"service.cli.{module}").app)
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> Any:
        """Any command may ask for a setting, and the first one to ask finds it wrong; any file may be out of reach."""
        try:
            return super().invoke(ctx)
        except Unfit as unfit:
            raise _said(str(unfit)) from None
        except Exception as error:
            # Writers of sheets wrap what the machine has told them.
            told = error if isinstance(error, OSError) else next(iter(error.args), None)
            if not isinstance(told, OSError) or told.errno == errno.EPIPE:
                raise
            raise _said(f"{told.filename or 'The machine'}: {told.strerror or told}.") from None


def _said(sentence: str) -> typer.Exit:
    typer.secho(sentence, fg=typer.colors.RED, err=True)
    return typer.Exit(1)


app = typer.Typer(
    cls=CommandTable,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="微愿: citizens' micro-wishes, from a villager's phone to an answer. Settings: `weiyuan settings`.",
)


@app.callback()
def main() -> None:
    """微愿: citizens' micro-wishes, from a villager's phone to an answer."""
