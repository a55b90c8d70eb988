"""What a SIM or USIM holds and computes (TS 31.102 4.2, TS 33.102 6.3.3, TS 43.020); it outlives the mobile."""

from enum import IntEnum
from typing import Literal

from nodes.ms.config import MobileConfig
from protocol.auth import (
    IND_BITS,
    IND_MASK,
    Algorithm,
    MacFailure,
    Milenage,
    SqnArray,
    SyncFailure,
    check_autn,
    comp128_triplet,
    gsm_triplet,
)
from protocol.gmm.elements import Cksn
from protocol.identities import Lai, Rai, Tmsi

COMP128: dict[Algorithm, Literal[1, 2, 3]] = {
    Algorithm.COMP128V1: 1,
    Algorithm.COMP128V2: 2,
    Algorithm.COMP128V3: 3,
}
"""The version of COMP128 of each algorithm that is one."""


class UpdateStatus(IntEnum):
    """GPRS update status GU1 to GU3, and location update status U1 to U3 (TS 24.008 4.1.3.2, 4.1.2.2)."""

    UPDATED = 1
    NOT_UPDATED = 2
    ROAMING_NOT_ALLOWED = 3


NOTHING = 0xFF
"""The octet that fills what the card does not hold."""


class Card:
    """A card: its secrets, and what a mobile must not forget when it is switched off.

    ``cksn`` numbers the key of packets, ``cs_cksn`` that of calls.
    """

    __slots__ = (
        "_config",
        "_milenage",
        "cksn",
        "cs_cksn",
        "imsi",
        "lai",
        "location_status",
        "ptmsi",
        "ptmsi_signature",
        "rai",
        "sqns",
        "tmsi",
        "update_status",
    )

    def __init__(self, config: MobileConfig) -> None:
        self._config = config
        self._milenage: Milenage | None = None
        self.imsi = config.imsi
        self.sqns = SqnArray([config.highest_sqn >> IND_BITS] * (IND_MASK + 1))
        self.tmsi: Tmsi | None = None
        self.lai: Lai | None = None
        self.cs_cksn = Cksn.NO_KEY
        self.location_status = UpdateStatus.NOT_UPDATED
        self.update_status = UpdateStatus.NOT_UPDATED
        self.forget()

    def forget(self) -> None:
        """Delete P-TMSI, its signature, routing area and key number; the sequence numbers stay."""
        self.ptmsi: Tmsi | None = None
        self.ptmsi_signature: int | None = None
        self.rai: Rai | None = None
        self.cksn = Cksn.NO_KEY

    def challenge(self, rand: bytes, autn: bytes | None) -> bytes | MacFailure | SyncFailure | None:
        """RES (8 octets) or SRES (4) that answers a challenge, or what is wrong with it.

        A SIM does not see AUTN. A USIM needs it: without, the answer is None (GMM cause #23).
        """
        config = self._config
        version = COMP128.get(config.algorithm)
        if version is not None:
            return comp128_triplet(version, config.key, rand).sres
        milenage = self._milenage
        if milenage is None:
            milenage = self._milenage = Milenage(config.key, config.opc)
        if config.algorithm is Algorithm.GSM_MILENAGE:
            return gsm_triplet(milenage, rand).sres
        if autn is None:
            return None
        found = check_autn(milenage, rand, autn, self.sqns)
        return found if isinstance(found, MacFailure | SyncFailure) else found.res

    def to_octets(self) -> bytes:
        """All that is to be saved: what EF-LOCIGPRS, EF-LOCI, EF-KEYSGPRS and EF-Kc hold; the sequence numbers."""
        ptmsi, signature, rai = self.ptmsi, self.ptmsi_signature, self.rai
        tmsi, lai = self.tmsi, self.lai
        return b"".join(
            (
                b"\xff\xff\xff\xff" if ptmsi is None else ptmsi.to_octets(),
                b"\xff\xff\xff" if signature is None else signature.to_bytes(3, "big"),
                b"\xff\xff\xff\xff\xff\xff" if rai is None else rai.to_octets(),
                b"\xff\xff\xff\xff" if tmsi is None else tmsi.to_octets(),
                b"\xff\xff\xff\xff\xff" if lai is None else lai.to_octets(),
                bytes((self.update_status, self.location_status, self.cksn, self.cs_cksn)),
                self.sqns.to_octets(),
            )
        )

    def restore(self, octets: bytes) -> None:
        """Take back what :meth:`to_octets` saved."""
        ptmsi, signature, rai, tmsi, lai = octets[:4], octets[4:7], octets[7:13], octets[13:17], octets[17:22]
        self.ptmsi = None if empty(ptmsi) else Tmsi.from_octets(ptmsi)
        self.ptmsi_signature = None if empty(signature) else int.from_bytes(signature, "big")
        self.rai = None if empty(rai) else Rai.from_octets(rai)
        self.tmsi = None if empty(tmsi) else Tmsi.from_octets(tmsi)
        self.lai = None if empty(lai) else Lai.from_octets(lai)
        self.update_status, self.location_status = UpdateStatus(octets[22]), UpdateStatus(octets[23])
        self.cksn, self.cs_cksn = Cksn(octets[24]), Cksn(octets[25])
        self.sqns = SqnArray.from_octets(octets[26:])


def empty(octets: bytes) -> bool:
    """Say whether a field of the card holds nothing."""
    return all(octet == NOTHING for octet in octets)


def check_algorithms(algorithms: set[Algorithm]) -> None:
    """Fail at once, not at the first challenge, where COMP128 is wanted and not installed."""
    for algorithm in algorithms & COMP128.keys():
        comp128_triplet(COMP128[algorithm], bytes(16), bytes(16))
