"""Room for what others than 3GPP define: the extension container (TS 29.002 17.7.11, MAP-ExtensionDataTypes).

In version 2 private extensions stood behind the extension mark instead, with tags of class PRIVATE (17.1.4); those stay
in ``extras``, as unknown elements do.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from protocol.ber import DEFINED_BY, OID, SEQUENCE, SEQUENCE_OF, Oid, Sequence, bounds
from protocol.errors import DecodeError


@dataclass(frozen=True, slots=True)
class ExtensionValue:
    """What a private extension holds: one element of a type that its identifier names, and that is not known here."""

    octets: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the hexadecimal digits of one element."""
        octets = bytes.fromhex(text)
        try:
            end = bounds(octets, 0, len(octets))[3]
        except DecodeError as error:
            raise ValueError(f"{text} is no element: {error.why}") from None
        if end != len(octets):
            raise ValueError(f"{text} is more than one element")
        return cls(octets)

    def encode(self) -> bytes:
        """The element as it came."""
        return self.octets

    def __str__(self) -> str:
        return self.octets.hex()


def keep(identifier: Any, d: bytes, start: int, p: int, q: int, end: int) -> ExtensionValue:
    """Keep the element, whatever it is."""
    del identifier, p, q
    return ExtensionValue(d[start:end])


class PrivateExtension(Sequence):
    """An extension of an operator, a manufacturer or a region, under its object identifier."""

    ext_id: Annotated[Oid, OID()]
    ext_type: Annotated[ExtensionValue | None, DEFINED_BY(by="ext_id", resolve=keep)] = None


class PcsExtensions(Sequence):
    """Extensions of PCS 1900 networks; 29.002 itself lists none."""


class ExtensionContainer(Sequence):
    """Extensions from outside this specification."""

    private_extension_list: Annotated[tuple[PrivateExtension, ...], SEQUENCE_OF(SEQUENCE(), 0, most=10)] = ()
    pcs_extensions: Annotated[PcsExtensions | None, SEQUENCE(1)] = None
