"""weiyuan serve"""

import os
import socket
from collections.abc import Callable
from contextlib import nullcontext
from typing import Annotated

import typer
import uvicorn
from pydantic import SecretStr

from notifications.channels.accounts import SmsAccount, WeChatAccount
from notifications.channels.mail_server import MailServer
from service import timekeeper
from service.cli.opening import county_database, fail
from service.cli.speech import warn_of_lacking_letters
from service.settings import Settings, settings, variable_of

app = typer.Typer(add_completion=False)

TAKEN = (
    "{host}:{port} is not to be had ({reason}): perhaps the service runs there already. "
    "End it, or choose another port with --port."
)

USELESS = "{variable} is of no use, and nothing will be sent that way. It is written like this: {shape}."
SENDERS: dict[str, Callable[[str, Settings], object]] = {
    "smtp_url": lambda address, chosen: MailServer.from_url(address, chosen.mail_from),
    "sms_url": lambda address, chosen: SmsAccount.from_url(address),
    "wechat_url": lambda address, chosen: WeChatAccount.from_url(address),
}


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer requests.", min=1, max=64)] = None,
) -> None:
    """Answer requests and do the timed work, until it is told to stop (Ctrl-C)."""
    chosen = _as_called(host, port)
    refuse_taken_port(chosen.host, chosen.port)
    with county_database():
        pass
    _warn_of_useless_addresses(chosen)
    warn_of_lacking_letters()
    processes = workers or chosen.workers
    with timekeeper.beside(chosen) if chosen.scheduler else nullcontext(), timekeeper.counted_together(processes):
        uvicorn.run(
            "service.app:served_app",
            factory=True,
            host=chosen.host,
            port=chosen.port,
            workers=processes,
            proxy_headers=True,
            forwarded_allow_ips=chosen.forwarded_allow_ips,
            server_header=False,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=20,
        )


def _warn_of_useless_addresses(chosen: Settings) -> None:
    """Before the first message that cannot be sent; villagers are served all the same."""
    for name, read in SENDERS.items():
        address: SecretStr | None = getattr(chosen, name)
        try:
            if address is not None:
                read(address.get_secret_value(), chosen)
        except ValueError:
            shape = Settings.model_fields[name].description
            typer.secho(USELESS.format(variable=variable_of(name), shape=shape), fg=typer.colors.YELLOW, err=True)


def refuse_taken_port(host: str, port: int) -> None:
    """Before anything is done that serving is the purpose of."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise fail(TAKEN.format(host=host, port=port, reason=error.strerror)) from None


def _as_called(host: str | None, port: int | None) -> Settings:
    """What was said here is set for all that asks, other processes too: letters hold addresses of this service."""
    said = {"WEIYUAN_HOST": host, "WEIYUAN_PORT": port}
    os.environ.update({name: str(value) for name, value in said.items() if value is not None})
    settings.cache_clear()
    return settings()
