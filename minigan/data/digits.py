"""Digits: 1,797 handwritten digits, 8 x 8, grey, that come with minigan and need no network.

The test set of "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak 1998,
UCI Machine Learning Repository, https://doi.org/10.24432/C50P49), CC BY 4.0; see
``embedded/LICENSE.txt``. A pixel is the number of black dots in a block of 4 x 4, 0 to 16.
"""

from pathlib import Path

from minigan.data.idx import KnownFiles, read_labelled
from minigan.data.image_sets import Images, Known, proportional

FILES: KnownFiles = {
    "digits-images-idx3-ubyte.gz": (
        (1797, 8, 8),
        "359cd13f0f514122884198b78a131df597421cbf5e93a76678fa96fc548f0d96",
    ),
    "digits-labels-idx1-ubyte.gz": (
        (1797,),
        "ce71631c1f31ce56fa54f31d1d498fafacff59b001e6c30c4a5e29508aa277ad",
    ),
}
PATHS = [Path(__file__).with_name("embedded") / name for name in FILES]


def read(paths: list[Path], fold: int = 0) -> Images:
    """The 1,797 digits, shape (1, 8, 8), split 1,199 : 299 : 299 in their original order."""
    pixels, labels = read_labelled(paths, FILES)
    return Images(pixels, (1, 8, 8), proportional(len(pixels)), labels, top=16)


DIGITS = Known("1,797 digits, 8x8, grey; comes with minigan", lambda places: PATHS, read)
