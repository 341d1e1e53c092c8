"""A recorded game is one file that needs nothing else, and holds the frames of the game."""

import json
import re

from minigan.play.kinds import numbers, picture
from minigan.play.knobs import Knobs
from minigan.play.recording import PICTURES, record
from minigan.play.session import Session


def test_a_film_holds_the_frames_of_the_game_and_no_link():
    page = record(Session(Knobs(seed=1)), 4, lambda moments, n: moments)
    film = json.loads(re.search('id="film">(.*?)</script>', page)[1])
    frames = film["frames"]
    assert 3 <= len(frames) <= PICTURES + 1
    assert [one["step"] for one in frames] == sorted({one["step"] for one in frames})
    assert frames[0]["step"] == 0
    other = Session(Knobs(seed=1))
    for _ in range(4):
        other.do("step")
    last = json.loads(json.dumps(picture(other, numbers(other))))
    assert {**frames[-1], "deeds": 0} == {**last, "deeds": 0}
    assert all(one["value"] <= one["c_of_g"] for one in frames)
    assert not re.search(r'(src|href)="[^#]', page)
    assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")  # a name
    assert "{{" not in page
