"""The MM context as it travels between SGSNs (TS 29.060 7.7.28): keys, unused vectors, capabilities."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protocol import gtp
from protocol.gmm.elements import CipheringAlgorithm, Cksn
from protocol.gtp import MmContext as GtpMmContext
from protocol.gtp import SecurityMode
from protocol.gtp.mm_context import MOST_VECTORS
from protocol.map.authentication import AuthenticationQuintuplet, AuthenticationTriplet

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


@dataclass(frozen=True, slots=True)
class GsmKey:
    """The key that a triplet brings."""

    kc: bytes


@dataclass(frozen=True, slots=True)
class UmtsKeys:
    """The keys that a quintuplet brings."""

    ck: bytes
    ik: bytes


Keys = GsmKey | UmtsKeys

NO_KEY = GsmKey(bytes(8))
"""What stands where no key is agreed; the key sequence number says so."""


def take_vectors(context: "MmContext") -> tuple[Any, ...]:
    """The vectors that are left, as GTP has them; they are not used here any more, as each serves one challenge."""
    vectors, context.vectors = context.vectors, ()
    return tuple(
        gtp.AuthenticationQuintuplet(vector.rand, vector.xres, vector.ck, vector.ik, vector.autn)
        if isinstance(vector, AuthenticationQuintuplet)
        else gtp.AuthenticationTriplet(vector.rand, vector.sres, vector.kc)
        for vector in vectors[:MOST_VECTORS]
    )


def keep_vectors(context: "MmContext", triplets: tuple[Any, ...], quintuplets: tuple[Any, ...]) -> None:
    """Keep the vectors that another SGSN has not used."""
    context.vectors = (
        *(AuthenticationQuintuplet(rand=v.rand, xres=v.xres, ck=v.ck, ik=v.ik, autn=v.autn) for v in quintuplets),
        *(AuthenticationTriplet(rand=v.rand, sres=v.sres, kc=v.kc) for v in triplets),
    )


def make_mm_context(context: "MmContext") -> GtpMmContext:
    """What another SGSN needs to know of the mobile. Vectors that do not go with the keys stay behind (33.102 6.8)."""
    assert context.drx_parameter is not None
    vectors = take_vectors(context)
    triplets = tuple(vector for vector in vectors if isinstance(vector, gtp.AuthenticationTriplet))
    quintuplets = tuple(vector for vector in vectors if isinstance(vector, gtp.AuthenticationQuintuplet))
    keys = context.keys or NO_KEY
    if isinstance(keys, UmtsKeys):
        mode, triplets = SecurityMode.USED_CIPHER_VALUE_UMTS_KEYS_AND_QUINTUPLETS, ()
    elif quintuplets:
        mode, triplets = SecurityMode.GSM_KEY_AND_QUINTUPLETS, ()
    else:
        mode = SecurityMode.GSM_KEY_AND_TRIPLETS
    return GtpMmContext(
        security_mode=mode,
        cksn=context.cksn if context.keys is not None else Cksn.NO_KEY,
        used_cipher=context.cipher,
        drx_parameter=context.drx_parameter,
        kc=keys.kc if isinstance(keys, GsmKey) else None,
        ck=keys.ck if isinstance(keys, UmtsKeys) else None,
        ik=keys.ik if isinstance(keys, UmtsKeys) else None,
        triplets=triplets,
        quintuplets=quintuplets,
        ms_network_capability=context.ms_network_capability,
    )


def take_mm_context(context: "MmContext", received: GtpMmContext) -> None:
    """Know what another SGSN knew of the mobile; what the mobile itself has told counts more."""
    context.cksn = received.cksn
    context.cipher = CipheringAlgorithm.NOT_USED if received.used_cipher.is_reserved else received.used_cipher
    context.keys = None
    if received.cksn is not Cksn.NO_KEY:
        if received.kc is not None:
            context.keys = GsmKey(received.kc)
        elif received.ck is not None and received.ik is not None:
            context.keys = UmtsKeys(received.ck, received.ik)
    keep_vectors(context, received.triplets, received.quintuplets)
    if context.drx_parameter is None:
        context.drx_parameter = received.drx_parameter
    if context.ms_network_capability is None:
        context.ms_network_capability = received.ms_network_capability
