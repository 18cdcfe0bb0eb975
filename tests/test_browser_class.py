"""A lesson in Chromium: a remote, a projector, phones; the server is killed in between, and nothing is lost."""

import re

import pytest
from playwright.sync_api import expect

from fmnist_core import CLASS_NAMES, load_test
from fmnist_core.classroom import codes
from fmnist_core.classroom.activities import Activity, Answer
from fmnist_core.classroom.answers import Answers
from fmnist_core.classroom.database import Database, database_url
from fmnist_core.classroom.rooms import Rooms
from tests.drivers import PHONE, ROOT, AppServer, open_page, settled

pytestmark = pytest.mark.browser
PICTURE = 4093
PLAN = (Activity("predict", (PICTURE,)), Activity("exit", (), "sure"))
TRUE = CLASS_NAMES[load_test().labels[PICTURE]]


@pytest.fixture
def server(class_address):
    found = AppServer(ROOT, FMNIST_DATABASE_URL=class_address)
    yield found
    found.stop()


@pytest.fixture
def school(class_address):
    database = Database(database_url({"FMNIST_DATABASE_URL": class_address}))
    yield Rooms(database), Answers(database)
    database.close()


@pytest.fixture
def screens(chromium):
    """Opens a new device: a phone, or a screen of so many pixels."""
    contexts = []

    def open_one(size=PHONE):
        touch = size is PHONE
        contexts.append(chromium.new_context(viewport=size, has_touch=touch, is_mobile=touch))
        contexts[-1].set_default_timeout(30_000)
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def counted(page):
    return page.locator(".fm-counted")


def joined(server, rooms, screens):
    """Open a room with the ready lesson; return its remote, its wall, three phones that sat down, and its secret."""
    teacher = screens({"width": 1280, "height": 720})
    open_page(teacher, f"{server.address}/class")
    teacher.get_by_role("button", name=re.compile("ready lesson")).click()
    expect(teacher).to_have_url(re.compile("room=.*secret="))
    expect(teacher.get_by_text("Nobody has joined yet")).to_be_visible()
    secret = re.search(r"secret=([\w-]+)", teacher.url)[1]
    room = rooms.remote(secret)
    wall = screens({"width": 1280, "height": 720})
    open_page(wall, teacher.get_by_role("link", name="Open the projector view").get_attribute("href"))
    expect(wall.get_by_text(codes.spell(room.code), exact=True)).to_be_visible()
    phones = [screens() for _ in range(3)]
    for phone in phones:
        open_page(phone, f"{server.address}/class?room={room.code}")
        press(phone, "Take a seat")
        expect(phone).to_have_url(re.compile("seat="))
    expect(wall.locator(".fm-count")).to_contain_text("3 here")
    return teacher, wall, phones, secret


def killed(server, pages):
    """Kill the server and start it anew; wait until the pages are back: what is pressed before cannot be heard."""
    server.kill()
    server.start()
    for one in pages:
        one.wait_for_selector('[data-testid="stApp"][data-test-connection-state="CONNECTED"]')
        settled(one)


