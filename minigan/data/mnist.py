"""MNIST: 70,000 handwritten digits, 28 x 28, grey (LeCun, Cortes and Burges 1998).

Split as in the 2014 paper's experiments: of the 60,000 training images the first 50,000 to
train on, the last 10,000 to validate; 10,000 to test.
"""

from pathlib import Path

from minigan.data.download import Download
from minigan.data.idx import KnownFiles, holds, read_labelled
from minigan.data.image_sets import Images, Known, in_order
from minigan.data.places import Places

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
FILES: KnownFiles = {
    "train-images-idx3-ubyte": (
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "train-labels-idx1-ubyte": (
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "t10k-images-idx3-ubyte": (
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "t10k-labels-idx1-ubyte": (
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
FOLDERS = ("", "raw/", "MNIST/raw/")  # beside each other as they come, and torchvision's
SIZES = (9_912_422, 28_881, 1_648_877, 4_542)  # bytes of the files, gzipped
GZIPPED_SHA256 = (
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)
DOWNLOADS = tuple(
    Download(f"{name}.gz", size, sha256, tuple(f"{mirror}{name}.gz" for mirror in MIRRORS))
    for name, size, sha256 in zip(FILES, SIZES, GZIPPED_SHA256, strict=True)
)


def locate(places: Places) -> list[Path]:
    """The four files in the order of `FILES`, gzipped or unpacked.

    Their names may be the original ones, also in torchvision's ``MNIST/raw``; or any others, if
    their content is the original.
    """
    remark = " (or unpacked, without .gz)"
    paths = []
    for name in FILES:
        known = [f"{folder}{it}" for folder in FOLDERS for it in (f"{name}.gz", name)]
        found = places.look(*known) or _by_content(places, *FILES[name])
        if not found:
            raise places.missing(f"{name}.gz{remark}")
        paths.append(found[0])
    return paths


def _by_content(places: Places, shape: tuple[int, ...], sha256: str) -> list[Path]:
    """Files that have this shape and SHA-256, whatever their names."""
    return [path for path in places.files(FOLDERS) if holds(path, shape, sha256)]


def read(paths: list[Path], fold: int = 0) -> Images:
    """The 70,000 digits, shape (1, 28, 28), the training images first."""
    pixels, labels = read_labelled(paths, FILES)
    return Images(pixels, (1, 28, 28), in_order(50_000, 10_000, 10_000), labels)


MNIST = Known("70,000 digits, 28x28, grey", locate, read, DOWNLOADS)
