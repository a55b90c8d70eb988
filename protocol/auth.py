# mypy: disable-error-code="import-not-found,import-untyped"
# (the extra comp128 may be absent, and is untyped where it is present)
"""Authentication and key agreement: what the AuC computes and what the SIM or USIM checks.

MILENAGE (TS 35.206), GSM-MILENAGE (TS 55.205), COMP128 through an optional package, the conversions between UMTS and
GSM (TS 33.102 clause 6.8.1.2) and the sequence numbers of both sides (TS 33.102 clauses 6.3.3, 6.3.5 and annex C).

Sequence numbers are integers of 48 bits, SQN = SEQ || IND with 5 bits of IND; everything else is octets as sent.
Octets of a wrong length are a fault of the caller: the codecs and the configuration have checked them before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal, Self

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

BLOCK = 16
"""Octets of a block, of K, OP, OPc, RAND, CK and IK."""

RESYNC_AMF = bytes(2)
"""The AMF that MAC-S is computed with (TS 33.102 clause 6.3.3)."""

IND_BITS = 5
"""Bits of IND, the low part of SQN: a USIM has an array of 32 entries (TS 33.102 annex C.3)."""
IND_MASK = (1 << IND_BITS) - 1
"""The bits of IND in SQN, and so the highest IND."""
SEQ_MAX = (1 << 48 - IND_BITS) - 1
"""The highest SEQ: the 43 bits of SQN above IND."""
DELTA = 1 << 28
"""The longest jump of SEQ that a USIM accepts (TS 33.102 annexes C.2.1 and C.3)."""

_WORD = (1 << 32) - 1
_HALF = (1 << 64) - 1
_WHOLE = (1 << 128) - 1
_AK = (1 << 48) - 1 << 80


class Algorithm(StrEnum):
    """What a subscriber's SIM or USIM computes, and so the AuC for it."""

    MILENAGE = "milenage"
    """USIM: quintuplets by TS 35.206."""
    GSM_MILENAGE = "gsm-milenage"
    """GSM SIM: triplets by TS 55.205."""
    COMP128V1 = "comp128v1"
    COMP128V2 = "comp128v2"
    COMP128V3 = "comp128v3"


@dataclass(frozen=True, slots=True)
class Triplet:
    """A GSM authentication vector: RAND (16 octets), SRES (4), Kc (8)."""

    rand: bytes
    sres: bytes
    kc: bytes


@dataclass(frozen=True, slots=True)
class Quintuplet:
    """A UMTS authentication vector: RAND (16 octets), XRES (8), CK (16), IK (16), AUTN (16)."""

    rand: bytes
    xres: bytes
    ck: bytes
    ik: bytes
    autn: bytes

    def triplet(self) -> Triplet:
        """The same vector for a network that knows GSM only (TS 33.102 clause 6.8.1.2)."""
        return Triplet(self.rand, c2(self.xres), c3(self.ck, self.ik))


def c2(res: bytes) -> bytes:
    """SRES (4 octets) from RES or XRES (4 to 16 octets): the XOR of its four words (TS 33.102 clause 6.8.1.2)."""
    words = int.from_bytes(res.ljust(BLOCK, b"\0"))
    return ((words >> 96 ^ words >> 64 ^ words >> 32 ^ words) & _WORD).to_bytes(4)


def c3(ck: bytes, ik: bytes) -> bytes:
    """Kc (8 octets) from CK and IK: the XOR of their four halves (TS 33.102 clause 6.8.1.2)."""
    halves = int.from_bytes(ck) ^ int.from_bytes(ik)
    return ((halves >> 64 ^ halves) & _HALF).to_bytes(8)


def _encryption(key: bytes) -> Callable[[bytes], bytes]:
    """AES with this key, of any number of blocks; the context serves for ever, as ECB leaves nothing behind in it."""
    assert len(key) == BLOCK, "K has 16 octets"
    return Cipher(AES(key), ECB()).encryptor().update  # noqa: S305  (MILENAGE chains its blocks itself)


def derive_opc(key: bytes, op: bytes) -> bytes:
    """OPc of a subscriber from K and the operator's OP (TS 35.206 clause 4.1)."""
    return (int.from_bytes(_encryption(key)(op)) ^ int.from_bytes(op)).to_bytes(BLOCK)


