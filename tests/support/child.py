"""What another process of the service does in a test: python -m tests.support.child write|lead|work URL NAME."""

import sys
import time
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from service.database import Database
from service.jobs import Job, Surroundings, Tally
from service.leadership import Leadership, lock_for
from service.models import Attempt
from service.scheduler import Clockwork
from service.settings import Settings


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def write(database: Database, name: str) -> None:
    """Write rows without end, half of them by themselves and half together; say each one that is on disk."""
    number = 0
    while True:
        number += 1
        row = {"kind": name, "who": str(number), "since": datetime.now(UTC), "until": datetime.now(UTC)}

        def act(session: Session, row: dict[str, object] = row) -> None:
            session.add(Attempt.model_validate(row))

        if number % 2:
            database.together(act)
        else:
            with database.writing() as session:
                act(session)
        say(str(number))


def lead(database: Database, name: str) -> None:
    """Ask for the lead, and say every tenth of a second whether it is ours."""
    leadership = Leadership(lock_for(database), beat=0.1)
    leadership.start()
    while True:
        say(f"{time.monotonic():.2f} {'leads' if leadership.is_ours else 'follows'}")
        time.sleep(0.1)


def work(database: Database, name: str) -> None:
    """Run the clockwork with one job that says that it ran."""

    def speak(around: Surroundings) -> Tally:
        say("ran")
        return Tally(done=1)

    job = Job("speak", speak, every=timedelta(seconds=0.2))
    Clockwork(database, Settings(), (job,), beat=0.1).start()
    time.sleep(3600)


ACTS = {"write": write, "lead": lead, "work": work}

if __name__ == "__main__":
    verb, url, name = sys.argv[1:]
    ACTS[verb](Database(url), name)
