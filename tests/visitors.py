"""Pages for new visitors, in browsers that have met the app: reading its scripts is most of a short test."""

import json
from collections import defaultdict
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.drivers import PATIENCE

# All that a visitor can leave behind, but not what was loaded.
LEFT = "cookies,local_storage,indexeddb,websql,service_workers,cache_storage,file_systems,shared_storage"
# The grey bars of Streamlit shimmer as long as something loads; without a graphics card that is a whole processor.
CALM = """{ const sheet = new CSSStyleSheet()
sheet.replaceSync('[data-testid="stSkeleton"] { animation: none !important }')
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet] }"""


class Visitors:
    """Gives each visitor a browser of their own, of those of the same screen that nobody uses any more.

    It keeps the scripts that it loaded and nothing else: a visitor meets no storage, cookie, permission or route of
    the one before.

    Args:
        browser: where they are opened.
        small: an address of the app that is quickly there; a page of it stays open in each, which keeps the
            scripts compiled.
    """

    def __init__(self, browser: Browser, small: str):
        self._browser, self._small = browser, small
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)
        self._screens: dict[BrowserContext, str] = {}
        self._kept: dict[BrowserContext, Page] = {}

    def arrive(self, timeout: int = PATIENCE, **screen) -> Page:
        """Return the page of a new visitor with this screen, as `Browser.new_context` takes it."""
        name = json.dumps(screen, sort_keys=True)
        context = self._free[name].pop() if self._free[name] else self._open(name, screen)
        context.set_default_timeout(timeout)
        return context.new_page()

    def _open(self, name: str, screen: dict) -> BrowserContext:
        context = self._browser.new_context(**screen)
        context.add_init_script(CALM)
        self._screens[context], self._kept[context] = name, context.new_page()
        self._kept[context].goto(self._small)
        return context

    def leave(self, page: Page) -> None:
        """Close all that a visitor has opened and forget what they left; a browser that fails is not used again."""
        context = page.context
        kept = self._kept[context]
        try:
            open_pages = [other for other in context.pages if other is not kept]
            origins = {"{0.scheme}://{0.netloc}".format(urlsplit(other.url)) for other in (*open_pages, kept)}
            for other in open_pages:
                other.close()
            context.set_offline(False)
            context.unroute_all(behavior="ignoreErrors")
            context.clear_cookies()
            context.clear_permissions()
            protocol = context.new_cdp_session(kept)
            for origin in origins:
                protocol.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": LEFT})
            protocol.detach()
            self._free[self._screens[context]].append(context)
        except Error:
            context.close()

    def close(self) -> None:
        """Close all of them."""
        for context in self._screens:
            context.close()
