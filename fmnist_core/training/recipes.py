"""How each network is trained: one frozen record a network, no TensorFlow."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a training run yields.

    Attributes:
        name: names the run and its files.
        network: which builder in `networks`.
        epochs: passes over the 55,000 training pictures.
        peak_rate: highest learning rate (SGD, Nesterov momentum).
        batch: pictures a step.
        warm_up: share of the run in which the rate climbs.
        momentum: of SGD.
        weight_decay: decoupled, times the learning rate; kernels only.
        label_smoothing: share of the target spread over all classes.
        average: decay of the moving average of the weights, a step.
        flip: alternating mirror images.
        shift: largest translation, pixels.
        erasing: share of pictures with a random rectangle of noise.
        clean_epochs: last epochs without erasing and mixup.
        cool_down: share of the run, at its end, in which the rate falls to nothing; by default it falls from the
            peak on.
        teachers: recipes whose mean probabilities, of the very view that the student sees, are the target.
        distillation: weight of the teachers' probabilities against the labels.
        teacher_temperature: divides the teachers' logits; below 1 it undoes what label smoothing took from them.
        mixup: share of pictures under which another of the batch shines through, by up to a half (Zhang et al. 2018).
        cutmix: share of pictures that get a rectangle of another of the batch, up to half of them (Yun et al. 2019).
        view_epochs: epochs of different views; then the same come again, and what the teachers think of them is known
            already. 0 for new views in every epoch.
        starts_from: recipe whose finished weights it starts from, "" for fresh ones.
        blend: share of what was learned in the weights that count, the rest are those it started from (Wortsman et al.
            2022, Robust fine-tuning of zero-shot models, arXiv 2109.01903).
        blends_with: recipe whose finished weights are the rest, "" for the one it started from.
        members: recipes whose finished networks stand side by side in it: their mean logits count, and nothing more is
            learned.
        frozen: layer up to which nothing is learned any more, "" for learning everywhere.
        pictures: training pictures an epoch, 0 for all of them.
        photos: developed photos that people took, a step, beside the batch (`FMNIST_PHOTOS_DIR`).
        outliers: of these, how many are drawn pictures of things that are no garments.
        outlier_weight: of the loss that asks for no opinion on what is none of the ten (Hendrycks et al. 2019).
        left_out: fold of the photos that neither it nor what it starts from learns from, to be measured on; -1 for
            none.
        warp: standard deviation of random turns in degrees; size, shape and place vary in proportion.
        precision: of the arithmetic of a step, a Keras dtype policy; weights are kept in 32 bits by either.
        half: in the end the kernels are rounded to 16 bits, and stored so: half the bytes.
        jit: compile the step with XLA.
        seed: of everything random.
    """

    name: str
    network: str
    epochs: int
    peak_rate: float
    batch: int = 256
    warm_up: float = 0.15
    momentum: float = 0.9
    weight_decay: float = 5e-3
    label_smoothing: float = 0.0
    average: float = 0.998
    flip: bool = True
    shift: int = 2
    erasing: float = 0.5
    clean_epochs: int = 2
    cool_down: float | None = None
    teachers: tuple[str, ...] = ()
    distillation: float = 0.0
    teacher_temperature: float = 1.0
    mixup: float = 0.0
    cutmix: float = 0.0
    view_epochs: int = 0
    starts_from: str = ""
    blend: float = 1.0
    blends_with: str = ""
    members: tuple[str, ...] = ()
    frozen: str = ""
    pictures: int = 0
    photos: int = 0
    outliers: int = 0
    outlier_weight: float = 0.0
    left_out: int = -1
    warp: float = 0.0
    precision: str = "float32"
    half: bool = False
    jit: bool = False
    seed: int = 0

    @property
    def start(self) -> "Recipe | None":
        """The recipe whose finished weights this one starts from, without the same photos; None for fresh weights."""
        if not self.starts_from:
            return None
        start = RECIPES[self.starts_from]
        return replace(start, left_out=self.left_out) if start.photos else start

    def builds_on(self) -> "list[Recipe]":
        """Return the recipes whose finished weights this one needs, teachers first."""
        others = [RECIPES[name] for name in (*self.teachers, *self.members, self.blends_with) if name]
        return [*others, self.start] if self.start else others


def _plain(name: str, epochs: int, peak_rate: float, weight_decay: float) -> Recipe:
    """Return a recipe without augmentation."""
    return Recipe(
        name,
        name,
        epochs,
        peak_rate,
        weight_decay=weight_decay,
        flip=False,
        shift=0,
        erasing=0.0,
        clean_epochs=0,
    )


