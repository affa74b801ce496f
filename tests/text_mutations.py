"""Mutations of text files as accidents and attackers make them, the same for the same seed."""

import random
import re

WORD = re.compile(r"[^\s,:\[\]{}()=<>]+")
NUMBER = re.compile(r"[-+]?\d[\d.eE+-]*")
HOSTILE = (
    "9" * 5000, "-" + "9" * 5000, "18446744073709551616", "9223372036854775808", "4294967296",
    "2147483647", "1000000", "65536", "1e400", "-1e308", "1e300", "1e-320", "1e30", "1e12", "0",
    "-1", "0.0", "-0.0", "nan", ".inf", "inf", "1_000", "0x10", "01", "1.5", "''", "~", "[]", "{}",
    "[0, 0]", "Qq", "x" * 3000, "é", "\x00", "*a", "&a 1", "!!python/name:os.system", "null",
)  # fmt: skip


def mutated(text, seed):
    """The text after one to four mutations."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        text = rng.choice(MUTATIONS)(text, rng)
    return text


def _hostile_number(text, rng):
    return _replaced(text, rng, NUMBER, rng.choice(HOSTILE))


def _hostile_word(text, rng):
    return _replaced(text, rng, WORD, rng.choice(HOSTILE))


def _scaled_number(text, rng):
    factor = rng.choice((-1, 0.5, 2, 10, 1e3, 1e-3, 1e6, 1e-6, 1e15))

    def scaled(word):
        try:
            return repr(float(word) * factor) if rng.random() < 0.5 else str(int(word) + 1)
        except ValueError:
            return word

    return _replaced(text, rng, NUMBER, scaled)


def _swapped_words(text, rng):
    words = [match.group() for match in WORD.finditer(text)]
    return _replaced(text, rng, WORD, rng.choice(words)) if words else text


def _replaced(text, rng, pattern, new):
    places = list(pattern.finditer(text))
    if not places:
        return text
    place = rng.choice(places)
    word = new(place.group()) if callable(new) else new
    return text[: place.start()] + word + text[place.end() :]


def _cut(text, rng):
    return text[: rng.randrange(len(text) + 1)]


def _without(text, rng):
    start = rng.randrange(len(text) + 1)
    return text[:start] + text[start + rng.choice((1, 2, 10, 100)) :]


def _lines(text, rng):
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    k, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    change = rng.choice(("double", "remove", "swap", "move"))
    if change == "double":
        lines[k:k] = [lines[k]] * rng.choice((1, 2, 50))
    elif change == "remove":
        del lines[k]
    elif change == "swap":
        lines[k], lines[other] = lines[other], lines[k]
    else:
        lines.insert(other, lines.pop(k))
    return "".join(lines)


def _inserted(text, rng):
    start = rng.randrange(len(text) + 1)
    marks = "[]{}:,-&*!|>'\"#% \n\t0e.~()=<"
    return text[:start] + "".join(rng.choices(marks, k=rng.choice((1, 3)))) + text[start:]


def _flipped(text, rng):
    if not text:
        return text
    k = rng.randrange(len(text))
    return text[:k] + chr(ord(text[k]) ^ (1 << rng.randrange(7))) + text[k + 1 :]


MUTATIONS = (
    _hostile_number, _hostile_number, _hostile_word, _scaled_number, _scaled_number,
    _swapped_words, _cut, _without, _lines, _inserted, _flipped,
)  # fmt: skip
