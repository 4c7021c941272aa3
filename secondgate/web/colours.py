"""A colour of the organisation's own: whether it can be seen, and the style sheet that puts it on. Pure."""

from typing import Final

# What a button lies on: the style sheet's --surface of the light and of the dark theme.
LIGHT: Final = "#ffffff"
DARK: Final = "#17191f"
SEEN: Final = 3.0  # WCAG 2.2, 1.4.11: the edge of a control against what is beside it


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def can_be_seen(colour: str, on: str = LIGHT) -> bool:
    """Tell whether a button of this colour stands out on that one."""
    return contrast(colour, on) >= SEEN


def nearest(colour: str, on: str = LIGHT) -> str:
    """Return the colour closest to this one, of the same hue, that can be seen on that one."""
    target = "#000000" if on == LIGHT else "#ffffff"
    mixed = (_mixed(colour, target, part / 50) for part in range(51))
    return next(found for found in mixed if can_be_seen(found, on))


def _mixed(colour: str, target: str, part: float) -> str:
    pairs = ((int(colour[at : at + 2], 16), int(target[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (other - one) * part):02x}" for one, other in pairs)


def style_sheet(colour: str) -> str:
    """Return the rules that give buttons this colour, in the dark theme as light as it must be there."""
    light, dark = _button(colour), _button(nearest(colour, DARK))
    rules = " ".join(f"{name}: light-dark({light[name]}, {dark[name]});" for name in light)
    return f":root {{ {rules} }}\n"


def _button(colour: str) -> dict[str, str]:
    """Return a button's colours; the text on it is black or white, whichever reads better."""
    text, away = max((("#ffffff", "black"), ("#000000", "white")), key=lambda pair: contrast(colour, pair[0]))
    hover = f"color-mix(in oklab, {colour} 88%, {away})"
    return {"--accent-solid": colour, "--accent-solid-hover": hover, "--on-accent": text}