class Milenage:
    """The functions f1 to f5* of one subscriber, by K and OPc (TS 35.206 clause 4.1).

    Constants are the specification's: r1..r5 = 64, 0, 32, 64, 96 and c1..c5 = 0, 1, 2, 4, 8.
    """

    __slots__ = ("_encrypt", "_opc", "_opc_swapped")

    def __init__(self, key: bytes, opc: bytes) -> None:
        assert len(opc) == BLOCK, "OPc has 16 octets"
        self._encrypt = _encryption(key)
        self._opc = int.from_bytes(opc)
        self._opc_swapped = int.from_bytes(opc[8:] + opc[:8])

    def f1(self, rand: bytes, sqn: int, amf: bytes) -> bytes:
        """MAC-A, 8 octets."""
        return self._out1(rand, sqn, amf)[:8]

    def f1_star(self, rand: bytes, sqn: int, amf: bytes = RESYNC_AMF) -> bytes:
        """MAC-S, 8 octets."""
        return self._out1(rand, sqn, amf)[8:]

    def f2(self, rand: bytes) -> bytes:
        """RES, 8 octets."""
        return self._out(rand, 0, 1)[8:]

    def f3(self, rand: bytes) -> bytes:
        """CK, 16 octets."""
        return self._out(rand, 4, 2)

    def f4(self, rand: bytes) -> bytes:
        """IK, 16 octets."""
        return self._out(rand, 8, 4)

    def f5(self, rand: bytes) -> bytes:
        """AK, 6 octets."""
        return self._out(rand, 0, 1)[:6]

    def f5_star(self, rand: bytes) -> bytes:
        """AK of a resynchronisation, 6 octets."""
        return self._out(rand, 12, 8)[:6]

    def _temp(self, rand: bytes) -> int:
        return int.from_bytes(self._encrypt((int.from_bytes(rand) ^ self._opc).to_bytes(BLOCK)))

    def _finish(self, block: int) -> bytes:
        return (int.from_bytes(self._encrypt(block.to_bytes(BLOCK))) ^ self._opc).to_bytes(BLOCK)

    def _out1(self, rand: bytes, sqn: int, amf: bytes) -> bytes:
        # IN1 is SQN || AMF twice, so its rotation by 64 bits is itself.
        sqn_amf = sqn << 16 | int.from_bytes(amf)
        return self._finish(self._temp(rand) ^ sqn_amf << 64 ^ sqn_amf ^ self._opc_swapped)

    def _out(self, rand: bytes, rotation: int, constant: int) -> bytes:
        octets = (self._temp(rand) ^ self._opc).to_bytes(BLOCK)
        return self._finish(int.from_bytes(octets[rotation:] + octets[:rotation]) ^ constant)

    def quintuplets(self, rands: Sequence[bytes], sqns: Sequence[int], amf: bytes) -> list[Quintuplet]:
        """One quintuplet for each RAND and its SQN, in their order (TS 33.102 clause 6.3.2).

        All blocks lie side by side in one integer, and AES is called twice however many there are: first for every
        TEMP, then for every OUT1, OUT2, OUT3 and OUT4.
        """
        challenges = b"".join(rands)
        octets = len(challenges)
        assert octets == BLOCK * len(rands) == BLOCK * len(sqns), "RAND has 16 octets, and each has its SQN"
        ones = _ones(len(rands))
        opc = self._opc * ones
        sqn_amf = 0
        for sqn in sqns:
            sqn_amf = sqn_amf << 128 | sqn
        sqn_amf = sqn_amf << 16 | int.from_bytes(amf) * ones

        temp = int.from_bytes(self._encrypt((int.from_bytes(challenges) ^ opc).to_bytes(octets)))
        masked = temp ^ opc
        in1 = temp ^ sqn_amf << 64 ^ sqn_amf ^ self._opc_swapped * ones
        in2 = masked ^ ones
        in3 = _rotated(masked, 32, ones) ^ 2 * ones
        in4 = _rotated(masked, 64, ones) ^ 4 * ones
        blocks = b"".join([in1.to_bytes(octets), in2.to_bytes(octets), in3.to_bytes(octets), in4.to_bytes(octets)])
        outs = (int.from_bytes(self._encrypt(blocks)) ^ self._opc * _ones(4 * len(rands))).to_bytes(4 * octets)

        out1 = int.from_bytes(outs[:octets])
        out2, out3, out4 = outs[octets : 2 * octets], outs[2 * octets : 3 * octets], outs[3 * octets :]
        concealed = sqn_amf << 64 ^ int.from_bytes(out2) & _AK * ones
        autns = (concealed | out1 >> 64 & _HALF * ones).to_bytes(octets)
        return [
            Quintuplet(rand, out2[at + 8 : at + 16], out3[at : at + 16], out4[at : at + 16], autns[at : at + 16])
            for at, rand in zip(range(0, octets, BLOCK), rands, strict=True)
        ]


