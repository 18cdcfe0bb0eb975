"""What a school turns off is off: in the page, and for whoever asks the server past it."""

import urllib.error
import urllib.request

import pytest

from fmnist_app.photo import inputs
from fmnist_app.switches import Switches
from tests.drivers import GARMENT, ROOT, AppServer, open_app


def test_all_is_on_unless_the_environment_says_off():
    assert Switches.configured({}) == Switches(True, True, True)
    chosen = Switches.configured({"FMNIST_UPLOADS": "OFF", "FMNIST_CAMERA": "on", "FMNIST_ROOMS": " off "})
    assert chosen == Switches(False, True, False)
    with pytest.raises(ValueError, match="FMNIST_ROOMS must be on or off, received 'maybe'"):
        Switches.configured({"FMNIST_ROOMS": "maybe"})


@pytest.mark.parametrize(
    ("switches", "ways"),
    [
        (Switches(uploads=False), ["Sample", "Camera", "Draw"]),
        (Switches(camera=False), ["Sample", "Upload", "Draw", "Paste"]),
        (Switches(uploads=False, camera=False), ["Sample", "Draw"]),
    ],
)
def test_a_way_that_is_off_is_not_offered_and_not_in_the_address(monkeypatch, switches, ways):
    monkeypatch.setattr(inputs, "SWITCHES", switches)
    assert inputs.ways() == ways
    app = open_app(GARMENT, way="Upload" if not switches.uploads else "Camera")
    assert not app.exception
    assert not app.get("file_uploader")
    assert not app.get("camera_input")


@pytest.fixture(scope="module")
def closed():
    server = AppServer(ROOT, FMNIST_UPLOADS="off", FMNIST_CAMERA="off", FMNIST_ROOMS="off")
    yield server.address
    server.stop()


def test_a_server_without_rooms_answers_no_pulse_and_forbids_the_camera(closed):
    with urllib.request.urlopen(f"{closed}/class-pulse", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/html")  # the page, as for any other address
        assert "camera=()," in answer.headers["Permissions-Policy"]
    request = urllib.request.Request(f"{closed}/_stcore/upload_file/some/file", b"x", method="PUT")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert refused.value.code in (400, 403)
