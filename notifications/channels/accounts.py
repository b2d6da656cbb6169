"""What the county has with a sender of short messages and with 微信, each from one address that it sets up."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SMS_SHAPE = "aliyun://KEY:SECRET@dysmsapi.aliyuncs.com?sign=签名&template=SMS_123"
WECHAT_SHAPE = "wechat://APPID:SECRET@api.weixin.qq.com?template=ID&fields=character_string1,thing2"
PLAIN = "+plain"


class WrongAccount(ValueError):
    """WEIYUAN_SMS_URL or WEIYUAN_WECHAT_URL does not say what is needed; the text holds no secret."""


@dataclass(frozen=True)
class SmsAccount:
    """阿里云短信. The template's text belongs to the county; it takes `said` and `token`, and names our address."""

    root: str
    key: str
    secret: str = field(repr=False)
    sign: str
    template: str

    @classmethod
    def from_url(cls, address: str) -> "SmsAccount":
        parts, asked = _read(address, "aliyun", SMS_SHAPE)
        if not {"sign", "template"} <= asked.keys():
            raise WrongAccount(SMS_SHAPE)
        return cls(_root(parts), *_credentials(parts), asked["sign"], asked["template"])


@dataclass(frozen=True)
class WeChatAccount:
    """公众号. `number_field` and `said_field` are what the chosen template calls the number and the sentence."""

    root: str
    app_id: str
    secret: str = field(repr=False)
    template: str
    number_field: str
    said_field: str

    @classmethod
    def from_url(cls, address: str) -> "WeChatAccount":
        parts, asked = _read(address, "wechat", WECHAT_SHAPE)
        named = [name.strip() for name in asked.get("fields", "").split(",")]
        if "template" not in asked or len(named) != 2 or not all(named):
            raise WrongAccount(WECHAT_SHAPE)
        return cls(_root(parts), *_credentials(parts), asked["template"], *named)


@dataclass
class Entrance:
    """The account, and the token that it was last let in with: one for a run of the relay."""

    account: WeChatAccount
    token: str = field(default="", repr=False)


def _read(address: str, scheme: str, shape: str) -> tuple[SplitResult, dict[str, str]]:
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {scheme, scheme + PLAIN} and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not parts.username or not parts.password:
        raise WrongAccount(shape)
    return parts, {name: values[-1] for name, values in parse_qs(parts.query).items()}


def _root(parts: SplitResult) -> str:
    """`…+plain` speaks without TLS: for a relay on the same machine."""
    scheme = "http" if parts.scheme.endswith(PLAIN) else "https"
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}"


def _credentials(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")
