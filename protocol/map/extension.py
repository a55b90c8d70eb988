"""Room for what others than 3GPP define: the extension container (TS 29.002 17.7.11, MAP-ExtensionDataTypes).

In version 2 private extensions stood behind the extension mark instead, with tags of class PRIVATE (17.1.4); those stay
in ``extras``, as unknown elements do.
"""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.ber import OPAQUE, SEQUENCE_OF, Oid, Sequence, bounds
from protocol.ber.coding import Form, wrap
from protocol.errors import DecodeError


@dataclass(frozen=True, slots=True)
class PrivateExtension:
    """An extension of an operator, a manufacturer or a region, under its object identifier.

    ``ext_type`` is an element of a type that the identifier names, and that is not known here; senders put other octets
    there too. ``length_octets`` is how many octets the identifier's length took, where fewer would have done.
    """

    ext_id: Oid
    ext_type: bytes = b""
    length_octets: int | None = None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the contents of the SEQUENCE."""
        tag, p, q, _ = bounds(octets, 0, len(octets))
        if tag != 0x06:
            raise DecodeError(f"a private extension starts with its identifier, not with {octets[:1].hex()}")
        identifier = Oid.from_octets(octets[p:q])
        longer = p - 1 if p > 2 else None
        extension = cls(identifier, octets[q:], longer)
        if extension.to_octets() != octets:
            raise DecodeError("the identifier of a private extension has needless octets")
        return extension

    def to_octets(self) -> bytes:
        """Write the contents of the SEQUENCE."""
        form = None if self.length_octets is None else Form("", length_octets=self.length_octets)
        return wrap(0x06, self.ext_id.to_octets(), form) + self.ext_type


class ExtensionContainer(Sequence):
    """Extensions from outside this specification; of those of PCS 1900 networks it lists none, so they are octets."""

    private_extension_list: Annotated[tuple[PrivateExtension, ...], SEQUENCE_OF(OPAQUE(), 0, most=10)] = ()
    pcs_extensions: Annotated[bytes | None, OPAQUE(1)] = None
