"""Settings come from three places, and no secret is ever shown."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import HIDDEN, Settings, listing, without_password


def listed(name: str) -> tuple[str, str]:
    line = next(line for line in listing(Settings()) if line.name == name)
    return line.value, line.source


def test_without_any_setting_a_county_runs_on_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEIYUAN_DATABASE_URL")
    assert Settings().database_url == "sqlite:///var/weiyuan.db"
    assert listed("database_url") == ("sqlite:///var/weiyuan.db", "default")


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert listed("port") == ("8000", "default")
    (tmp_path / ".env").write_text("WEIYUAN_PORT=8100\nWEIYUAN_COUNTY_NAME=云溪县\n")
    assert listed("port") == ("8100", ".env")
    monkeypatch.setenv("WEIYUAN_PORT", "8200")
    assert listed("port") == ("8200", "environment")
    assert listed("county_name") == ("云溪县", ".env")


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIYUAN_PORT", "")
    assert listed("port") == ("8000", "default")


def test_every_setting_is_listed_with_what_it_is_for() -> None:
    lines = listing(Settings())
    assert [line.name for line in lines] == list(Settings.model_fields)
    assert [line.name for line in lines if not line.description] == []
    assert all(line.variable == f"WEIYUAN_{line.name.upper()}" for line in lines)


def test_secrets_are_hidden_and_addresses_keep_all_but_their_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIYUAN_SECRET_KEY", "c2VjcmV0")
    monkeypatch.setenv("WEIYUAN_DATABASE_URL", "postgresql://county:pa:ss@w0rd@db/weiyuan?sslpassword=x")
    monkeypatch.setenv("WEIYUAN_SMTP_URL", "smtps://post@county.cn:hunter2@mail:465")
    shown = "\n".join(line.value for line in listing(Settings()))
    assert "c2VjcmV0" not in shown and "w0rd" not in shown and "hunter2" not in shown
    assert listed("secret_key") == (HIDDEN, "environment")
    assert listed("database_url")[0] == f"postgresql://county:{HIDDEN}@db/weiyuan?{HIDDEN}"
    assert listed("smtp_url")[0] == f"smtps://post@county.cn:{HIDDEN}@mail:465"
    assert "w0rd" not in repr(Settings()) and "hunter2" not in repr(Settings())


@pytest.mark.parametrize("address", ["", "var/files", "sqlite:///var/weiyuan.db", "postgresql://db:5432/weiyuan"])
def test_an_address_without_a_password_is_shown_as_it_is(address: str) -> None:
    assert without_password(address) == address


def test_a_time_zone_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIYUAN_TIME_ZONE", "Asia/Langao")
    with pytest.raises((ValidationError, LookupError)):
        Settings()
