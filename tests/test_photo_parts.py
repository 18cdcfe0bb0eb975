"""What lies apart in a photo, where it is, and how a shoe lies."""

import io
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fmnist_core import Network, load_card
from fmnist_core.networks import manifest
from fmnist_core.networks.artifacts import load_gallery
from fmnist_core.networks.classifier import ModelError
from fmnist_core.photos import prediction as photo_prediction
from fmnist_core.photos import segmentation
from fmnist_core.photos.choices import Choices
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.orientation import SHOES, shoe_view, sideways, views_of
from fmnist_core.photos.pipeline import develop, find, picture
from fmnist_core.photos.prediction import predict_development
from fmnist_core.photos.segmentation import agree, garment_of, guided, parts_of

BOXES = ((60, 100, 160, 300), (240, 80, 340, 320))


def pair(border=0):
    image = Image.new("RGB", (400 + 2 * border, 400 + 2 * border), "black")
    pen = ImageDraw.Draw(image)
    pen.rectangle((border, border, border + 399, border + 399), fill=(225, 220, 210))
    for number, (left, top, right, bottom) in enumerate(BOXES):
        pen.rectangle((left + border, top + border, right + border, bottom + border), fill=(40, 40, 60))
        pen.rectangle(
            (left + border, top + border, left + border + 50, top + border + 60 * number), fill=(225, 220, 210)
        )
    return image


def developed(image, choices=None):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return develop(decode(buffer.getvalue()), choices)


@pytest.mark.parametrize("border", [0, 60])
def test_two_things_are_found_left_to_right_where_they_are(border):
    found = developed(pair(border))
    assert len(found.parts) == 2
    side = 400 + 2 * border
    for part, box in zip(found.parts, BOXES, strict=True):
        assert part == pytest.approx([(x + border) / side for x in box], abs=0.02)
    points = np.concatenate(found.outlines)
    assert points.min(axis=0) == pytest.approx([(60 + border) / side, (80 + border) / side], abs=0.02)
    assert points.max(axis=0) == pytest.approx([(340 + border) / side, (320 + border) / side], abs=0.02)
    assert any("2 things lie apart" in step.words for step in found.steps)


def test_a_visitor_picks_one_of_them():
    whole, first, second = (developed(pair(), Choices(part=part)).image for part in (0, 1, 2))
    assert whole[14, 14] == 0  # the gap between them
    for one in (first, second):
        assert one[20, 14] > 200
    assert not np.array_equal(first, second)
    assert np.array_equal(second, developed(pair(), Choices(part=9)).image)
    with pytest.raises(ValueError, match="part must be"):
        developed(pair(), Choices(part=-1))


def test_what_is_much_smaller_is_no_garment_of_its_own():
    mask = np.zeros((100, 100), bool)
    mask[10:60, 10:40] = mask[10:50, 60:90] = mask[90:95, 90:95] = True
    parts = parts_of(mask)
    assert [part.sum() for part in parts] == [1500, 1200]
    assert parts_of(np.zeros((10, 10), bool)) == []


def test_where_background_and_network_disagree_the_network_counts():
    """A garment whose print alone stands out: the background finds the print, the network is told to see the shirt."""
    rgb = np.random.default_rng(0).normal(200, 25, (200, 200, 3)).clip(0, 255).astype(np.uint8)  # a rough carpet
    rgb[40:160, 50:150] = 205
    rgb[70:110, 80:120] = (180, 20, 20)
    seen = np.zeros((200, 200), np.float32)
    seen[40:160, 50:150] = 0.95
    found = find(rgb, Choices(), seen=seen)
    assert not found.plain
    assert found.mask[45, 55]
    assert find(rgb, Choices(), way="background").plain
    image = picture(rgb, found, Choices())
    assert image[3, 14] > 60  # pale cloth stays in sight


def test_where_both_agree_the_sharper_outline_counts():
    rgb = np.full((200, 200, 3), 220, np.uint8)
    rgb[40:160, 50:150] = 30
    seen = np.zeros((200, 200), np.float32)
    seen[37:163, 47:153] = 0.9
    found = find(rgb, Choices(), seen=seen)
    assert found.plain
    assert found.mask.sum() == pytest.approx(120 * 100, rel=0.05)  # the network saw 126 x 106


