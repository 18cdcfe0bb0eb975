"""The ready lesson from the first question to the last, the server killed in each phase: no answer is lost."""

import os
import re

import pytest
from playwright.sync_api import expect

from fmnist_app.classroom import voting
from fmnist_core import CLASS_NAMES, load_test
from fmnist_core.classroom import activities
from tests.lesson import Lesson

pytestmark = pytest.mark.browser
STUDENTS = 6  # the last comes late


@pytest.fixture
def lesson(class_server, school, screens):
    return Lesson(class_server, screens, school[0])


def next_phase(lesson):
    """Press what leads to the next phase, in the order of the activity; return whether there is one."""
    room = lesson.room
    at = room.activity.phases.index(room.phase)
    if at + 1 == len(room.activity.phases):
        return False
    words = {
        activities.CLOSED: "Close the vote",
        activities.DISCUSS: "Discuss",
        activities.AGAIN: "Vote again",
        activities.REVEALED: "Reveal",
    }
    phase = room.activity.phases[at + 1]
    lesson.teacher.get_by_role("button", name=words[phase], exact=True).click()
    expect(lesson.teacher.locator(".fm-seat")).to_contain_text(activities.PHASE_NAMES[phase])
    return True


def test_a_lesson_outlives_the_death_of_its_server_in_each_phase(lesson, school, request):
    """All eight activities on SQLite; on PostgreSQL the first two, in which every phase is, unless asked for more."""
    whole, seen = "sqlite" in request.node.callspec.id or "FMNIST_WHOLE_LESSON" in os.environ, set()
    lesson.begin(STUDENTS - 1)

    def die():
        """Kill the server: in each phase once, or, if asked for, in each phase of each activity."""
        if lesson.room.phase not in seen or "FMNIST_WHOLE_LESSON" in os.environ:
            lesson.die()
        seen.add(lesson.room.phase)

    die()
    lesson.teacher.get_by_role("button", name="Begin", exact=True).click()
    plan = lesson.room.plan if whole else lesson.room.plan[:2]
    for step, activity in enumerate(plan):
        expect(lesson.teacher.locator(".fm-seat")).to_contain_text(f"{step + 1} of {len(lesson.room.plan)}")
        if step == 1:
            lesson.join()
        pictures = activity.pictures
        true = int(load_test().labels[pictures[0]]) if activity.kind == activities.PREDICT else 0
        more = True
        while more:
            room = lesson.room
            if room.round is not None:
                for student in range(len(lesson.phones)):
                    choice = true if student < 2 * room.round else (true + student) % len(CLASS_NAMES)
                    lesson.answer(student, choice, student + 1)
                done = 0 if activity.kind == activities.BEAT else STUDENTS if step else STUDENTS - 1  # two of a dozen
                expect(lesson.wall.locator(".fm-count")).to_contain_text(f"{done} of {len(lesson.phones)} have")
            die()
            if room.phase == activities.REVEALED and activity.kind == activities.PREDICT:
                expect(lesson.wall.get_by_text(f"It is: {CLASS_NAMES[true]}")).to_be_visible()
                tables = lesson.wall.locator(".fm-votes")
                expect(tables.nth(0)).to_contain_text(f"First vote ({STUDENTS})")
                expect(tables.nth(1)).to_contain_text(f"Second vote ({STUDENTS})")
                expect(lesson.phones[-1].get_by_text(f"It is: {CLASS_NAMES[true]}")).to_be_visible()
            if room.phase == activities.CLOSED:
                expect(lesson.phones[0].get_by_text("The vote is closed")).to_be_visible()
                if activity.kind == activities.PREDICT:
                    expect(lesson.teacher.locator(".fm-say-advice")).to_contain_text("33% have it right")
            more = next_phase(lesson)
        if step + 1 < len(plan):
            lesson.teacher.get_by_role("button", name=f"Next: {plan[step + 1].title}").click()
    if whole:
        expect(lesson.teacher.get_by_text("The lesson is over")).to_be_visible()

    numbers = [school[0].seat(re.search(r"seat=([\w-]+)", phone.url)[1])[1].number for phone in lesson.phones]
    given = school[1].given(lesson.room)
    stored = {(g.step, g.round, g.number): voting.words(lesson.room.plan[g.step], g.answer) for g in given}
    told = {(step, round_, numbers[student]): words for (step, round_, student), words in lesson.accepted.items()}
    assert stored == told
    second_pictures = STUDENTS if whole else 0
    assert len({(g.step, g.round, g.number, g.question) for g in given}) == len(given) == len(told) + second_pictures
