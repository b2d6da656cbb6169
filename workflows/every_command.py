"""All commands of all tables by their verb: what reads events has to know the fields of each."""

from workflows.claim_commands import CLAIM_COMMANDS
from workflows.commands import COMMANDS, CommandBase
from workflows.consents import CONSENT_COMMANDS
from workflows.endorsements import ENDORSE_COMMANDS
from workflows.inspections import INSPECTION_COMMANDS
from workflows.issue_commands import ISSUE_COMMANDS
from workflows.wall_photos import WALL_PHOTO_COMMANDS
from workflows.whistle_commands import WHISTLE_COMMANDS

EVERY_COMMAND: dict[str, type[CommandBase]] = {
    **COMMANDS,
    **WHISTLE_COMMANDS,
    **CLAIM_COMMANDS,
    **ISSUE_COMMANDS,
    **INSPECTION_COMMANDS,
    **ENDORSE_COMMANDS,
    **CONSENT_COMMANDS,
    **WALL_PHOTO_COMMANDS,
}
