"""Plays a lesson in a browser: a teacher's remote, a projector, phones that answer as they are asked to."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from fmnist_core import CLASS_NAMES
from fmnist_core.classroom import activities, codes
from fmnist_core.classroom.activities import Activity
from tests.drivers import PHONE, AppServer, open_page, settled

SCREEN = {"width": 1280, "height": 720}


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def counted(page):
    return page.locator(".fm-counted")


@dataclass
class Lesson:
    """A room with the ready lesson, and everybody's screens.

    Attributes:
        server: that they all talk to, and that is killed now and then.
        screens: opens one more device.
        rooms: of the same database.
        teacher, wall: the remote and the projector.
        phones: of the students, in the order in which they sat down.
        secret: of the room.
        accepted: what each phone was told is counted, by step, round and phone.
    """

    server: AppServer
    screens: object
    rooms: object
    teacher: Page = None
    wall: Page = None
    phones: list[Page] = field(default_factory=list)
    secret: str = ""
    accepted: dict[tuple[int, int, int], str] = field(default_factory=dict)

    def begin(self, students):
        """Open a room; so many students sit down."""
        self.teacher = self.screens(SCREEN)
        open_page(self.teacher, f"{self.server.address}/class")
        self.teacher.get_by_role("button", name=re.compile("ready lesson")).click()
        expect(self.teacher).to_have_url(re.compile("room=.*secret="))
        expect(self.teacher.get_by_text("Nobody has joined yet")).to_be_visible()
        self.secret = re.search(r"secret=([\w-]+)", self.teacher.url)[1]
        self.wall = self.screens(SCREEN)
        link = self.teacher.get_by_role("link", name="Open the projector view")
        open_page(self.wall, link.get_attribute("href"))
        expect(self.wall.get_by_text(codes.spell(self.room.code), exact=True)).to_be_visible()
        for _ in range(students):
            self.join()
        expect(self.wall.locator(".fm-count")).to_contain_text(f"{students} here")

    @property
    def room(self):
        return self.rooms.remote(self.secret)

    def join(self):
        """One more student sits down."""
        phone = self.screens(PHONE)
        open_page(phone, f"{self.server.address}/class?room={self.room.code}")
        press(phone, "Take a seat")
        expect(phone).to_have_url(re.compile("seat="))
        self.phones.append(phone)

    def die(self):
        """Kill the server and start it anew; wait until the pages are back: what is pressed before cannot be heard."""
        self.server.kill()
        self.server.start()
        for page in (self.teacher, self.wall, *self.phones):
            page.wait_for_selector('[data-testid="stApp"][data-test-connection-state="CONNECTED"]')
            settled(page)
        room = self.room
        if room.round is not None:
            for (step, round_, student), words in self.accepted.items():
                if (step, round_) != (room.step, room.round):
                    continue
                if room.activity.kind == activities.BEAT:  # it goes on with the next picture
                    expect(self.phones[student].locator(".fm-turn")).to_contain_text("2 answered")
                else:
                    expect(counted(self.phones[student])).to_contain_text(words)

    def answer(self, student, choice, number=0):
        """Answer what is asked now.

        Args:
            student: position in `phones`.
            choice: a class 0..9, or 0..3 of a question.
            number: steps of a slider to the right.
        """
        room, phone = self.room, self.phones[student]
        expect(phone.locator(".fm-seat")).to_contain_text(f"{room.step + 1} of {len(room.plan)}")
        if room.round == 2:
            expect(phone.get_by_text("Vote again: what is it now?")).to_be_visible()
        WAYS[room.activity.kind](room.activity, phone, choice, number)
        told = re.search(r"Counted: (.*?)\. You", counted(phone).inner_text())
        self.accepted[room.step, room.round, student] = told[1]


def _class(activity: Activity, phone, choice, number):
    press(phone, CLASS_NAMES[choice])
    sure = f"{activities.CONFIDENCES[choice % 3]}%"
    press(phone, sure)
    expect(counted(phone)).to_contain_text(f"{CLASS_NAMES[choice]}, {sure}")


def _classes(activity: Activity, phone, choice, number):
    """Answer the first two of a dozen pictures; the last that was answered is looked at again."""
    for question in range(2):
        expect(phone.locator(".fm-turn")).to_contain_text(f"{question + 1} of {len(activity.pictures)}")
        press(phone, CLASS_NAMES[choice])
        press(phone, f"{activities.CONFIDENCES[choice % 3]}%")
        expect(phone.locator(".fm-turn")).to_contain_text(f"{question + 1} answered")
    press(phone, "Back")
    expect(counted(phone)).to_contain_text(CLASS_NAMES[choice])


def _option(activity: Activity, phone, choice, number):
    option = phone.get_by_role("button", name=re.compile(f"^{'ABCD'[choice % 4]} · "))
    words = option.inner_text().split(" · ")[1].strip()
    option.click()
    expect(counted(phone)).to_contain_text(words)


def _number(activity: Activity, phone, choice, number):
    slider = phone.get_by_role("slider")
    slider.focus()
    for _ in range(number):
        slider.press("ArrowRight")
    settled(phone)
    press(phone, "This is my guess")
    expect(counted(phone)).to_be_visible()


def hand_in_a_line(phone, height=0.5):
    """Draw a line across the picture, at this share of its height, and hand it in."""
    board = phone.locator(".pixels canvas")
    board.scroll_into_view_if_needed()
    frame = board.bounding_box()
    before = phone.get_by_text("The network says").inner_text()
    y = frame["y"] + frame["height"] * height
    phone.mouse.move(frame["x"] + 5, y)
    phone.mouse.down()
    phone.mouse.move(frame["x"] + frame["width"] - 5, y, steps=8)
    phone.mouse.up()
    expect(phone.get_by_text("The network says")).not_to_have_text(before)
    press(phone, "Hand it in")
    expect(counted(phone)).to_contain_text("says the network")


def _drawing(activity: Activity, phone, choice, number):
    hand_in_a_line(phone, 0.3 + 0.05 * choice)


WAYS = {
    activities.PREDICT: _class,
    activities.BEAT: _classes,
    activities.BREAK: _number,
    activities.FOOL: _drawing,
    activities.TRUST: _number,
    activities.EXIT: _option,
}
