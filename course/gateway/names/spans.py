"""Places in a text."""

from __future__ import annotations

Span = tuple[int, int]


def without_overlaps(spans: list[Span]) -> list[Span]:
    """In order; of two that overlap the longer one stays."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if kept and start < kept[-1][1]:
            if end - start > kept[-1][1] - kept[-1][0]:
                kept[-1] = (start, end)
            continue
        kept.append((start, end))
    return kept
