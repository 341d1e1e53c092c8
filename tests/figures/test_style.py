"""The look of pictures: colours that are seen, formats, the same picture the same file."""

import numpy as np
import pytest

from minigan.figures import style


def luminance(color):
    """Relative luminance of the Web Content Accessibility Guidelines."""
    from matplotlib.colors import to_rgb

    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("name", ["GREEN", "BLUE", "ORANGE", "PURPLE", "SKY", "GREY"])
def test_every_colour_has_a_contrast_of_three_to_one_on_white(name):
    assert 1.05 / (luminance(getattr(style, name)) + 0.05) >= 3


def picture():
    with style.applied():
        drawn = style.new_picture(2)
        ax = drawn.subplots()
        ax.plot([0, 1], [0, 1], label="$p_g$")
        style.name_all_curves(drawn, 1)
    return drawn


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_the_same_picture_is_the_same_file_in_every_format(suffix, start, tmp_path):
    files = style.PictureFiles(suffix)
    one, other = (files.write(tmp_path / stem, picture()) for stem in ("a.b", "c"))
    assert (one.name, other.name) == (f"a.b.{suffix}", f"c.{suffix}")
    assert one.read_bytes().startswith(start)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("dpi", [20, 50])
def test_dots_an_inch_are_those_of_the_png(dpi, tmp_path):
    from PIL import Image

    file = style.PictureFiles("png", dpi).write(tmp_path / "it", picture())
    with Image.open(file) as image:
        assert image.size == (10 * dpi, 2 * dpi)
