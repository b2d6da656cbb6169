"""The one secret key of all tests, so that a test reads what a server that it started has sealed."""

from service.keys import Keyring

TEST_KEY = "d2VpeXVhbi10ZXN0cy11c2UtdGhpcy1vbmUta2V5LS0="
KEYRING = Keyring.parse(TEST_KEY)