def test_a_lesson_outlives_the_death_of_its_server_in_every_phase(server, school, screens, request):
    rooms, answers = school
    teacher, wall, phones, secret = joined(server, rooms, screens)
    room = rooms.remote(secret)
    everywhere = "sqlite" in request.node.callspec.id  # on PostgreSQL in one phase only: each takes a while

    def die(always=False):
        if always or everywhere:
            killed(server, (teacher, wall, *phones))

    press(teacher, "Begin")
    press(teacher, "Close the vote")
    teacher.get_by_role("button", name=re.compile("^Next: Predict")).click()
    true = CLASS_NAMES[load_test().labels[room.plan[1].pictures[0]]]
    other = next(name for name in CLASS_NAMES if name != true)
    for phone, said, sure in zip(phones, (true, other, other), ("95 %", "50 %", "75 %"), strict=True):
        press(phone, said)
        press(phone, sure)
        expect(counted(phone)).to_contain_text(f"{said}, {sure}")
    expect(wall.locator(".fm-count")).to_contain_text("3 of 3 have answered")
    die(always=True)
    for phone, said in zip(phones, (true, other, other), strict=True):
        expect(counted(phone)).to_contain_text(said)
    press(teacher, "Close the vote")
    expect(teacher.locator(".fm-say-advice")).to_contain_text("33% have it right")
    expect(phones[0].get_by_text("The vote is closed")).to_be_visible()
    die()
    press(teacher, "Discuss")
    expect(wall.get_by_text("Convince a neighbour")).to_be_visible()
    die()
    press(teacher, "Vote again")
    press(phones[1], true)
    press(phones[1], "75 %")
    expect(counted(phones[1])).to_contain_text(f"{true}, 75 %")
    die()
    expect(counted(phones[1])).to_contain_text(f"{true}, 75 %")
    press(teacher, "Reveal")
    expect(wall.get_by_text(f"It is: {true}")).to_be_visible()
    die()
    tables = wall.locator(".fm-votes")
    expect(tables).to_have_count(3)
    expect(tables.nth(0)).to_contain_text("First vote (3)")
    expect(tables.nth(1)).to_contain_text("Second vote (1)")
    expect(phones[1].get_by_text(f"It is: {true}")).to_be_visible()
    given = {(g.number, g.round): g.answer for g in answers.given(rooms.remote(secret), 1)}
    assert sorted(CLASS_NAMES[a.choice] for (_, r), a in given.items() if r == 1) == sorted([true, other, other])
    assert [a.confidence for (_, r), a in given.items() if r == 2] == [75]


@pytest.mark.parametrize("class_address", ["sqlite"], indirect=True)
def test_a_student_receives_no_secret_no_other_answer_and_nothing_of_an_open_question(server, school, screens):
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
    open_page(phone, f"{server.address}/class?room={room.code}&seat={token}")
    expect(phone.get_by_role("button", name="Ankle boot")).to_be_visible()

    def received():
        return b"".join(f if isinstance(f, bytes) else f.encode() for f in traffic).decode("utf-8", "replace")

    counts = {name: len(re.findall(rf"\b{re.escape(name)}\b", received())) for name in CLASS_NAMES}
    assert min(counts.values()) > 0
    assert len(set(counts.values())) == 1, f"one class is named more often than the others: {counts}"
    said = next(name for name in CLASS_NAMES if name not in (TRUE, "Sneaker"))
    press(phone, said)
    press(phone, "75 %")
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
def test_a_drawing_is_handed_in_hidden_and_the_report_opens_without_a_network(server, school, screens, tmp_path):
    rooms, answers = school
    room, secret = rooms.open((Activity("fool", (743,)),), "resnet", 7)
    rooms.go(room, 0, "question")
    token = rooms.join(room.code, "here")[2]
    phone = screens()
    open_page(phone, f"{server.address}/class?room={room.code}&seat={token}")
    board = phone.locator(".pixels canvas")
    frame = board.bounding_box()
    before = phone.get_by_text("The network says").inner_text()
    phone.mouse.move(frame["x"] + 5, frame["y"] + frame["height"] / 2)
    phone.mouse.down()
    phone.mouse.move(frame["x"] + frame["width"] - 5, frame["y"] + frame["height"] / 2, steps=8)
    phone.mouse.up()
    expect(phone.get_by_text("The network says")).not_to_have_text(before)
    press(phone, "Hand it in")
    expect(counted(phone)).to_contain_text("says the network")
    (given,) = answers.given(room)
    drawn, start = given.answer.drawing, load_test().images[743].tobytes()
    assert 28 <= sum(a != b for a, b in zip(drawn, start, strict=True)) < 28 * 5
    teacher = screens({"width": 1280, "height": 720})
    open_page(teacher, f"{server.address}/class?room={room.code}&secret={secret}")
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
    reader = screens({"width": 1280, "height": 720})
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
