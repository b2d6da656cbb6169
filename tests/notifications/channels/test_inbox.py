"""The bell in the workbench."""

from notifications.channels import CHANNELS
from notifications.channels.base import Addressee, Outgoing, Tools, http_client
from notifications.notices import ChannelName


def test_the_row_itself_is_the_message() -> None:
    with http_client() as http:
        CHANNELS[ChannelName.inbox].send(Outgoing("1", "", "s", "b"), Tools(http))
    assert not CHANNELS[ChannelName.inbox].rings


def test_robots_speak_to_a_unit_and_the_others_to_a_person() -> None:
    assert {name: channel.addressee for name, channel in CHANNELS.items()} == {
        ChannelName.inbox: Addressee.person,
        ChannelName.wecom: Addressee.unit,
        ChannelName.email: Addressee.person,
        ChannelName.sms: Addressee.villager,
        ChannelName.wechat: Addressee.villager,
    }
