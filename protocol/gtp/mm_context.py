"""What an SGSN hands to another about a mobile: vectors and the MM context (TS 29.060 7.7.7, 7.7.28, 7.7.35)."""

from dataclasses import dataclass
from typing import Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.gmm.elements import CipheringAlgorithm, Cksn, DrxParameter, MsNetworkCapability
from protocol.gtp.elements import number, number_of_bits, octet
from protocol.identities import MobileIdentity

MOST_VECTORS = 5


@dataclass(frozen=True, slots=True)
class AuthenticationTriplet:
    """Authentication triplet (7.7.7): RAND (16 octets), SRES (4), Kc (8)."""

    rand: bytes
    sres: bytes
    kc: bytes

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read 28 octets."""
        if len(octets) != 28:
            raise DecodeError(f"{len(octets)} octets are no authentication triplet")
        return cls(octets[:16], octets[16:20], octets[20:])

    def to_octets(self) -> bytes:
        """Write 28 octets."""
        return of_size("RAND", self.rand, 16) + of_size("SRES", self.sres, 4) + of_size("Kc", self.kc, 8)


@dataclass(frozen=True, slots=True)
class AuthenticationQuintuplet:
    """Authentication quintuplet (7.7.35): RAND (16 octets), XRES (4 to 16), CK (16), IK (16), AUTN (16)."""

    rand: bytes
    xres: bytes
    ck: bytes
    ik: bytes
    autn: bytes

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read one, and nothing behind it."""
        quintuplet, end = cls.take(octets, 0)
        if end != len(octets):
            raise DecodeError(f"{len(octets) - end} octets follow the authentication quintuplet", at=end)
        return quintuplet

    @classmethod
    def take(cls, d: bytes, p: int) -> tuple[Self, int]:
        """Read the one at ``p``; where it ends."""
        xres, q = take_counted(d, p + 16, 1, "XRES")
        autn, end = take_counted(d, q + 32, 1, "AUTN")
        return cls(d[p : p + 16], xres, d[q : q + 16], d[q + 16 : q + 32], autn), end

    def to_octets(self) -> bytes:
        """Write it."""
        rand, ck, ik = of_size("RAND", self.rand, 16), of_size("CK", self.ck, 16), of_size("IK", self.ik, 16)
        return rand + counted(self.xres, 1) + ck + ik + counted(self.autn, 1)


class SecurityMode(OpenEnum):
    """Which keys and which vectors are handed over (table 47)."""

    USED_CIPHER_VALUE_UMTS_KEYS_AND_QUINTUPLETS = 0
    GSM_KEY_AND_TRIPLETS = 1
    UMTS_KEYS_AND_QUINTUPLETS = 2
    GSM_KEY_AND_QUINTUPLETS = 3

    @property
    def has_triplets(self) -> bool:
        """True where the vectors are triplets."""
        return self is SecurityMode.GSM_KEY_AND_TRIPLETS

    @property
    def has_kc(self) -> bool:
        """True where the key is a Kc, false where CK and IK are."""
        return self & 1 == 1


_MODES = tuple(SecurityMode(value) for value in range(4))
_CIPHERS = tuple(CipheringAlgorithm(value) for value in range(8))
_KEYS = tuple(Cksn(value) for value in range(8))
MOBILE_IDENTITY = 0x23


