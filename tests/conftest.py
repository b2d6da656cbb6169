"""What every test stands on: no settings of this machine, one known key, and the fixtures of tests/support."""

import gc
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from service import keys
from tests.support.keys import KEYRING

pytest_plugins = [
    "tests.support.app",
    "tests.support.browser",
    "tests.support.databases",
    "tests.support.s3",
    "tests.support.server",
]

# Two busy cores are no reason to call an example slow.
settings.register_profile("weiyuan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("weiyuan")

# What the test client says of itself is none of the service's log.
logging.getLogger("httpx2").setLevel(logging.WARNING)


def pytest_collection_finish() -> None:
    """Ten thousand collected tests are no rubbish: Python need not look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever reads the settings in a test gets the defaults, and a place to write outside the project."""
    var_dir = tmp_path_factory.mktemp("var")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("WEIYUAN_") and "_TEST_" not in name]:
            patch.delenv(name)
        patch.setenv("WEIYUAN_DATABASE_URL", f"sqlite:///{var_dir / 'weiyuan.db'}")
        patch.setenv("WEIYUAN_VAR_DIR", str(var_dir))
        patch.setenv("WEIYUAN_KEY_FILE", str(var_dir / "key"))
        patch.setenv("WEIYUAN_FILES_URL", str(var_dir / "files"))
        yield


@pytest.fixture(autouse=True)
def known_key() -> Iterator[None]:
    keys.use(KEYRING)
    yield
    keys.use(None)
