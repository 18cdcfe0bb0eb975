"""From photo to 28x28: what must hold whatever the photo."""

import io
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.photos import GROUNDS, photo
from fmnist_core import Classifier, default_network, load_card, load_test
from fmnist_core.photos.background import estimate_background, find_garment
from fmnist_core.photos.choices import POLARITIES, Choices
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.normalisation import fit, stretch
from fmnist_core.photos.pipeline import develop


def developed(image, choices=None, **options):
    buffer = io.BytesIO()
    image.save(buffer, options.pop("kind", "PNG"), **options)
    return develop(decode(buffer.getvalue()), choices)


def block(ground=(240, 240, 240), cloth=(30, 40, 80), box=(150, 100, 250, 300), size=(400, 400)):
    """A plain block that is taller than wide, with a notch at its upper left."""
    image = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(image)
    pen.rectangle(box, fill=cloth)
    pen.rectangle((box[0], box[1], box[0] + 40, box[1] + 40), fill=ground)
    return image


def test_the_picture_is_bright_on_black_and_fills_its_longest_edge():
    found = developed(block())
    assert found.image.shape == (28, 28)
    assert found.image.dtype == np.uint8
    assert found.negated
    rows, columns = np.nonzero(found.image.max(axis=1) > 60)[0], np.nonzero(found.image.max(axis=0) > 60)[0]
    assert (rows[0], rows[-1]) == (0, 27)
    assert abs(columns[0] - (27 - columns[-1])) <= 1
    assert found.image.max() >= 250
    assert found.image[14, 2] == 0


def test_polarity_is_decided_by_the_ground():
    assert not developed(block(ground=(20, 20, 25), cloth=(220, 210, 200))).negated
    assert developed(block(ground=(120, 120, 120), cloth=(40, 40, 40))).negated


@pytest.mark.parametrize("ground", [(250, 250, 250), (90, 140, 90), (200, 160, 120), (15, 15, 40)])
def test_ground_of_any_colour_becomes_black(ground):
    cloth = (235, 235, 235) if sum(ground) < 200 else (40, 30, 30)
    image = developed(block(ground, cloth)).image
    assert image[:, :4].max() == 0
    assert image[20, 14] > 200


