"""Pictures in folders: read as they look, labelled by their folders, or refused."""

import struct
import zlib

import numpy as np
import pytest
from memory import little_memory

from minigan.base.errors import DataError
from minigan.data import load
from minigan.data.user_images import read_user_images

from .helpers import written

Image = pytest.importorskip("PIL.Image")
MB = 1 << 20


def folder(tmp_path, pictures, suffix=".png"):
    """A folder of pictures, named so that their order is kept."""
    directory = tmp_path / "pictures"
    directory.mkdir()
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(directory / f"{i:03}{suffix}")
    return directory


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".bmp", ".ppm", ".PNG"])
def test_pictures_are_read_by_channel_in_the_order_of_their_names(suffix, channels, rng, tmp_path):
    pictures = rng.integers(0, 256, (7, 5, 4, channels), dtype=np.uint8)
    shown = pictures if channels == 3 else pictures[..., 0]
    images = read_user_images(folder(tmp_path, shown, suffix))
    assert (images.shape, images.name) == ((channels, 5, 4), "pictures")
    np.testing.assert_array_equal(images.pixels, np.moveaxis(pictures, 3, 1).reshape(7, -1))


def test_jpegs_are_read_about_as_they_were(tmp_path):
    ramp = np.broadcast_to(np.linspace(0, 255, 32).astype(np.uint8), (32, 32))
    images = read_user_images(folder(tmp_path, [ramp], ".jpg"))
    assert np.abs(images.pixels.reshape(32, 32) - ramp.astype(int)).max() < 10


@pytest.mark.parametrize(
    ("colours", "channels"),
    [
        ([(9, 9, 9), (200, 200, 200)], 1),
        ([(9, 9, 9), (200, 200, 201)], 3),
        ([(9, 9, 9), (200, 200, 200), (255, 0, 0)], 1),  # red is in the palette, not in the picture
    ],
)
def test_a_palette_is_grey_if_the_colours_in_use_are(colours, channels, tmp_path):
    picture = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    picture.putpalette(sum(colours, ()))
    picture.save(tmp_path / "a.png")
    images = read_user_images(tmp_path)
    expected = np.array([colours[0], colours[1], colours[1], colours[0]])[:, :channels].T
    assert images.shape == (channels, 2, 2)
    np.testing.assert_array_equal(images.pixels, expected.reshape(1, -1))


def test_pictures_of_single_bits_are_black_and_white(tmp_path):
    Image.new("1", (2, 2), 1).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_user_images(tmp_path).pixels, [[255] * 4])


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_its_file_says(orientation, suffix, tmp_path):
    upright = np.zeros((8, 16), np.uint8)
    upright[:, 8:] = 255  # white on the right
    # How a camera stores it that is turned so: by the EXIF standard, where row 0, column 0 are.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: upright.T[::-1],
        7: upright.T[::-1, ::-1],
        8: upright.T[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / f"a{suffix}", exif=exif)
    images = read_user_images(tmp_path)
    assert images.shape == (1, 8, 16)
    assert np.abs(images.pixels.reshape(8, 16) - upright.astype(int)).max() < 10


def test_other_files_and_folders_are_passed_over(rng, tmp_path):
    with pytest.raises(DataError, match=r"expected pictures \(.png, .jpg"):
        read_user_images(tmp_path)
    directory = folder(tmp_path, rng.integers(0, 256, (2, 3, 3), dtype=np.uint8))
    (directory / "notes.txt").write_text("hello")
    (directory / "._000.png").write_bytes(b"what macOS leaves")
    (directory / "more.png").mkdir()
    (directory / "__MACOSX").mkdir()
    (directory / "__MACOSX" / "a.png").write_bytes(b"what macOS leaves")
    assert len(read_user_images(directory).pixels) == 2


@pytest.mark.parametrize(
    ("places", "where"),
    [(["", "cats"], "cats"), (["a/x", "b"], "a/x"), (["", "a/b"], "a/b")],
)
def test_pictures_in_other_folders_besides_are_refused_not_left_out(places, where, tmp_path):
    for place in places:
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(tmp_path / place / "0.png")
    with pytest.raises(DataError, match=f"got 1 in {tmp_path / where} as well: move these"):
        read_user_images(tmp_path)


def test_what_macos_puts_into_archives_is_no_class(tmp_path):
    for place in ("a", "b", "__MACOSX"):
        (tmp_path / place).mkdir()
        Image.new("L", (4, 4)).save(tmp_path / place / "0.png")
    assert read_user_images(tmp_path).labels.tolist() == [0, 1]


@pytest.mark.parametrize("other", [np.zeros((4, 5), np.uint8), np.zeros((5, 4, 3), np.uint8)])
def test_pictures_that_differ_in_size_or_channels_are_refused(other, tmp_path):
    directory = folder(tmp_path, [np.zeros((5, 4), np.uint8), other])
    with pytest.raises(
        DataError,
        match=r"001.png: expected .* \(1, 5, 4\) as of 000.png, got .*: (resize|convert) all to",
    ):
        read_user_images(directory)


