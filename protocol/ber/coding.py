"""How a sender coded elements where BER leaves a choice and it chose otherwise than we would: kept, and done again.

We write shortest definite lengths (X.690 8.1.3), leave out what equals its default (11.5 of DER), write TRUE as FF and
unused bits as 0. Each element that came in another form has a :class:`Form`; everything else is canonical.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from protocol.ber.octets import CONSTRUCTED, header

LONGEST = 127
"""Octets that a length may have: one that tells how many follow, and at most 126 (X.690 8.1.3.5)."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one element of a SEQUENCE or CHOICE.

    ``element`` is the field's name; an item is ``name[3]``, and what stands within an explicit tag ``name.inner``. The
    length is ``indefinite``, or takes ``length_octets`` (None: as few as will do). ``contents`` are those of a
    primitive element as it came; they are sent for as long as they say what the field says. A field that equals its
    default is sent if it has a form.
    """

    element: str
    indefinite: bool = False
    length_octets: int | None = None
    contents: bytes | None = None


@dataclass(frozen=True, slots=True)
class Coding:
    """The form of a SEQUENCE's or CHOICE's own header, and of its ``elements`` that have no coding of their own."""

    indefinite: bool = False
    length_octets: int | None = None
    elements: tuple[Form, ...] = ()


def forms_of(coding: Coding | None) -> dict[str, Form]:
    """The forms of a coding's elements, by name."""
    return {} if coding is None else {form.element: form for form in coding.elements}


def coding_of(elements: Iterable[Form]) -> Coding | None:
    """The coding of one whose own header is ours; None where nothing is to be told."""
    told = tuple(elements)
    return Coding(elements=told) if told else None


def wrap(tag: int, contents: bytes | bytearray, form: Form | Coding | None) -> bytes:
    """An element with its header in the given form; a length that has become too long for it is as long as it must."""
    size = len(contents)
    if form is None:
        return header(tag, size) + contents
    if form.indefinite:
        if not tag & CONSTRUCTED:
            raise ValueError(f"only a constructed element may have an indefinite length, not {tag:#04x}")
        return bytes((tag, 0x80)) + contents + b"\0\0"
    octets = form.length_octets
    if octets is None:
        return header(tag, size) + contents
    if not 1 <= octets <= LONGEST:
        raise ValueError(f"a length has 1 to {LONGEST} octets, not {octets}")
    if octets == 1 or size.bit_length() > 8 * (octets - 1):
        return header(tag, size) + contents
    return bytes((tag, 0x7F + octets)) + size.to_bytes(octets - 1, "big") + contents
