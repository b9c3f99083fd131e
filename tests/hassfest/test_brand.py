"""Pictures of the brand: those that Home Assistant looks for, in the sizes it asks for."""

from itertools import product

from PIL import Image
import pytest

from .integration import INTEGRATION

BRAND = INTEGRATION / "brand"


@pytest.mark.parametrize(("prefix", "suffix"), product(["", "dark_"], ["", "@2x"]))
def test_icon(prefix: str, suffix: str) -> None:
    """Icons are square, trimmed, on nothing."""
    with Image.open(BRAND / f"{prefix}icon{suffix}.png") as icon:
        side = 512 if suffix else 256
        assert (icon.format, icon.mode, icon.size) == ("PNG", "RGBA", (side, side))
        left, top, right, bottom = icon.getbbox() or (0, 0, 0, 0)
        assert max(right - left, bottom - top) == side
        assert icon.getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize(("prefix", "suffix"), product(["", "dark_"], ["", "@2x"]))
def test_logo(prefix: str, suffix: str) -> None:
    """Logos are wider than high, trimmed, on nothing; the shorter side is within Home Assistant's bounds."""
    with Image.open(BRAND / f"{prefix}logo{suffix}.png") as logo:
        assert (logo.format, logo.mode) == ("PNG", "RGBA")
        assert logo.getbbox() == (0, 0, *logo.size)
        assert logo.width > logo.height
        assert (256 <= logo.height <= 512) if suffix else (128 <= logo.height <= 256)


def test_nothing_else() -> None:
    """There is no picture that nobody looks for, and none twice."""
    pictures = list(BRAND.iterdir())
    assert {path.name for path in pictures} == {
        f"{prefix}{kind}{suffix}.png" for prefix, kind, suffix in product(["", "dark_"], ["icon", "logo"], ["", "@2x"])
    }
    assert len({path.read_bytes() for path in pictures}) == len(pictures)