@dataclass(frozen=True, slots=True)
class Container:
    """Container of an MM context (table 47A): the IMEISV where it is known; ``rest`` holds what is not understood."""

    mobile_identity: MobileIdentity | None = None
    rest: bytes = b""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the elements of TS 24.008 in it."""
        if len(octets) > 2 and octets[0] == MOBILE_IDENTITY and octets[1] <= len(octets) - 2:
            end = 2 + octets[1]
            try:
                return cls(MobileIdentity.from_octets(octets[2:end]), octets[end:])
            except DecodeError:
                pass  # an element that cannot be read is ignored
        return cls(None, octets)

    def to_octets(self) -> bytes:
        """Write the elements."""
        if self.mobile_identity is None:
            return self.rest
        return bytes((MOBILE_IDENTITY,)) + counted(self.mobile_identity.to_octets(), 1) + self.rest


@dataclass(frozen=True, slots=True)
class MmContext:
    """MM context (7.7.28): keys, unused vectors, and what the mobile can and wants.

    By ``security_mode`` there is ``kc``, or there are ``ck`` and ``ik``; and the vectors are triplets or quintuplets.
    ``used_cipher`` is spare (7) where UMTS keys stand without a cipher. ``spare`` holds five bits, of which Rel-13 made
    integrity protection; ``rest`` what later releases put behind.
    """

    security_mode: SecurityMode
    cksn: Cksn
    used_cipher: CipheringAlgorithm
    drx_parameter: DrxParameter
    kc: bytes | None = None
    ck: bytes | None = None
    ik: bytes | None = None
    triplets: tuple[AuthenticationTriplet, ...] = ()
    quintuplets: tuple[AuthenticationQuintuplet, ...] = ()
    ms_network_capability: MsNetworkCapability | None = None
    container: Container = Container()
    spare: int = 31
    rest: bytes = b""

    def __post_init__(self) -> None:
        mode = self.security_mode
        keys = (self.kc is not None, self.ck is not None, self.ik is not None)
        if keys != (mode.has_kc, not mode.has_kc, not mode.has_kc):
            raise ValueError(f"{mode.words}: kc {'is' if mode.has_kc else 'and not ck and ik are'} the key")
        if self.quintuplets if mode.has_triplets else self.triplets:
            raise ValueError(f"{mode.words}: vectors of the other kind have no place")

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read it; what is cut short, or has more than five vectors, is incorrect."""
        if len(octets) < 2:
            raise DecodeError("an MM context is too short for its security mode", at=len(octets))
        mode, count = _MODES[octets[1] >> 6], octets[1] >> 3 & 7
        if count > MOST_VECTORS:
            raise DecodeError(f"{count} vectors, at most {MOST_VECTORS}", at=1)
        kc = ck = ik = None
        if mode.has_kc:
            kc, p = octets[2:10], 10
        else:
            ck, ik, p = octets[2:18], octets[18:34], 34
        triplets: tuple[AuthenticationTriplet, ...] = ()
        quintuplets: tuple[AuthenticationQuintuplet, ...] = ()
        if mode.has_triplets:
            end = p + 28 * count
            if end > len(octets):
                raise DecodeError("the triplets are cut short", at=len(octets))
            triplets = tuple([AuthenticationTriplet.from_octets(octets[q : q + 28]) for q in range(p, end, 28)])
        else:
            quintuplets, end = take_quintuplets(octets, p, count)
        if end + 2 > len(octets):
            raise DecodeError("the DRX parameter is missing", at=end)
        drx = DrxParameter.from_octets(octets[end : end + 2])
        capability, p = take_counted(octets, end + 2, 1, "MS network capability")
        container, p = take_counted(octets, p, 2, "container")
        return cls(
            mode,
            _KEYS[octets[0] & 7],
            _CIPHERS[octets[1] & 7],
            drx,
            kc,
            ck,
            ik,
            triplets,
            quintuplets,
            MsNetworkCapability.from_octets(capability) if capability else None,
            Container.from_octets(container),
            octets[0] >> 3,
            octets[p:],
        )

    def to_octets(self) -> bytes:
        """Write it."""
        vectors = self.triplets or self.quintuplets
        if len(vectors) > MOST_VECTORS:
            raise ValueError(f"{len(vectors)} vectors, at most {MOST_VECTORS}")
        first = number_of_bits(self.spare, 5) << 3 | number_of_bits(self.cksn, 3)
        second = self.security_mode << 6 | len(vectors) << 3 | number_of_bits(self.used_cipher, 3)
        if self.kc is not None:
            keys = of_size("Kc", self.kc, 8)
        else:
            assert self.ck is not None
            assert self.ik is not None
            keys = of_size("CK", self.ck, 16) + of_size("IK", self.ik, 16)
        array = b"".join([vector.to_octets() for vector in vectors])
        capability = b"" if self.ms_network_capability is None else self.ms_network_capability.to_octets()
        return (
            octet(first)
            + octet(second)
            + keys
            + (array if self.security_mode.has_triplets else counted(array, 2))
            + self.drx_parameter.to_octets()
            + counted(capability, 1)
            + counted(self.container.to_octets(), 2)
            + self.rest
        )


def take_quintuplets(d: bytes, p: int, count: int) -> tuple[tuple[AuthenticationQuintuplet, ...], int]:
    """``count`` quintuplets behind the length of them all, and where they end."""
    array, end = take_counted(d, p, 2, "quintuplets")
    quintuplets = []
    q = 0
    for _ in range(count):
        quintuplet, q = AuthenticationQuintuplet.take(array, q)
        quintuplets.append(quintuplet)
    if q != len(array):
        raise DecodeError(f"{count} quintuplets take {q} octets, not {len(array)}", at=p)
    return tuple(quintuplets), end


def take_counted(d: bytes, p: int, length_octets: int, what: str) -> tuple[bytes, int]:
    """The octets behind a length at ``p``, and where they end."""
    start = p + length_octets
    if start > len(d):
        raise DecodeError(f"{what}: the length is missing", at=len(d))
    end = start + int.from_bytes(d[p:start], "big")
    if end > len(d):
        raise DecodeError(f"{what}: {end - len(d)} octets are missing", at=p)
    return d[start:end], end


def counted(octets: bytes, length_octets: int) -> bytes:
    """Octets behind their length."""
    return number(len(octets), length_octets) + octets


def of_size(name: str, octets: bytes, size: int) -> bytes:
    """The octets; ValueError where they are more or fewer."""
    if len(octets) != size:
        raise ValueError(f"{name} of {len(octets)} octets, not {size}")
    return octets