def _wide(name: str, epochs: int, **further: Any) -> Recipe:
    """Return a recipe of the wide network; `further` are other fields of it."""
    return Recipe(
        name,
        "wide",
        epochs,
        peak_rate=0.1,
        batch=128,
        average=0.999,
        clean_epochs=4,
        precision="mixed_bfloat16",
        half=True,
        **further,
    )


def _ensemble(name: str, *members: str) -> Recipe:
    """Return a recipe of networks side by side: nothing more is learned, and kernels are kept in 16 bits."""
    return Recipe(name, "ensemble", epochs=0, peak_rate=0.0, members=members, half=True)


def _with_photos(name: str, epochs: int, peak_rate: float, **further: Any) -> Recipe:
    """Return a recipe of the champion's shape that learns from photos too; `further` are other fields of it."""
    return Recipe(
        name,
        "resnet",
        epochs,
        peak_rate,
        batch=144,
        frozen="stage1",
        pictures=20_736,
        photos=56,
        outliers=10,
        outlier_weight=0.5,
        **further,
    )


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _plain("linear", epochs=12, peak_rate=0.02, weight_decay=1e-3),
        _plain("mlp", epochs=20, peak_rate=0.1, weight_decay=2e-3),
        Recipe("cnn", "cnn", epochs=24, peak_rate=0.1, label_smoothing=0.05),
        Recipe(
            "resnet-student",
            "resnet",
            epochs=90,
            peak_rate=0.1,
            batch=128,
            warm_up=4 / 90,
            average=0.999,
            clean_epochs=4,
            teachers=("resnet-teacher", "resnet-wide"),
            distillation=0.7,
            teacher_temperature=0.75,
            mixup=0.5,
        ),
        # The same network from the labels alone.
        Recipe(
            "resnet-teacher",
            "resnet",
            epochs=120,
            peak_rate=0.1,
            batch=128,
            warm_up=5.2 / 120,
            cool_down=2 / 3,
            label_smoothing=0.05,
            average=0.999,
            clean_epochs=4,
        ),
        Recipe("resnet-wide", "resnet-wide", epochs=50, peak_rate=0.15, label_smoothing=0.05),
        # Three times the arithmetic and the parameters: a teacher of another kind.
        _wide(
            "wide-teacher",
            epochs=44,
            warm_up=4 / 44,
            cool_down=20 / 44,
            teachers=("resnet-student", "resnet-teacher"),
            distillation=0.7,
            teacher_temperature=0.75,
            mixup=0.5,
        ),
        # It goes on from the labels alone, so that it thinks less like the others.
        _wide("wide-labels", epochs=32, warm_up=2 / 32, mixup=0.25, cutmix=0.25, starts_from="wide-teacher"),
        # An ensemble: three networks of two kinds stand side by side, and their mean counts.
        _ensemble("wide", "resnet-student", "resnet-teacher", "wide-labels"),
        # The ensemble before.
        _ensemble("wide-first", "resnet-student", "resnet-teacher", "wide-teacher"),
        # The champion: what the ensemble knows, in a fifth of its size.
        Recipe(
            "resnet",
            "resnet",
            epochs=24,
            peak_rate=0.05,
            batch=128,
            warm_up=2 / 24,
            average=0.999,
            clean_epochs=4,
            teachers=("wide-first",),
            teacher_temperature=0.9,
            distillation=0.7,
            mixup=0.5,
            view_epochs=5,
            starts_from="resnet-student",
            precision="mixed_bfloat16",
        ),
        # It underfits rather than overfits: no erasing, little decay, and a teacher's probabilities as the target.
        Recipe(
            "tiny",
            "tiny",
            epochs=40,
            peak_rate=0.2,
            weight_decay=5e-4,
            shift=1,
            erasing=0.0,
            clean_epochs=0,
            teachers=("resnet-student",),
            distillation=1.0,
        ),
        # The champion before, which goes on learning: nearly every fourth picture is a photo that people took.
        _with_photos(
            "street-base",
            epochs=20,
            peak_rate=0.03,
            warm_up=0.08,
            average=0.998,
            clean_epochs=2,
            erasing=0.25,
            teachers=("resnet-student", "resnet-teacher", "wide-teacher"),
            distillation=0.7,
            view_epochs=8,
            starts_from="resnet-student",
            warp=7.0,
            blend=0.6,
        ),
        # The last steps, from the labels alone, on pictures and developed photos as they are.
        _with_photos(
            "street",
            epochs=4,
            peak_rate=0.01,
            warm_up=0.1,
            average=0.99,
            clean_epochs=4,
            shift=0,
            erasing=0.0,
            starts_from="street-base",
            blend=0.8,  # the largest of .6 to 1 with 95 % of the held-out pictures right
            blends_with="resnet-student",
        ),
    )
}
