"""Draws Music Sync's icon and logo: `draw_brand.py [FOLDER]` writes the eight PNGs that Home Assistant looks for.

The mark is a pair of notes between two arrows that follow each other around it. All lengths are shares of the mark's
side; everything is drawn larger than it is shown and made smaller, which smooths its edges.
"""

from collections.abc import Iterator
from math import cos, pi, sin
from pathlib import Path
import sys

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parents[1] / "custom_components" / "music_sync" / "brand"

FINER = 4
ICON = 256
LOGO = 128

VIOLET = (110, 72, 240)
CORAL = (255, 94, 112)
INK = (38, 34, 64)
SNOW = (246, 245, 255)

RADIUS = 0.37
STROKE = 0.085
HEAD_LENGTH = 0.185
HEAD_WIDTH = 0.22
GAP = 0.1
"""Turns left open between the tip of an arrow and the tail of the next."""

STEMS = ((0.447, 0.35, 0.64), (0.682, 0.302, 0.592))
"""The stems of the two notes: where they stand, where they begin and end."""
STEM = 0.05
BEAM = 0.095
NOTE = (0.135, 0.1)
TILT = -22.0

TEXT = "Music Sync"
TEXT_HEIGHT = 0.52
TEXT_WEIGHT = 0.009
SPACE = 0.16

type Point = tuple[float, float]
type Color = tuple[int, int, int]


def around(turns: float, radius: float = RADIUS) -> Point:
    """Return the point on a circle about the middle; turns go clockwise from the right."""
    return 0.5 + radius * cos(2 * pi * turns), 0.5 + radius * sin(2 * pi * turns)


def arrow(start: float, end: float) -> Iterator[list[Point]]:
    """Give the shapes of an arrow that runs clockwise along the ring: its bent shaft, and its head."""
    tip = end
    neck = end - HEAD_LENGTH / (2 * pi * RADIUS)
    steps = [start + (neck + 0.01 - start) * step / 96 for step in range(97)]
    outer = [around(turns, RADIUS + STROKE / 2) for turns in steps]
    inner = [around(turns, RADIUS - STROKE / 2) for turns in reversed(steps)]
    yield outer + inner
    yield [around(neck, RADIUS + HEAD_WIDTH / 2), around(tip), around(neck, RADIUS - HEAD_WIDTH / 2)]


def arrows_mask(side: int) -> Image.Image:
    """Return where the arrows are."""
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    for half in (0.0, 0.5):
        start, end = half - 0.16, half + 0.34 - GAP / 2
        for shape in arrow(start, end):
            draw.polygon([(x * side, y * side) for x, y in shape], fill=255)
        x, y = around(start)
        draw.ellipse(_box(x, y, STROKE / 2, STROKE / 2, side), fill=255)
    return mask


def notes_mask(side: int) -> Image.Image:
    """Return where the notes are."""
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    (left, left_top, _), (right, right_top, _) = STEMS
    beam = [
        (left - STEM, left_top),
        (right, right_top),
        (right, right_top + BEAM),
        (left - STEM, left_top + BEAM),
    ]
    draw.polygon([(x * side, y * side) for x, y in beam], fill=255)
    for x, top, bottom in STEMS:
        draw.rectangle(((x - STEM) * side, (top + 0.01) * side, x * side, bottom * side), fill=255)
        head = Image.new("L", (side, side))
        wide, high = NOTE[0] / 2, NOTE[1] / 2
        ImageDraw.Draw(head).ellipse(_box(0.5, 0.5, wide, high, side), fill=255)
        head = head.rotate(-TILT, Image.Resampling.BICUBIC)
        middle = (x - wide + 0.002, bottom + 0.002)
        mask.paste(255, (round((middle[0] - 0.5) * side), round((middle[1] - 0.5) * side)), head)
    return mask


def _box(x: float, y: float, wide: float, high: float, side: int) -> tuple[float, float, float, float]:
    """Return the box around a point, in pixels."""
    return (x - wide) * side, (y - high) * side, (x + wide) * side, (y + high) * side


def mark(side: int, ink: Color) -> Image.Image:
    """Draw the mark, trimmed, onto a transparent square of `side` pixels."""
    large = side * FINER
    slope = Image.linear_gradient("L").rotate(45, expand=False).resize((large, large))
    drawn = Image.new("RGBA", (large, large))
    coloured = Image.composite(Image.new("RGBA", drawn.size, CORAL), Image.new("RGBA", drawn.size, VIOLET), slope)
    drawn.paste(coloured, (0, 0), arrows_mask(large))
    drawn.paste((*ink, 255), (0, 0), notes_mask(large))
    trimmed = drawn.crop(drawn.getbbox())
    longest = max(trimmed.size)
    square = Image.new("RGBA", (longest, longest))
    square.paste(trimmed, ((longest - trimmed.width) // 2, (longest - trimmed.height) // 2))
    return square.resize((side, side), Image.Resampling.LANCZOS)


def logo(height: int, ink: Color) -> Image.Image:
    """Draw the mark and the name beside it, trimmed, `height` pixels high."""
    large = height * FINER
    font = ImageFont.load_default(large * TEXT_HEIGHT)
    weight = round(large * TEXT_WEIGHT)
    left, top, right, bottom = font.getbbox(TEXT, stroke_width=weight)
    start = round(large * (1 + SPACE))
    drawn = Image.new("RGBA", (start + round(right - left), large))
    drawn.paste(mark(large, ink))
    place = (start - left, (large - (bottom - top)) / 2 - top)
    ImageDraw.Draw(drawn).text(place, TEXT, font=font, fill=(*ink, 255), stroke_width=weight)
    trimmed = drawn.crop(drawn.getbbox())
    return trimmed.resize((round(trimmed.width * height / trimmed.height), height), Image.Resampling.LANCZOS)


def main(folder: Path) -> None:
    """Write all images."""
    folder.mkdir(exist_ok=True)
    for prefix, ink in (("", INK), ("dark_", SNOW)):
        for suffix, times in (("", 1), ("@2x", 2)):
            mark(ICON * times, ink).save(folder / f"{prefix}icon{suffix}.png", optimize=True)
            logo(LOGO * times, ink).save(folder / f"{prefix}logo{suffix}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
