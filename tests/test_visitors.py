"""The browsers that tests share: what one visitor leaves is gone before the next arrives."""

import pytest

from tests.drivers import FINGER, WIDE

pytestmark = pytest.mark.browser
LEAVE = """() => {
  localStorage.setItem('left', '1'); sessionStorage.setItem('left', '1'); document.cookie = 'left=1'
  return new Promise((done) => { indexedDB.open('left').onsuccess = done }).then(() => null)
}"""
FIND = """async () => [localStorage.length, sessionStorage.length, Number(document.cookie.includes('left')),
  (await indexedDB.databases()).length, history.length, navigator.onLine,
  (await navigator.permissions.query({ name: 'camera' })).state]"""


@pytest.mark.parametrize("screen", [WIDE, FINGER], ids=["wide", "phone"])
def test_nothing_of_a_visitor_is_there_for_the_next(app, visitors, screen):
    health = f"{app}/_stcore/health"
    first = visitors.arrive(**screen)
    first.goto(health)
    new = first.evaluate(FIND)
    assert new[:4] == [0, 0, 0, 0]
    first.evaluate(LEAVE)
    assert first.evaluate(FIND)[:4] != new[:4]
    context = first.context
    context.grant_permissions(["camera"])
    context.route("**/*", lambda route: route.abort())
    context.set_offline(True)
    context.new_page()
    visitors.leave(first)
    second = visitors.arrive(**screen)
    assert second.context is context, "the browser was not used again"
    assert len(context.pages) == 2  # the new one, and the one that stays
    second.goto(health)
    assert second.evaluate(FIND) == new
    visitors.leave(second)


def test_visitors_at_the_same_time_share_nothing_and_other_screens_have_other_browsers(visitors):
    pages = [visitors.arrive(**screen) for screen in (WIDE, WIDE, FINGER)]
    assert len({page.context for page in pages}) == 3
    for page in pages:
        visitors.leave(page)


def test_a_browser_that_is_closed_is_not_used_again(app, visitors):
    page = visitors.arrive(**WIDE)
    context = page.context
    context.close()
    visitors.leave(page)
    page = visitors.arrive(**WIDE)
    assert page.context is not context
    page.goto(f"{app}/_stcore/health")
    visitors.leave(page)