@lru_cache(maxsize=64)
def _ones(blocks: int) -> int:
    """The integer with a one in each of so many blocks: a factor that repeats a constant in all of them."""
    return ((1 << 128 * blocks) - 1) // _WHOLE


def _rotated(blocks: int, bits: int, ones: int) -> int:
    """Each block rotated towards its most significant bit."""
    low = (1 << bits) - 1
    return blocks << bits & (_WHOLE ^ low) * ones | blocks >> 128 - bits & low * ones


def gsm_triplet(milenage: Milenage, rand: bytes, sres_derivation: Literal[1, 2] = 1) -> Triplet:
    """The triplet of a GSM SIM that runs MILENAGE, or of a USIM that is challenged without AUTN (TS 55.205 clause 4).

    SRES derivation function #1 XORs the words of RES and so equals c2; #2 takes the first word.
    """
    vector = milenage.quintuplets([rand], [0], bytes(2))[0]
    return vector.triplet() if sres_derivation == 1 else Triplet(rand, vector.xres[:4], c3(vector.ck, vector.ik))


@lru_cache(maxsize=3)
def _comp128(version: Literal[1, 2, 3]) -> Callable[[bytearray, bytearray], tuple[bytearray, bytearray]]:
    try:
        from comp128.comp128v1 import Comp128v1  # noqa: PLC0415  (an extra: only who asks for it needs it)
        from comp128.comp128v23 import Comp128v23  # noqa: PLC0415
    except ImportError as error:
        raise ModuleNotFoundError("COMP128 needs an extra: pip install 'gprslab[comp128]'", name="comp128") from error
    v1, v23 = Comp128v1(), Comp128v23()
    versions: dict[int, Callable[[bytearray, bytearray], tuple[bytearray, bytearray]]]
    versions = {1: v1.comp128v1, 2: v23.comp128v2, 3: v23.comp128v3}
    return versions[version]


def comp128_triplet(version: Literal[1, 2, 3], ki: bytes, rand: bytes) -> Triplet:
    """The triplet of a GSM SIM that runs COMP128, which no specification publishes.

    Raises ``ModuleNotFoundError`` where the optional package is not installed.
    """
    sres, kc = _comp128(version)(bytearray(ki), bytearray(rand))
    return Triplet(rand, bytes(sres), bytes(kc))


def next_sqns(sqn: int, count: int) -> list[int]:
    """The ``count`` sequence numbers after ``sqn``: SEQ steps by one and IND cycles (TS 33.102 annex C.1).

    They end with SEQ at its highest: then there are fewer, or none, since a SEQ that began again would be refused
    by every USIM. The AuC answers such a subscriber with the vectors there are.
    """
    seq, ind = sqn >> IND_BITS, sqn & IND_MASK
    return [(seq + step) << IND_BITS | (ind + step) & IND_MASK for step in range(1, min(count, SEQ_MAX - seq) + 1)]


