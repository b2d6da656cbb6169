"""weiyuan serve"""

from typing import Annotated

import typer
import uvicorn

from service.cli.opening import county_database
from service.settings import settings

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer requests.", min=1, max=64)] = None,
) -> None:
    """Answer requests and do the timed work, until it is told to stop (Ctrl-C)."""
    chosen = settings()
    with county_database():
        pass
    uvicorn.run(
        "service.app:create_app",
        factory=True,
        host=host or chosen.host,
        port=port or chosen.port,
        workers=workers or chosen.workers,
        proxy_headers=True,
        forwarded_allow_ips=chosen.forwarded_allow_ips,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=20,
    )
