"""A class in Chromium: what a student's page receives, a drawing that is handed in, hidden and reported."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core import CLASS_NAMES, load_test
from fmnist_core.classroom import activities, codes
from fmnist_core.classroom.activities import Activity, Answer
from tests.drivers import open_page, settled
from tests.lesson import SCREEN, counted, hand_in_a_line, press

pytestmark = pytest.mark.browser
PICTURE = 4093
PLAN = (Activity("predict", (PICTURE,)), Activity("exit", (), "sure"))
TRUE = CLASS_NAMES[load_test().labels[PICTURE]]


@pytest.mark.parametrize("class_address", ["sqlite"], indirect=True)
def test_a_vote_that_was_lost_on_the_way_is_sent_again(class_server, school, screens):
    rooms, answers = school
    room, _ = rooms.open(PLAN, "resnet", 7)
    rooms.go(room, 0, "question")
    token = rooms.join(room.code, "here")[2]
    phone = screens()
    phone.add_init_script(
        "const send = WebSocket.prototype.send;"
        "window.count = 0;"
        "WebSocket.prototype.send = function (...sent) { window.count++; if (!window.isCut) send.apply(this, sent) }"
    )
    open_page(phone, f"{class_server.address}/class?room={room.code}&seat={token}")
    press(phone, "Coat")
    phone.evaluate("window.isCut = true")
    press(phone, "75%")
    phone.wait_for_timeout(500)
    phone.evaluate("window.isCut = false")
    assert answers.given(room) == []
    expect(counted(phone)).to_contain_text("Coat, 75% sure")
    press(phone, "Dress")  # each of these at once, before the answer to the one before
    press(phone, "95%")
    expect(counted(phone)).to_contain_text("Dress, 95% sure")
    settled(phone)
    (vote,) = answers.given(room)
    assert (vote.answer.choice, vote.answer.confidence) == (CLASS_NAMES.index("Dress"), 95)
    for share in ("95%", "75%", "95%", "95%"):  # the last ones change nothing
        press(phone, share)
    settled(phone)
    sent = phone.evaluate("window.count")
    phone.wait_for_timeout(5000)
    assert phone.evaluate("window.count") == sent  # nothing is sent again that is counted


@pytest.mark.parametrize("class_address", ["sqlite"], indirect=True)
def test_a_student_receives_no_secret_no_other_answer_and_nothing_of_an_open_question(class_server, school, screens):
    rooms, answers = school
    room, secret = rooms.open(PLAN, "resnet", 7)
    rooms.go(room, 0, "question")
    seats = [rooms.join(room.code, "here") for _ in range(3)]
    token = seats[0][2]
    for _, _, other in seats[1:]:
        answers.give(other, 0, 1, 0, Answer(choice=CLASS_NAMES.index("Sneaker"), confidence=95))
    phone, traffic, addresses = screens(), [], []

    def keep(frame):  # Playwright marks its listeners: a builtin takes no mark
        traffic.append(frame)

    phone.on("websocket", lambda ws: (ws.on("framereceived", keep), ws.on("framesent", keep)))
    phone.on("response", lambda response: addresses.append(response.url))
    open_page(phone, f"{class_server.address}/class?room={room.code}&seat={token}")
    expect(phone.get_by_role("button", name="Ankle boot")).to_be_visible()

    def received():
        return b"".join(f if isinstance(f, bytes) else f.encode() for f in traffic).decode("utf-8", "replace")

    counts = {name: len(re.findall(rf"\b{re.escape(name)}\b", received())) for name in CLASS_NAMES}
    assert min(counts.values()) > 0
    assert len(set(counts.values())) == 1, f"one class is named more often than the others: {counts}"
    said = next(name for name in CLASS_NAMES if name not in (TRUE, "Sneaker"))
    press(phone, said)
    press(phone, "75%")
    expect(counted(phone)).to_contain_text(said)
    for phase, words in (("closed", "The vote is closed"), ("discuss", "Convince"), ("again", "Vote again")):
        rooms.go(rooms.remote(secret), 0, phase)
        expect(phone.get_by_text(words).last).to_be_visible()
    settled(phone)
    text = received()
    counts = {name: len(re.findall(rf"\b{re.escape(name)}\b", text)) for name in CLASS_NAMES if name != said}
    assert len(set(counts.values())) == 1, f"one class is named more often than the others: {counts}"
    assert str(PICTURE) not in text
    drawn = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert not re.search(r"fm-bars|It is:|have answered|% confidence", drawn)
    for key in (secret, codes.projector_token(secret), *(other for *_, other in seats[1:])):
        assert key not in text
    names = [seat.name for _, seat, _ in seats[1:]]
    assert not [name for name in names if re.search(rf"\b{name}\b", text)]
    assert not [address for address in addresses if "Plotly" in address or "vega" in address.lower()]
    assert len(text) < 900_000
    rooms.go(rooms.remote(secret), 0, "revealed")
    expect(phone.get_by_text(f"It is: {TRUE}")).to_be_visible()


@pytest.mark.parametrize("class_address", ["sqlite"], indirect=True)
def test_a_drawing_is_handed_in_hidden_and_the_report_opens_without_a_network(class_server, school, screens, tmp_path):
    rooms, answers = school
    room, secret = rooms.open((Activity("fool", (743,)),), "resnet", 7)
    rooms.go(room, 0, "question")
    token = rooms.join(room.code, "here")[2]
    phone = screens()
    open_page(phone, f"{class_server.address}/class?room={room.code}&seat={token}")
    hand_in_a_line(phone)
    (given,) = answers.given(room)
    drawn, start = given.answer.drawing, load_test().images[743].tobytes()
    assert 28 <= sum(a != b for a, b in zip(drawn, start, strict=True)) < 28 * 5
    teacher = screens(SCREEN)
    open_page(teacher, f"{class_server.address}/class?room={room.code}&secret={secret}")
    teacher.get_by_text("Drawings", exact=True).click()
    expect(teacher.get_by_role("button", name="Hide", exact=True)).to_be_visible()
    settled(teacher)
    press(teacher, "Hide")
    expect(teacher.get_by_role("button", name="Show", exact=True)).to_be_visible()
    assert answers.given(room)[0].hidden
    press(teacher, "Show")
    expect(teacher.get_by_role("button", name="Hide", exact=True)).to_be_visible()
    teacher.get_by_text("Report and end", exact=True).click()
    with teacher.expect_download() as download:
        press(teacher, "Report")
    file = tmp_path / "report.html"
    download.value.save_as(file)
    reader = screens(SCREEN)
    asked = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.context.set_offline(True)
    reader.goto(file.as_uri())
    expect(reader.get_by_role("heading", name="1. Fool it")).to_be_visible()
    assert [address for address in asked if not address.startswith(("file:", "data:"))] == []
    assert reader.evaluate("[...document.images].every(image => image.naturalWidth === 28)")
    press(teacher, "Wipe the room")
    press(teacher, "Wipe it now")
    expect(teacher.get_by_role("heading", name="Open a room")).to_be_visible()
    expect(phone.get_by_text("This seat is not there any more")).to_be_visible()


AT_ONCE = """
const ask = window.fetch
window.fetch = async (where, ...rest) => {
  if (!window.press || !String(where).includes("class-pulse")) return ask(where, ...rest)
  const button = [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === window.press)
  window.press = ""
  button.click()
  await new Promise((resolve) => setTimeout(resolve, window.between))
  return new Response(`a change ${performance.now()}`)
}
"""


@pytest.mark.parametrize("class_address", ["sqlite"], indirect=True)
def test_a_press_is_obeyed_though_a_change_comes_at_the_same_moment(class_server, school, screens):
    """A run that a press began may be stopped before it has done what was pressed, if the page asks for another."""
    rooms, _ = school
    room, secret = rooms.open(PLAN, "resnet", 7)
    teacher = screens(SCREEN)
    teacher.add_init_script(AT_ONCE)
    open_page(teacher, f"{class_server.address}/class?room={room.code}&secret={secret}")
    press(teacher, "Begin")
    for milliseconds in (0, 0, 1, 1, 2, 2, 3, 3):
        expect(teacher.locator(".fm-seat")).to_contain_text("Question")
        for words, phase in (("Close the vote", "Closed"), ("Vote again", "Vote again"), ("Reveal", "Revealed")):
            settled(teacher)
            now = {"press": words, "between": milliseconds}
            teacher.evaluate("(now) => Object.assign(window, now)", now)
            expect(teacher.locator(".fm-seat")).to_contain_text(phase, timeout=15_000)
        rooms.go(rooms.remote(secret), 0, "question")


@pytest.mark.parametrize("class_address", ["sqlite"], indirect=True)
def test_a_second_press_takes_no_further_step(class_server, school, screens):
    rooms, _ = school
    room, secret = rooms.open(PLAN, "resnet", 7)
    teacher = screens(SCREEN)
    open_page(teacher, f"{class_server.address}/class?room={room.code}&secret={secret}")
    for words, phase in (("Begin", "question"), ("Close the vote", "closed"), ("Vote again", "again")):
        button = teacher.get_by_role("button", name=words, exact=True)
        button.evaluate("(button) => { button.click(); setTimeout(() => button.click(), 30) }")
        expect(teacher.locator(".fm-seat")).to_contain_text(activities.PHASE_NAMES[phase])
        settled(teacher)
        assert rooms.remote(secret).phase == phase
