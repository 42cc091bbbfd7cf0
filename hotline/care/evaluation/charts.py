"""Small charts as inline SVG: shares with their intervals, bars, and a reliability diagram."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from hotline.care.evaluation.figures import Bin, Share

LEFT, WIDTH, ROW = 240, 620, 24
BLUE, GREY, LINE = "#1463b8", "#d5dbe2", "#8d98a5"


def shares(values: Mapping[str, Share]) -> str:
    """A bar for each share (0 to 100 %), with the 95 % interval as a line across its end."""
    rows = []
    for number, (name, share) in enumerate(values.items()):
        top = number * ROW
        low, high = (LEFT + bound * WIDTH for bound in share.interval)
        rows.append(_bar(name, share.value, f"{share.value:.1%}", top)
                    + f'<line x1="{low:.0f}" x2="{high:.0f}" y1="{top + 12}" y2="{top + 12}" stroke="{LINE}"/>')
    return _picture("".join(rows), len(values) * ROW)


def bars(values: Mapping[str, float], unit: str) -> str:
    """A bar for each value between 0 and 1."""
    rows = [_bar(name, value, f"{value:.2f}", number * ROW) for number, (name, value) in enumerate(values.items())]
    return f"<small>{html.escape(unit)}</small>" + _picture("".join(rows), len(values) * ROW)


def reliability(bins: Sequence[Bin]) -> str:
    """Confidence across, share of right ones up; on the diagonal a model knows how sure it may be."""
    size, pad = 260, 30
    dots = "".join(
        f'<circle cx="{pad + found.confidence * size:.0f}" cy="{size - found.right * size:.0f}" '
        f'r="{3 + min(found.total, 100) ** 0.5 / 2:.1f}" fill="{BLUE}" fill-opacity="0.75"><title>{found.total}</title>'
        "</circle>" for found in bins)
    frame = (f'<rect x="{pad}" y="0" width="{size}" height="{size}" fill="none" stroke="{GREY}"/>'
             f'<line x1="{pad}" y1="{size}" x2="{pad + size}" y2="0" stroke="{LINE}" stroke-dasharray="4"/>'
             f'<text x="{pad}" y="{size + 16}">把握 0</text><text x="{pad + size - 30}" y="{size + 16}">100%</text>'
             f'<text x="0" y="12">100%</text>')
    return f'<svg width="{size + pad + 10}" height="{size + 24}" role="img">{frame}{dots}</svg>'


def _bar(name: str, value: float, label: str, top: int) -> str:
    return (f'<text x="{LEFT - 8}" y="{top + 16}" text-anchor="end">{html.escape(name)}</text>'
            f'<rect x="{LEFT}" y="{top + 4}" width="{WIDTH}" height="16" fill="{GREY}" fill-opacity="0.35"/>'
            f'<rect x="{LEFT}" y="{top + 4}" width="{value * WIDTH:.0f}" height="16" fill="{BLUE}" fill-opacity="0.8"/>'
            f'<text x="{LEFT + WIDTH + 8}" y="{top + 16}">{label}</text>')


def _picture(body: str, height: int) -> str:
    return f'<svg width="{LEFT + WIDTH + 70}" height="{height + 4}" role="img">{body}</svg>'
