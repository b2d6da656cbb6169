"""What the county may set: from the environment (WEIYUAN_…), from a .env file, or as it comes."""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from notifications.channels.base import ROBOT_HOST
from service.fitness import Unfit

PREFIX = "WEIYUAN_"
ENV_FILE = ".env"
HIDDEN = "********"
LANGUAGES = frozenset({"zh", "en", "ug"})
ADDRESSES = frozenset({"database_url", "files_url", "smtp_url", "sms_url", "wechat_url"})

Source = Literal["default", ".env", "environment"]


class Settings(BaseSettings):
    """Every setting, its default and what it is for."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: str = Field(
        "sqlite:///var/weiyuan.db", repr=False, description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
    )
    pool_size: int = Field(8, ge=1, le=64, description="Database connections and working threads of one process")
    var_dir: Path = Field(Path("var"), description="Where the service may write")
    files_url: str = Field(
        "var/files", repr=False, description="Where photographs are kept: a folder, or s3://BUCKET/PREFIX"
    )

    key_file: Path = Field(Path("var/key"), description="File with the sealing keys, one a line, the first one seals")
    secret_key: SecretStr | None = Field(None, description="The sealing keys themselves, in place of the file")

    base_url: str = Field("", description="How the outside reaches the service; empty: as each request came in")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=64, description="Processes that answer requests")
    secure_cookies: bool = Field(False, description="Cookies over HTTPS only: true wherever HTTPS is used")
    forwarded_allow_ips: str = Field("127.0.0.1", description="Proxies whose X-Forwarded-For is believed")

    county_name: str = Field("示范县", description="The county's name, as screens and letters show it")
    time_zone: str = Field("Asia/Shanghai", description="The county's wall clock")
    language: Literal["zh", "en"] = Field("zh", description="Language where the browser asks for none")

    bulletin_day: int = Field(1, ge=1, le=28, description="The day of the month on which a bulletin's month begins")

    town_bulletins: bool = Field(
        False, description="Whether the month's papers are made by themselves for every town, as for the county"
    )

    languages: str = Field(
        "zh,en", description="Languages that villagers may choose, with commas between them: zh, en, ug (see Languages)"
    )

    smtp_url: SecretStr | None = Field(None, description="smtp://USER:PASSWORD@HOST:PORT, or smtps://…; none: no mail")
    robot_hosts: str = Field(
        ROBOT_HOST, description="Hosts of group robots, with commas between them; a private 企业微信 has its own"
    )
    mail_from: str = Field("weiyuan@localhost", description="Sender of the mails")

    sms_url: SecretStr | None = Field(
        None, description="aliyun://KEY:SECRET@dysmsapi.aliyuncs.com?sign=NAME&template=SMS_1; none: no short messages"
    )
    wechat_url: SecretStr | None = Field(
        None,
        description="wechat://APPID:SECRET@api.weixin.qq.com?template=ID&fields=NUMBER,SENTENCE; none: no 公众号",
    )

    scheduler: bool = Field(True, description="May this process lead the timed work?")
    max_body_mb: int = Field(40, ge=1, le=1024, description="The largest request that is read, in MiB")
    wishes_an_hour: int = Field(
        300, ge=1, le=1_000_000, description="From one address, before the form asks for a minute's patience"
    )
    log_json: bool = Field(False, description="Log lines as JSON, for machines")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least line worth logging")
    demo: bool = Field(False, description="A demonstration: shows the demo sign-ins on the sign-in page")

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("no time zone has this name; one is written like Asia/Shanghai") from None
        return name

    @field_validator("base_url")
    @classmethod
    def _is_the_root_of_a_site(cls, url: str) -> str:
        """Pages name one another from the root: the service has a host name of its own, and no folder of another's."""
        root = url.rstrip("/")
        if root and not re.fullmatch(r"https?://[^/?#@\s]+", root):
            raise ValueError("write https://HOST or https://HOST:PORT, without a folder behind it")
        return root

    @field_validator("files_url")
    @classmethod
    def _is_a_place_for_files(cls, url: str) -> str:
        scheme, is_address, _rest = url.partition("://")
        if is_address and scheme not in {"s3", "file"}:
            raise ValueError("photographs lie in a folder, or at s3://BUCKET/PREFIX")
        return url

    @property
    def here(self) -> str:
        """Where a browser on this very machine finds the service; nobody can open 0.0.0.0."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @field_validator("languages")
    @classmethod
    def _are_languages(cls, names: str) -> str:
        if strangers := {each.strip() for each in names.split(",")} - LANGUAGES:
            raise ValueError(f"there is no catalogue for {', '.join(sorted(strangers))}; there are zh, en and ug")
        return names

    @property
    def offered_languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.strip() for each in self.languages.split(",")))

    @property
    def allowed_robot_hosts(self) -> frozenset[str]:
        return frozenset(host.strip().lower() for host in self.robot_hosts.split(","))


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once. Raises Unfit, with the names of the variables that mean nothing."""
    try:
        return Settings()
    except ValidationError as error:
        raise Unfit("\n".join(_told(mistake) for mistake in error.errors())) from None


def _told(mistake: ErrorDetails) -> str:
    given = without_password(str(mistake["input"]))
    return f"{variable_of(str(mistake['loc'][0]))}={given}: {mistake['msg'].removeprefix('Value error, ')}."


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `weiyuan settings`."""

    name: str
    variable: str
    value: str
    source: Source
    description: str


def listing(of: Settings) -> list[Listed]:
    """Every setting with its value and where that came from; secrets are hidden."""
    return [
        Listed(name, variable_of(name), _shown(name, getattr(of, name)), source_of(name), field.description or "")
        for name, field in type(of).model_fields.items()
    ]


def variable_of(name: str) -> str:
    return f"{PREFIX}{name}".upper()


def source_of(name: str) -> Source:
    """The environment goes before the .env file, and that before the default."""
    if _is_set(name, dict(os.environ)):
        return "environment"
    if _is_set(name, dotenv_values(ENV_FILE)):
        return ".env"
    return "default"


def _is_set(name: str, values: dict[str, Any]) -> bool:
    return any(key.upper() == variable_of(name) and value for key, value in values.items())


def _shown(name: str, value: object) -> str:
    text = value.get_secret_value() if isinstance(value, SecretStr) else "" if value is None else str(value)
    if name in ADDRESSES:
        return without_password(text)
    return HIDDEN if isinstance(value, SecretStr) else text


def without_password(address: str) -> str:
    """An address without what lets one in: the password, and whatever hangs on it as a query."""
    address = re.sub(r"\?.*", f"?{HIDDEN}", address)
    return re.sub(r"(?<=//)([^/:]*):.*@", rf"\1:{HIDDEN}@", address)