def test_where_the_network_sees_nothing_the_background_decides_and_of_nothing_it_is_said():
    nothing = np.zeros((200, 200), np.float32)
    rgb = np.full((200, 200, 3), 220, np.uint8)
    assert garment_of(nothing) is None
    with pytest.raises(PhotoError, match="nothing does"):
        find(rgb, Choices(), seen=nothing)
    rgb[40:160, 50:150] = 30
    assert find(rgb, Choices(), seen=nothing).plain


def test_more_of_the_picture_is_background_at_a_larger_threshold():
    seen = np.tile(np.linspace(0, 1, 200, dtype=np.float32), (100, 1))
    shares = [garment_of(seen, threshold).mean() for threshold in (0.5, 1.0, 2.0)]
    assert shares == sorted(shares, reverse=True)
    assert shares[1] == pytest.approx(0.5, abs=0.01)
    assert agree(seen > 0.5, seen > 0.55)
    assert not agree(seen > 0.5, seen > 0.9)


def test_probabilities_are_drawn_to_the_edges_of_the_photo():
    rgb = np.full((100, 100, 3), 230, np.uint8)
    rgb[:, 50:] = 40
    coarse = np.clip((np.arange(100) - 38) / 20, 0, 1)[None].repeat(100, 0).astype(np.float32)  # its edge is at 48
    fine = guided(coarse, rgb, radius=8)
    assert np.abs(np.diff(fine[50])).argmax() in (48, 49, 50)
    assert np.abs(np.diff(fine[50])).max() > 3 * np.abs(np.diff(coarse[50])).max()


def test_a_shoe_is_brought_into_the_view_of_the_data(heldout):
    gallery = load_gallery(load_card("cnn"))
    references = gallery.images[np.isin(gallery.labels, SHOES)]
    shoes = heldout.images[np.isin(heldout.labels, SHOES)][:48]
    back, alone = [], []
    for number, shoe in enumerate(shoes):
        _, _, lying = list(views_of(shoe))[number % 8]
        turns, mirrored = shoe_view(lying, references)
        back.append(np.array_equal(np.rot90(lying[:, ::-1] if mirrored else lying, -turns), shoe))
        alone.append(shoe_view(shoe, references) == (0, False))
    assert np.mean(back) >= 0.9
    assert np.mean(alone) >= 0.95


def test_a_single_shoe_in_a_photo_is_turned_and_it_is_said(heldout):
    network = Network("cnn")
    shoe = heldout.images[np.flatnonzero(heldout.labels == 9)[1]]
    lying = np.rot90(shoe[:, ::-1])
    buffer = io.BytesIO()
    Image.fromarray(255 - shoe[:, ::-1]).resize((300, 300), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=95)
    seen, prediction = predict_development(network, develop(decode(buffer.getvalue())))
    assert prediction.predicted == 9
    assert "toe to the left" in seen.steps[-1].words
    assert np.abs(seen.image.astype(int) - shoe).mean() < 12
    development = sideways(replace(seen, image=np.ascontiguousarray(lying)), network.gallery)
    assert np.abs(development.image.astype(int) - shoe).mean() < 8
    assert development.steps[-1].name == "Sideways"
    assert sideways(replace(seen, image=shoe), network.gallery).image is shoe


def test_a_turn_that_makes_a_shoe_something_else_is_taken_back(heldout, monkeypatch):
    network = Network("cnn")
    shoe, shirt = (heldout.images[np.flatnonzero(heldout.labels == label)[1]] for label in (9, 0))
    buffer = io.BytesIO()
    Image.fromarray(255 - shoe).resize((300, 300), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=95)
    development = develop(decode(buffer.getvalue()))
    monkeypatch.setattr(photo_prediction, "sideways", lambda seen, gallery: replace(seen, image=shirt))
    seen, answer = predict_development(network, development)
    assert answer.predicted == 9
    assert seen is development


@pytest.mark.parametrize("listed", [True, False])
def test_a_damaged_segmenter_is_not_used(tmp_path, monkeypatch, listed):
    copy = tmp_path / segmentation.SEGMENTER.name
    content = bytearray(segmentation.SEGMENTER.read_bytes())
    content[len(content) // 2] ^= 1  # a weight: LiteRT would notice nothing
    copy.write_bytes(content)
    if listed:
        shutil.copy(segmentation.SEGMENTER.parent / manifest.NAME, tmp_path)
    monkeypatch.setattr(segmentation, "SEGMENTER", copy)
    segmentation.Segmenter(copy)
    with pytest.raises(ModelError, match="no garment can be found in a photo"):
        segmentation.load_segmenter.__wrapped__()
