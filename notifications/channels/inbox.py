"""The bell in the workbench: the delivery row itself is the message, so there is nothing to transmit."""

from dataclasses import dataclass

from notifications.channels.base import Addressee, Outgoing, Pace, Tools


@dataclass(frozen=True)
class Inbox:
    addressee: Addressee = Addressee.person
    rings: bool = False
    pace: Pace | None = None

    def send(self, delivery: Outgoing, tools: Tools) -> None:
        return None