class SqnArray:
    """The sequence numbers that a USIM has accepted: SEQ_MS for each IND (TS 33.102 annex C.2).

    ``age_limit`` is L of annex C.2.2: how far SEQ may lie behind the highest SEQ ever accepted; ``None`` is no limit.
    """

    __slots__ = ("_seqs", "age_limit")

    def __init__(self, seqs: Iterable[int] = (0,) * (IND_MASK + 1), age_limit: int | None = None) -> None:
        self._seqs = list(seqs)
        self.age_limit = age_limit
        assert len(self._seqs) == IND_MASK + 1, "a SEQ for each IND"

    @classmethod
    def from_octets(cls, octets: bytes, age_limit: int | None = None) -> Self:
        """The array that :meth:`to_octets` saved."""
        return cls((int.from_bytes(octets[at : at + 6]) for at in range(0, len(octets), 6)), age_limit)

    def to_octets(self) -> bytes:
        """192 octets to save: each SEQ in 6 octets, by IND."""
        return b"".join(seq.to_bytes(6) for seq in self._seqs)

    @property
    def sqn_ms(self) -> int:
        """The highest sequence number accepted, which AUTS reports; 0 while none was."""
        return max((seq << IND_BITS | ind for ind, seq in enumerate(self._seqs) if seq), default=0)

    def accept(self, sqn: int) -> bool:
        """Say whether ``sqn`` is fresh, and remember it if so (TS 33.102 annexes C.2.1 and C.2.2)."""
        seq, ind = sqn >> IND_BITS, sqn & IND_MASK
        ahead = seq - max(self._seqs)
        too_old = self.age_limit is not None and -ahead >= self.age_limit
        if ahead > DELTA or too_old or seq <= self._seqs[ind]:
            return False
        self._seqs[ind] = seq
        return True


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The USIM takes the network for its own: RES (8 octets) to answer, CK, IK (16) and Kc (8) to use."""

    res: bytes
    ck: bytes
    ik: bytes
    kc: bytes


@dataclass(frozen=True, slots=True)
class MacFailure:
    """MAC-A is wrong: whoever sent the challenge does not know K (GMM cause #20)."""


@dataclass(frozen=True, slots=True)
class SyncFailure:
    """The challenge is genuine and not fresh (GMM cause #21): AUTS (14 octets) tells the AuC SQN_MS."""

    auts: bytes


def check_autn(
    milenage: Milenage, rand: bytes, autn: bytes, accepted: SqnArray
) -> Authenticated | MacFailure | SyncFailure:
    """The USIM's check of a challenge (TS 33.102 clause 6.3.3). A fresh SQN is entered in ``accepted``."""
    sqn = int.from_bytes(autn[:6]) ^ int.from_bytes(milenage.f5(rand))
    genuine = milenage.quintuplets([rand], [sqn], autn[6:8])[0]
    if genuine.autn != autn:
        return MacFailure()
    if not accepted.accept(sqn):
        return SyncFailure(make_auts(milenage, rand, accepted.sqn_ms))
    return Authenticated(genuine.xres, genuine.ck, genuine.ik, c3(genuine.ck, genuine.ik))


def make_auts(milenage: Milenage, rand: bytes, sqn_ms: int) -> bytes:
    """AUTS, 14 octets: SQN_MS concealed by f5*, and MAC-S (TS 33.102 clause 6.3.3)."""
    concealed = sqn_ms ^ int.from_bytes(milenage.f5_star(rand))
    return concealed.to_bytes(6) + milenage.f1_star(rand, sqn_ms)


def check_auts(milenage: Milenage, rand: bytes, auts: bytes) -> int | None:
    """SQN_MS that AUTS reports for the challenge ``rand``; ``None`` where MAC-S is wrong (TS 33.102 clause 6.3.5)."""
    sqn_ms = int.from_bytes(auts[:6]) ^ int.from_bytes(milenage.f5_star(rand))
    return sqn_ms if milenage.f1_star(rand, sqn_ms) == auts[6:] else None


def resynchronised(sqn_he: int, sqn_ms: int) -> int:
    """The AuC's SQN after a genuine AUTS (TS 33.102 clause 6.3.5).

    Where the USIM would take the next SQN as it is, nothing changes: so an old AUTS played again does not make the
    AuC use sequence numbers twice.
    """
    ahead = (sqn_he >> IND_BITS) + 1 - (sqn_ms >> IND_BITS)
    return sqn_he if 0 < ahead <= DELTA and sqn_he >> IND_BITS < SEQ_MAX else sqn_ms