def test_a_garment_as_bright_as_its_ground_but_of_another_colour_is_seen():
    image = developed(block(ground=(0, 150, 0), cloth=(255, 12, 60))).image
    assert image[20, 14] > 120


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_small_and_large_garments_give_the_same_picture(share):
    side = round(600 * share)
    left = (600 - side) // 2
    image = block(box=(left, left, left + side // 2, left + side), size=(600, 600))
    found = developed(image)
    width = (found.image.max(axis=0) > 60).sum()
    assert 12 <= width <= 16


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_note_turns_the_picture_upright(orientation):
    upright = block()
    stored = {
        1: lambda i: i,
        2: lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda i: i.transpose(Image.Transpose.ROTATE_180),
        4: lambda i: i.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda i: i.transpose(Image.Transpose.TRANSPOSE),
        6: lambda i: i.transpose(Image.Transpose.ROTATE_90),
        7: lambda i: i.transpose(Image.Transpose.TRANSVERSE),
        8: lambda i: i.transpose(Image.Transpose.ROTATE_270),
    }[orientation](upright)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = developed(stored, exif=exif).image.astype(int)
    expected = developed(upright).image.astype(int)
    assert np.abs(found - expected).mean() < 6


def test_overrides_take_effect():
    plain = developed(block()).image
    turned = developed(block(), Choices(turn=1)).image
    assert np.abs(turned.astype(int) - np.rot90(plain, -1).astype(int)).mean() < 6
    mirrored = developed(block(), Choices(mirror=True)).image
    assert np.abs(mirrored.astype(int) - plain[:, ::-1].astype(int)).mean() < 6
    assert not developed(block(), Choices(polarity=POLARITIES[2])).negated
    cropped = developed(block(), Choices(crop=(0.0, 0.0, 0.0, 0.5)))
    assert cropped.steps[0].picture.shape[0] < cropped.steps[0].picture.shape[1]


def test_a_closed_outline_is_filled_on_request():
    image = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(image).rectangle((80, 60, 220, 240), outline=(20, 20, 20), width=8)
    assert developed(image).image[14, 14] < 30
    assert developed(image, Choices(fill=True)).image[14, 14] > 100


@pytest.mark.parametrize(
    "choices",
    [Choices(polarity="x"), Choices(threshold=9), Choices(crop=(0.6, 0, 0.6, 0)), Choices(crop=(-1, 0, 0, 0))],
)
def test_choices_out_of_range_are_refused(choices):
    with pytest.raises(ValueError, match="must be"):
        developed(block(), choices)


@pytest.mark.parametrize("shade", ["white", "black", (128, 128, 128), (200, 30, 30)])
def test_a_picture_of_nothing_is_said_to_be_one(shade):
    with pytest.raises(PhotoError, match="nothing does"):
        developed(Image.new("RGB", (300, 200), shade))


def test_an_empty_gradient_is_nothing_either():
    ramp = np.linspace(180, 240, 300)[None, :, None] * np.ones((200, 1, 3))
    with pytest.raises(PhotoError, match="nothing does"):
        developed(Image.fromarray(ramp.astype(np.uint8)))


def test_a_cut_out_garment_keeps_its_outline():
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((50, 20, 150, 180), fill=(250, 250, 250, 255))
    found = developed(image)
    assert found.image[14, 14] > 200
    assert found.image[0, 0] == 0


def test_a_quadratic_ground_is_found_behind_a_garment():
    y, x = np.mgrid[-1:1:120j, -1:1:160j]
    ground = 180 + 20 * x - 15 * y - 25 * x * x
    rgb = np.repeat(ground[..., None], 3, axis=2)
    rgb[30:120, 50:110] = 30  # it touches the lower border
    found = estimate_background(np.clip(rgb, 0, 255).astype(np.uint8))
    outside = np.ones((120, 160), bool)
    outside[30:120, 50:110] = False
    assert np.abs(found[..., 0] - ground)[outside].mean() < 4


def test_specks_are_dropped_and_a_pair_of_shoes_is_kept():
    distance = np.zeros((200, 200), np.float32)
    distance[20:90, 20:90] = distance[110:180, 110:180] = 60
    distance[5:8, 150:153] = 60
    mask = find_garment(distance)
    assert mask[50, 50]
    assert mask[150, 150]
    assert not mask[6, 151]


@pytest.mark.parametrize(("width", "left"), [(10, 9), (11, 9), (12, 8), (13, 8)])
def test_unequal_margins_are_larger_at_the_left_and_the_top_as_in_the_data(width, left):
    wide, tall = fit(np.full((width * 8, 224), 255.0)), fit(np.full((224, width * 8), 255.0))
    assert np.flatnonzero(tall.max(axis=0) > 128)[0] == left
    assert np.flatnonzero(wide.max(axis=1) > 128)[0] == left


def test_a_picture_of_the_data_made_large_becomes_itself_again(heldout):
    errors = []
    for image in heldout.images[:60]:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        garment = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        large = garment.resize((garment.width * 9, garment.height * 9), Image.Resampling.BICUBIC)
        errors.append(np.abs(fit(np.asarray(large, np.float32)) - image).mean())
    assert np.median(errors) < 2  # grey levels; 5 without sharpening


def test_a_small_garment_is_looked_at_closer(heldout):
    near, far = [], []
    for image in heldout.images[:12]:
        cloth = 255 - np.asarray(Image.fromarray(image).resize((140, 140), Image.Resampling.BICUBIC))
        for size, errors in ((200, near), (900, far)):
            photo_of_it = Image.new("L", (size, size), 255)
            photo_of_it.paste(Image.fromarray(cloth), (30, 40))
            errors.append(np.abs(developed(photo_of_it).image.astype(int) - image).mean())
    assert np.median(far) < 1.5 * np.median(near) + 1


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("size", [(8, 1700), (10, 2000), (12, 3000), (3, 2500)])
def test_a_thin_picture_is_an_answer_or_a_sentence(size, turned):
    pixels = np.full((*size, 3), 230, np.uint8)
    pixels[1:-1, -150:-60] = 20
    buffer = io.BytesIO()
    Image.fromarray(pixels.swapaxes(0, 1) if turned else pixels).save(buffer, "PNG")
    with suppress(PhotoError):  # nothing else is raised
        assert develop(decode(buffer.getvalue())).image.shape == (28, 28)


def test_stretching_reaches_white():
    assert stretch(np.full((28, 28), 40.0, np.float32)).max() == 255
    assert stretch(np.zeros((28, 28), np.float32)).max() == 0


def test_simulated_photos_are_recognised_almost_as_well_as_the_pictures():
    test, rng = load_test(), np.random.default_rng(7)
    classifier = Classifier(load_card(default_network()).tflite)
    whole, right = [], []
    for place in rng.choice(len(test), 8 * len(GROUNDS), replace=False):
        ground = GROUNDS[len(whole) % len(GROUNDS)]
        image = develop(decode(photo(test.images[place], ground, rng))).image
        whole.append(classifier.logits(test.images[place][None])[0].argmax() == test.labels[place])
        right.append(classifier.logits(image[None])[0].argmax() == test.labels[place])
    assert np.mean(right) >= 0.93 * np.mean(whole)
