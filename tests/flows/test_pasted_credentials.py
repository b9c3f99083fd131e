"""What people paste."""

import pytest

from custom_components.music_sync.pasted_credentials import pasted_value


@pytest.mark.parametrize(
    "pasted",
    [
        "to_KEN-1=",
        "  to_KEN-1=\n",
        '"to_KEN-1="',
        "'to_KEN-1=',",
        "“to_KEN-1=”",
        "X-User-Auth-Token: to_KEN-1=",
        "x-user-auth-token:to_KEN-1=",
        "X-User-Auth-Token\tto_KEN-1=".replace("\t", ": "),
        "X-App-Id: 798273057 X-User-Auth-Token: to_KEN-1= Accept: */*",
        "-H 'X-User-Auth-Token: to_KEN-1=' \\",
        '"x-user-auth-token": "to_KEN-1=",',
        '{"user_auth_token":"to_KEN-1=","user":{}}',
        "app_id=798273057&user_auth_token=to_KEN-1=&limit=1",
    ],
)
def test_token(pasted: str) -> None:
    """The token is found however it was copied."""
    assert pasted_value(pasted, "X-User-Auth-Token") == "to_KEN-1="


@pytest.mark.parametrize(
    "pasted", ["798273057", " 798273057 ", "X-App-Id: 798273057", "app_id=798273057", '"appId":"798273057"']
)
def test_app_id(pasted: str) -> None:
    """The app id is found however it was copied."""
    assert pasted_value(pasted, "X-App-Id") == "798273057"


def test_nothing() -> None:
    """Nothing stays nothing."""
    assert pasted_value(" \n", "X-App-Id") == ""
