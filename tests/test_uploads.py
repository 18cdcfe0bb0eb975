"""Uploaded files: limits, how soon they are let go, and that a visitor's page goes on without them."""

import asyncio
import io
import re
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from benchmarks.serving import OURS, Server
from benchmarks.uploads import ALLOWED_MB, SECONDS, Uploader, flood, large_photo, upload_and_leave, watch
from fmnist_app.photo import receiving, uploads
from fmnist_app.photo.uploads import Limits, Received, Uploads
from fmnist_core.photos import samples
from fmnist_core.photos.decoding import SIDE, decode
from tests.drivers import ROOT, AppServer, failure, settled


def run(coroutine):
    """Run it in a thread of its own: in this one the browser tests' event loop may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="module")
def small_app():
    """The address of the real app with little room: two pictures a visitor, three for all; visits end at once."""
    server = AppServer(
        ROOT,
        FMNIST_UPLOADS_VISITOR_MB="4",
        FMNIST_UPLOADS_ALL_MB="6",
        STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1",
    )
    yield server.address
    server.stop()


def square(shade=200):
    """Return a PNG that decodes to the largest picture there is."""
    pixels = np.full((SIDE, SIDE, 3), 250, np.uint8)
    pixels[160:480, 200:440] = shade // 4
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


# ---------------------------------------------------------------- memory


def test_memory_is_back_within_half_a_minute_after_the_last_has_left(tmp_path, monkeypatch):
    """Forty visitors upload 10 MB each, and one sends eighty files that nobody looks at."""
    monkeypatch.setenv("FMNIST_CLASS_DIR", str(tmp_path))  # no room is left from before, whose database would be loaded

    async def crowd_and_flood(address):
        wrong = await upload_and_leave(address, visitors=40, megabytes=10)
        invented = await flood(address, files=40, megabytes=10, invented=True)
        asked_for = await flood(address, files=40, megabytes=10, invented=False)
        return wrong, set(invented), set(asked_for)

    with Server(OURS) as server:
        server.wait()
        run(upload_and_leave(server.address, 1, 0.1))  # what is imported once is no upload's
        before = server.memory_mb()
        result, curve, _ = run(watch(server, crowd_and_flood(server.address), 0))
        until = time.monotonic() + SECONDS
        while server.memory_mb() > ALLOWED_MB - 10 and time.monotonic() < until:
            time.sleep(0.5)
        after = server.memory_mb()
    print(f"memory: {before:.0f} MB before, {max(mb for _, mb in curve):.0f} at the peak, {after:.0f} in the end")
    wrong, invented, asked_for = result
    assert wrong == []
    assert 204 not in invented
    assert asked_for == {204}
    assert max(mb for _, mb in curve) < before + 200
    assert after < ALLOWED_MB


# ---------------------------------------------------------------- who may send what


def test_only_addresses_that_were_given_out_are_accepted_and_each_once(app):
    async def try_them():
        async with Uploader(app) as visitor, Uploader(app) as other:
            slot = (await visitor.slots(1))[0]
            small = samples.jpeg("Boot")
            invented = await visitor.put(visitor.invented(), small)
            foreign = await visitor.put(
                type(slot)(slot.file_id, slot.path.replace(visitor.session, other.session)), small
            )
            nobody = await visitor.put(type(slot)("x", slot.path.replace(visitor.session, "nobody")), small)
            return invented, foreign, nobody, await visitor.put(slot, small), await visitor.put(slot, small)

    invented, foreign, nobody, first, second = run(try_them())
    for status, words in (invented, foreign, second):
        assert (status, words) == (400, "This address was not given out for a file, or it has been used.")
    assert nobody[0] != 204
    assert first[0] == 204


def test_too_many_files_of_a_visitor_get_a_plain_answer(app):
    async def send():
        async with Uploader(app) as visitor:
            slots = await visitor.slots(uploads.MAX_STORED + 1)
            return [await visitor.put(slot, b"words") for slot in slots]

    *accepted, last = run(send())
    assert {status for status, _ in accepted} == {204}
    assert last[0] == 429
    assert "remove some" in last[1]


def test_a_visitor_who_has_taken_their_room_reads_a_sentence_and_goes_on_after_removing_one(small_app):
    async def upload():
        async with Uploader(small_app) as visitor:
            slots = await visitor.slots(4)
            files = [(slot, f"{k}.png", 1000) for k, slot in enumerate(slots)]
            for slot, name, _ in files[:3]:
                assert (await visitor.put(slot, square(), name))[0] == 204
            full = await visitor.run(files[:3])
            assert (await visitor.request("DELETE", slots[0].path))[0] == 204
            assert (await visitor.put(slots[3], square(), "3.png"))[0] == 204
            return full, await visitor.run([files[1], files[3]])

    full, after = run(upload())
    assert "your pictures may take 4 MB of this server, and with this file they would take 5 MB" in full
    assert "2 of 3 files read" in full
    assert "2 files." in after


@pytest.mark.parametrize("elsewhere", [{"way": "Draw"}, {"page": "stress"}], ids=str)
def test_pictures_go_when_the_visitor_turns_to_something_else(small_app, elsewhere):
    async def upload_twice():
        async with Uploader(small_app) as visitor:
            said = []
            for _ in range(2):
                files = [(slot, f"{k}.png", 1000) for k, slot in enumerate(await visitor.slots(2))]
                for slot, name, _ in files:
                    assert (await visitor.put(slot, square(), name))[0] == 204
                said.append(await visitor.run(files))
                await visitor.run([], **elsewhere)
            return said

    for page in run(upload_twice()):
        assert "2 files." in page


def test_when_everybodys_room_is_taken_the_next_reads_a_sentence_until_somebody_leaves(small_app):
    async def upload():
        async with Uploader(small_app) as last:
            async with Uploader(small_app) as first, Uploader(small_app) as second:
                for visitor, count in ((first, 2), (second, 1)):
                    for slot in await visitor.slots(count):
                        assert (await visitor.put(slot, square(), "a.png"))[0] == 204
                slot = (await last.slots(1))[0]
                assert (await last.put(slot, square(), "b.png"))[0] == 204
                full = await last.run([(slot, "b.png", 1000)])
            for _ in range(20):
                await asyncio.sleep(0.5)
                slot = (await last.slots(1))[0]
                await last.put(slot, square(), "c.png")
                after = await last.run([(slot, "c.png", 1000)])
                if "in a minute" not in after:
                    break
            return full, after

    full, after = run(upload())
    assert "everybody's pictures may take 6 MB of this server" in full
    assert "choose it again in a minute" in full
    assert "predicted with" in after


def test_a_file_waits_for_those_that_are_on_their_way(monkeypatch):
    monkeypatch.setattr(uploads.internals, "stored", lambda session=None: [])

    async def wait():
        desk = Uploads(Limits(visitor=10, everybody=15))
        assert await desk.reserve("a", 10) is None
        waiting = asyncio.create_task(desk.reserve("b", 10))
        own = asyncio.create_task(desk.reserve("a", 1))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        assert not own.done()
        desk.release("a", 10)
        assert await waiting is None
        assert await own is None
        monkeypatch.setattr(uploads, "PATIENCE", 0.05)
        return await desk.reserve("c", 10), await desk.reserve("d", 11)

    others, itself = run(wait())
    assert "everybody's pictures" in others
    assert "your pictures" in itself


def test_a_connection_that_breaks_while_a_file_arrives_costs_no_earlier_picture(app):
    """The page's connection is taken up again by its session's id, as Streamlit's browser side does."""

    async def break_and_return():
        async with Uploader(app) as visitor:
            first, second = await visitor.slots(2)
            assert (await visitor.put(first, samples.jpeg("Boot")))[0] == 204
            arriving = asyncio.create_task(visitor.put(second, large_photo(20)))
            await asyncio.sleep(0.01)
            await visitor.leave()
            await arriving
            await visitor.come(visitor.session)
            return await visitor.run([(first, "boot.jpg", 1000)])

    assert "Ankle boot" in run(break_and_return())


