"""The channels, a line each."""

from notifications.channels.base import Channel
from notifications.channels.email_smtp import Email
from notifications.channels.inbox import Inbox
from notifications.channels.sms import Sms
from notifications.channels.wechat import WeChat
from notifications.channels.wecom import WeCom
from notifications.notices import ChannelName

CHANNELS: dict[ChannelName, Channel] = {
    ChannelName.inbox: Inbox(),
    ChannelName.wecom: WeCom(),
    ChannelName.email: Email(),
    ChannelName.sms: Sms(),
    ChannelName.wechat: WeChat(),
}
