"""What a protocol answers to octets that it cannot read, and what of them a message keeps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from protocol.errors import DecodeError


@dataclass(frozen=True, slots=True)
class Rules:
    """What a protocol answers to elements that it cannot read, and how it frames ones that it does not know.

    Causes are those of the protocol; ``None`` means no answer. ``unknown`` finds the end of an unknown element at an
    octet and raises DecodeError where its sender demands that it be understood. ``any_order``: elements with a tag are
    taken in whatever order they come. ``longer``: of an element longer than declared the first octets are read, and the
    surplus is ignored (it is kept in ``coding``). ``invalid_conditional`` and ``unexpected_conditional`` are for
    conditional elements that cannot be read, or must not be there; without the first they count as absent.
    ``ascending``: an element out of order spoils the message, which is answered by ``misplaced``; else it is ignored.
    """

    unknown_message: int | None
    missing_mandatory: int | None
    invalid_mandatory: int | None
    unknown: Callable[[bytes, int], int]
    missing_conditional: int | None = None
    any_order: bool = False
    longer: bool = False
    invalid_conditional: int | None = None
    unexpected_conditional: int | None = None
    ascending: bool = False
    misplaced: int | None = None


@dataclass(frozen=True, slots=True)
class When:
    """The condition of a conditional element, in the specification's words.

    ``needed`` tells of a message whether the element must be there, ``barred`` whether one that is there must not be;
    without them the decoder leaves that to the procedure.
    """

    words: str
    needed: Callable[[Any], bool] | None = None
    barred: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """Octets that were received but not used: an unknown, repeated or misplaced element, and ``why``.

    It stood after the declared field number ``after`` (-1: before all); encode puts it there again. Where that is a
    repeated element, ``items`` of it stood before (all, if that is not told).
    """

    after: int
    octets: bytes
    why: str = field(default="", compare=False)
    items: int | None = None

    def __str__(self) -> str:
        return self.octets.hex()


@dataclass(frozen=True, slots=True)
class Coding:
    """Where a sender coded otherwise than we would: encode does it again.

    ``long_lengths`` names elements whose length has two octets where one would do (one of a repeated element as
    ``name[number]``); ``order`` names the elements with a tag as they stood; ``surplus`` are the octets by which
    elements were longer than the specification has them.
    """

    long_lengths: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    surplus: tuple[tuple[str, bytes], ...] = ()


def unknown_by_tag(cause: int) -> Callable[[bytes, int], int]:
    """What finds the end of an unknown element by its tag (TS 24.007 11.2.4), for the protocols of layer 3.

    An element that its sender demands to be understood is refused with ``cause`` (TS 24.008 8.5).
    """

    def unknown(d: bytes, p: int) -> int:
        tag = d[p]
        if tag & 0x80:
            return p + 1
        if not tag & 0xF0:
            raise DecodeError(f"element {tag:#04x} must be understood", cause, p)
        return p + 2 + d[p + 1] if p + 1 < len(d) else p + 1

    return unknown