def test_a_slow_file_is_given_up():
    async def never():
        await asyncio.sleep(60)

    async def wait():
        await receiving.in_time(never, asyncio.get_running_loop().time() + 0.05)()

    with pytest.raises(receiving.TooSlowError):
        run(wait())


def test_a_refused_file_keeps_its_name_and_loses_its_content():
    body = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.png"\r\nContent-Type: y\r\n\r\n' + bytes(
        99_999
    )
    pieces = [body[k : k + 1000] for k in range(0, len(body), 1000)]

    async def give():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def read():
        return await (await receiving.without_content({}, give))()

    message = run(read())
    assert pieces == []
    assert message["body"].startswith(b"--x\r\n")
    assert b'filename="a.png"' in message["body"]
    assert message["body"].endswith(b"\r\n\r\n\r\n--x--\r\n")
    assert not message["more_body"]


@pytest.mark.parametrize("text", ["", "0", "-1", "1e3", "12.5", "many", "9" * 5000, "١"])
def test_a_limit_that_is_no_number_is_said(text):
    with pytest.raises(ValueError, match="FMNIST_UPLOADS_ALL_MB must be a whole number of megabytes, at least 1"):
        Limits.configured({"FMNIST_UPLOADS_ALL_MB": text})


def test_limits_are_read_from_the_environment():
    assert Limits.configured({}) == Limits()
    assert Limits.configured({"FMNIST_UPLOADS_VISITOR_MB": "7"}) == Limits(visitor=7_000_000)


