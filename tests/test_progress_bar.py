from __future__ import annotations

import course


class Shown:
    def __init__(self, pictures):
        self.pictures = pictures

    def update(self, html):
        self.pictures.append(html.data)


def test_the_bar_ends_full_and_names_its_loop(monkeypatch):
    pictures = []

    def display(html, display_id):
        pictures.append(html.data)
        return Shown(pictures)

    monkeypatch.setattr("IPython.display.display", display)
    assert list(course.track(["a", "b", "c"], "Letters & signs")) == ["a", "b", "c"]
    assert 'value="0" max="3"' in pictures[0]
    assert pictures[-1].endswith("3 of 3</label>")
    assert 'aria-label="Letters &amp; signs"' in pictures[-1]


def test_it_can_be_used_twice_and_with_nothing_to_do():
    assert list(course.track([], "none")) == []
    assert list(course.track([1], "one")) == list(course.track([1], "one")) == [1]