def test_more_than_8_bits_and_alpha_channels_are_refused(tmp_path):
    for mode in ("RGBA", "LA", "I;16"):
        Image.new(mode, (4, 4)).save(tmp_path / "a.png")
        with pytest.raises(
            DataError, match=f"a.png: expected 8 bits a channel, .* mode {mode}: convert it to"
        ):
            read_user_images(tmp_path)


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_a_transparent_colour_is_refused(mode, tmp_path):
    colour = (1, 2, 3) if mode == "RGB" else 0
    picture = Image.new(mode, (4, 4), colour)
    if mode == "P":
        picture.putpalette([1, 2, 3])
    picture.save(tmp_path / "a.png", transparency=colour)
    with pytest.raises(DataError, match=f"without transparency, got mode {mode} with transp"):
        read_user_images(tmp_path)


def chunk(kind, data):
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_colours_of_16_bits_are_not_cut_down_to_8(tmp_path):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" + bytes(range(12))))
    png = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    for kind, data in (("png", png), ("ppm", b"P6 2 1 65535\n" + bytes(12))):
        path = written(tmp_path / kind / f"a.{kind}", data)
        with pytest.raises(DataError, match=f"a.{kind}: expected 8 bits a channel, .* 16 bits"):
            read_user_images(path.parent)


def test_other_formats_and_moving_pictures_are_refused(tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "a.gif")
    (tmp_path / "a.gif").rename(tmp_path / "a.png")  # whatever its name says
    with pytest.raises(DataError, match=r"a.png: cannot be read as a picture"):
        read_user_images(tmp_path)
    frames = [Image.new("L", (4, 4), grey) for grey in (0, 9)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    with pytest.raises(DataError, match=r"a.png: expected one picture, got 2 frames"):
        read_user_images(tmp_path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".pgm"])
def test_a_picture_that_is_cut_off_is_refused(suffix, rng, tmp_path):
    picture = rng.integers(0, 256, (16, 16), dtype=np.uint8)
    path = folder(tmp_path, [picture], suffix) / f"000{suffix}"
    data = path.read_bytes()
    for end in range(0, len(data) - 8, 7):  # the last bytes of a PNG only say that it ends
        path.write_bytes(data[:end])
        with pytest.raises(DataError, match=f"000{suffix}: cannot be read as a picture"):
            read_user_images(path.parent)


@pytest.mark.parametrize(
    ("size", "message"),
    [(9_000, "expected at most .* in 117 bytes, got 81,000,000"), (20_000, "cannot be read")],
)
def test_a_small_picture_that_announces_many_pixels_is_refused(size, message, tmp_path):
    data = (b"P5 %d %d 255\n" % (size, size)).ljust(17) + bytes(100)
    written(tmp_path / "a.pgm", data)
    with pytest.raises(DataError, match=f"a.pgm: {message}"):
        read_user_images(tmp_path)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_an_empty_picture_is_no_bomb(mode, tmp_path):
    Image.new(mode, (1500, 1500)).save(tmp_path / "a.png", optimize=True)
    assert not read_user_images(tmp_path).pixels.any()


def test_many_pictures_that_unpack_to_too_much_are_refused_before_they_do(tmp_path):
    Image.new("RGB", (1500, 1500)).save(tmp_path / "0.png", optimize=True)
    for i in range(1, 12):
        (tmp_path / f"{i}.png").write_bytes((tmp_path / "0.png").read_bytes())
    with little_memory(64 * MB), pytest.raises(DataError, match="got 81,000,000; if they are"):
        read_user_images(tmp_path)


# Folders by class.


def by_class(tmp_path, *names):
    """A folder with folders of so many pictures, whose grey is their class's place in the list."""
    for grey, name in enumerate(names):
        (tmp_path / name).mkdir(parents=True)
        for i in range(6):
            Image.new("L", (2, 2), grey).save(tmp_path / name / f"{i}.jpg")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "labels"),
    [(("cat", "dog", "ant"), (1, 2, 0)), (("2", "10", "007"), (2, 10, 7)), (("1", "x"), (0, 1))],
)
def test_labels_are_the_numbers_of_the_folders_or_their_places(names, labels, tmp_path):
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "none").mkdir()
    data = load(by_class(tmp_path, *names))
    assert data.sizes["train"] == len(data.labels) == 6 * len(names) - 2 * len(names)
    greys = np.rint(data.X[:, 0] * 255).astype(int)
    np.testing.assert_array_equal(data.labels, np.array(labels)[greys])


def test_a_folder_without_pictures_says_what_is_in_it(tmp_path):
    with pytest.raises(DataError, match="got none: it is empty"):
        read_user_images(tmp_path)
    by_class(tmp_path, "train/0", "test/0")
    with pytest.raises(DataError, match="got none: folders test, train"):
        read_user_images(tmp_path)
    written(tmp_path / "data_batch_1", b"\x80\x02}q\x01")
    with pytest.raises(DataError, match=r"data_batch_1 seems to be a pickle.* fetch cifar10"):
        read_user_images(tmp_path)