def test_what_is_stored_counts_for_what_it_holds():
    assert uploads.PICTURE_BYTES == 4 * SIDE * SIDE
    assert uploads.weight(Received(decode(square()))) == uploads.PICTURE_BYTES
    assert uploads.weight(Received("a sentence")) == uploads.MIN_BYTES
    assert uploads.weight(bytes(1_000_000)) == 1_000_000
    assert len(Received(decode(square()))) == 0


# ---------------------------------------------------------------- the page, in a browser


def open_uploader(page, address):
    page.goto(f"{address}/garment?way=Upload")
    settled(page)


def choose(page, *files):
    page.locator('.st-key-upload input[type="file"]').set_input_files(list(files))


@pytest.mark.browser
def test_the_page_goes_on_after_the_file_was_let_go(app, page, tmp_path):
    """Upload, answer, options, a second file, its removal, another page, and a reload."""
    files = {}
    for name in ("Boot", "Bag"):
        files[name] = tmp_path / f"{name}.jpg"
        files[name].write_bytes(large_photo(6) if name == "Boot" else samples.jpeg(name))
    verdict, table = page.locator(".st-key-verdict"), page.locator(".st-key-batch table")
    first_step = page.locator(".st-key-steps li img").first
    open_uploader(page, app)
    choose(page, files["Boot"])
    expect(verdict).to_contain_text("Ankle boot")
    before = first_step.get_attribute("src")
    page.get_by_text("Override a step").click()
    page.locator(".st-key-turn").get_by_text("90°").click()
    expect(first_step).not_to_have_attribute("src", before)
    page.get_by_role("button", name="Reset").click()
    expect(first_step).to_have_attribute("src", before)
    page.locator(".st-key-model").get_by_text("MLP").click()
    expect(page).to_have_url(re.compile("model=mlp"))
    expect(first_step).to_have_attribute("src", before)

    choose(page, files["Bag"])
    expect(table).to_contain_text("Boot.jpg")
    expect(table).to_contain_text("Bag.jpg")
    expect(table.locator("img")).to_have_count(2)
    page.get_by_role("button", name="Remove Bag.jpg").click()
    expect(first_step).to_have_attribute("src", before)

    page.get_by_role("link", name="Stress").click()
    expect(page).to_have_title(re.compile("Stress"))
    page.get_by_role("link", name="Your garment").click()
    open_uploader(page, app)
    expect(page.get_by_text("Choose a photo of one garment")).to_be_visible()
    choose(page, files["Boot"])
    expect(verdict).to_contain_text("Ankle boot")
    page.reload()
    settled(page)
    expect(page.get_by_text("Choose a photo of one garment")).to_be_visible()
    expect(failure(page)).to_have_count(0)


@pytest.mark.browser
def test_a_broken_connection_is_taken_up_again(app, page, tmp_path):
    boot = tmp_path / "boot.jpg"
    boot.write_bytes(samples.jpeg("Boot"))
    open_uploader(page, app)
    choose(page, boot)
    expect(page.locator(".st-key-verdict")).to_contain_text("Ankle boot")
    before = page.locator(".st-key-steps li img").first.get_attribute("src")
    page.context.set_offline(True)
    page.wait_for_timeout(1000)
    page.context.set_offline(False)
    page.get_by_text("Override a step").click()
    page.locator(".st-key-turn").get_by_text("90°").click()
    expect(page.locator(".st-key-steps li img").first).not_to_have_attribute("src", before)
    expect(page.locator(".st-key-verdict")).to_contain_text("predicted with")


@pytest.mark.browser
def test_a_full_server_says_so_on_the_page(small_app, page, tmp_path):
    files = []
    for k in range(3):
        files.append(tmp_path / f"{k}.png")
        files[-1].write_bytes(square())
    open_uploader(page, small_app)
    choose(page, *files)
    table = page.locator(".st-key-batch table")
    expect(table).to_contain_text("your pictures may take 4 MB of this server")
    expect(table.locator("img")).to_have_count(2)


def test_a_small_file_that_is_no_picture_keeps_its_bytes_and_a_large_one_does_not():
    votes, large = b"picture,label,vote\n3,Coat,wrong\n", b"x" * (uploads.MAX_TABLE + 1)
    assert uploads.read(votes) == votes
    assert uploads.read(large) == b""
    for content in (votes, large):
        assert "a picture" in uploads.read(content).picture
    assert uploads.weight(uploads.read(samples.jpeg("Boot"))) > len(samples.jpeg("Boot"))
