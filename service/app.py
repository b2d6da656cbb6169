"""The composition root: one application from settings, with its routes, its middleware and its clockwork."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from service import api_docs, errors, health, keys, logs, middleware, timekeeper, web
from service.accounts import account_pages
from service.accounts import api as accounts_api
from service.accounts import pages as accounts
from service.administration import pages as administration
from service.claims import api as claims_api
from service.claims import claim_pages, pairing_pages
from service.claims import figures as claim_figures
from service.claims import pages as claims
from service.claims import told as claims_told
from service.database import Database
from service.demo.sign_ins import demo_people
from service.endorsements import pages as endorsement_pages
from service.endorsements import told as endorsed
from service.errors import NotSignedIn
from service.follow_ups import pages as follow_ups
from service.follow_ups import panels as follow_up_panels
from service.issues import answer_pages as issue_answer_pages
from service.issues import api as issues_api
from service.issues import issue_pages, told
from service.issues import pages as issues
from service.issues import public_pages as public_issues
from service.keys import Keyring
from service.outbox import pages as outbox
from service.oversight import api as oversight_api
from service.oversight import look_pages
from service.oversight import pages as oversight_pages
from service.oversight import panels as oversight_panels
from service.reports import api as reports_api
from service.reports import pages as reports
from service.reports import public as public_reports
from service.reports.documents import api as documents_api
from service.reports.documents import pages as documents
from service.reports.telling import Elsewhere
from service.scheduler import Clockwork
from service.settings import Settings, settings
from service.signals import pages as signal_pages
from service.tickets import api as tickets_api
from service.tickets import (
    ask_register_pages,
    consent_pages,
    entry_pages,
    inquiry,
    kin,
    meeting_pages,
    queue_pages,
    receipts,
    register_pages,
    resident_pages,
    track_pages,
    tracking_pages,
    voice_told,
)
from service.tickets import pages as tickets
from service.tickets.panels import AlikeOf, FiguresOf, PanelOf, PressingOf, Register, ToldOf
from service.wall import api as wall_api
from service.wall import feed as wall_feed
from service.wall import notice_pages as village_notices
from service.wall import pages as wall
from service.wall import photos as wall_photos
from service.whistles import api as whistles_api
from service.whistles import blow_pages as whistle_blow_pages
from service.whistles import figures as whistle_figures
from service.whistles import pages as whistle_pages
from service.whistles import panels as whistle_panels
from service.whistles import score_pages as whistle_score_pages
from workflows.measures import DELIVERED, REPORT_IN

# Tried one after the other for every request: what villagers and programs ask most often comes first.
ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    tickets_api.router,
    resident_pages.router,
    endorsement_pages.router,
    receipts.router,
    consent_pages.router,
    tracking_pages.router,
    track_pages.router,
    wall_feed.router,
    wall_photos.router,
    wall.router,
    accounts.router,
    account_pages.router,
    queue_pages.router,
    entry_pages.router,
    meeting_pages.router,
    whistle_blow_pages.router,
    tickets.router,
    whistle_score_pages.router,
    whistle_pages.router,
    issues.router,
    issue_answer_pages.router,
    issue_pages.router,
    public_issues.router,
    register_pages.router,
    ask_register_pages.router,
    claims.router,
    claim_pages.router,
    claims_api.router,
    pairing_pages.router,
    village_notices.router,
    oversight_pages.router,
    signal_pages.router,
    follow_ups.router,
    outbox.router,
    reports.router,
    documents.router,
    administration.router,
    accounts_api.router,
    whistles_api.router,
    oversight_api.router,
    reports_api.router,
    documents_api.router,
    issues_api.router,
    wall_api.router,
    api_docs.router,
)

# What the slices above the tickets show on the tickets' pages, in this order.
PANELS: tuple[PanelOf, ...] = (
    inquiry.beside_ticket,
    kin.beside_ticket,
    oversight_panels.beside_ticket,
    whistle_panels.beside_ticket,
    claims_told.beside_ticket,
    told.beside_ticket,
    endorsed.beside_ticket,
    wall_photos.beside_ticket,
    follow_up_panels.panel_of,
    look_pages.beside_ticket,
)
TOLD_BESIDES: tuple[ToldOf, ...] = (
    voice_told.told_to_villager,
    kin.told_to_villager,
    whistle_panels.told_to_villager,
    claims_told.told_to_villager,
    told.told_to_villager,
    endorsed.told_to_villager,
)
ALIKE: AlikeOf = endorsement_pages.alike_panel
PUBLIC_FIGURES: FiguresOf = public_reports.for_everybody
REGISTERS: tuple[Register, ...] = (
    *ask_register_pages.REGISTERS,
    whistle_panels.REGISTER,
    claims.REGISTER,
    pairing_pages.REGISTER,
    told.REGISTER,
    *oversight_pages.REGISTERS,
    signal_pages.REGISTER,
    follow_up_panels.REGISTER,
    follow_up_panels.SAMPLING,
    village_notices.REGISTER,
    documents.REGISTER,
    documents.TEMPLATES,
)
FIGURES_ELSEWHERE: tuple[Elsewhere, ...] = (
    Elsewhere(REPORT_IN, whistle_figures.reported_in_time, whistle_figures.was_due, whistle_figures.not_yet_due),
    Elsewhere(DELIVERED, claim_figures.delivered, claim_figures.over, claim_figures.running),
)
PRESSING: tuple[PressingOf, ...] = (whistle_panels.not_reported_in,)
PLANNED_FOR_ISSUES: tuple[told.PlannedOf, ...] = (whistle_panels.told_of_issue,)


def create_app(given: Settings | None = None) -> FastAPI:
    """Nothing is opened until the server starts: `_lifespan` opens and closes everything."""
    chosen = given or settings()
    logs.configure(chosen.log_json, chosen.log_level)
    app = FastAPI(
        title=api_docs.TITLE,
        description=api_docs.DESCRIPTION,
        version="1",
        lifespan=_lifespan,
        openapi_url=api_docs.OPENAPI,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = chosen
    app.state.panels, app.state.told_besides, app.state.registers = PANELS, TOLD_BESIDES, REGISTERS
    app.state.planned_for_issues, app.state.pressing = PLANNED_FOR_ISSUES, PRESSING
    app.state.alike, app.state.public_figures = ALIKE, PUBLIC_FIGURES
    app.state.figures_elsewhere = FIGURES_ELSEWHERE
    app.state.demo_people = demo_people() if chosen.demo else ()
    keyring = Keyring.load(chosen.key_file, _plain(chosen.secret_key))
    keys.use(keyring)
    web.set_up(app, _face(chosen, keyring))
    errors.install(app, web.error_page, web.say)
    app.add_exception_handler(NotSignedIn, accounts.ask_to_sign_in)
    middleware.install(app, chosen)
    app.add_middleware(health.Measured)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=router.prefix.startswith(api_docs.PREFIX))
    return app


def served_app() -> FastAPI:
    """For a process that does nothing else: what is there at its start stays until it ends, and looking through it
    again and again for rubbish would hold up everybody who waits."""
    app = create_app()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    return app


def _face(chosen: Settings, keyring: Keyring) -> web.Face:
    key = keyring.mark("flash", b"")
    spoken = (chosen.language, *(each for each in chosen.offered_languages if each != chosen.language))
    return web.Face(
        chosen.county_name, chosen.time_zone, key, chosen.language, chosen.secure_cookies, outbox.bell, spoken
    )


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Opened in this order, closed in the other one; a request in flight is answered before the database goes."""
    chosen: Settings = app.state.settings
    to_thread.current_default_thread_limiter().total_tokens = chosen.pool_size
    database = Database(chosen.database_url, chosen.pool_size)
    database.verify()
    app.state.database = database
    clockwork = Clockwork(database, chosen, lock=timekeeper.stand_in(database)) if chosen.scheduler else None
    app.state.clockwork = clockwork
    if clockwork:
        clockwork.start()
    try:
        yield
    finally:
        if clockwork:
            clockwork.stop()
        database.close()
