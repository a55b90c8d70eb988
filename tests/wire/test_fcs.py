"""The frame check sequence of LLC."""

import re
import struct
import subprocess
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.llc.fcs import fcs

LINKTYPE_GPRS_LLC = 169


def protected(frame: bytes) -> bytes:
    """The part of an LLC frame that its FCS covers: all before it, or of a UI frame with PM = 0 header and 4 octets."""
    unprotected = frame[1] & 0xE0 == 0xC0 and not frame[2] & 1
    return frame[: min(7, len(frame) - 3)] if unprotected else frame[:-3]


def by_division(octets: bytes) -> bytes:
    """TS 44.064 §5.5.1 to the letter: complement of two remainders modulo 2, of x^k (x^23+...+1) and of the octets."""
    generator = sum(1 << power for power in (24, 23, 21, 20, 19, 17, 16, 15, 13, 8, 7, 5, 4, 2, 0))

    def remainder(polynomial: int) -> int:
        while (excess := polynomial.bit_length() - 25) >= 0:
            polynomial ^= generator << excess
        return polynomial

    bits = 8 * len(octets)
    # Bit 1 of each octet is sent first, and what is sent first is the highest power.
    sent = int("0" + "".join(f"{octet:08b}"[::-1] for octet in octets), 2)
    check = ~(remainder(0xFFFFFF << bits) ^ remainder(sent << 24)) & 0xFFFFFF
    return int(f"{check:024b}"[::-1], 2).to_bytes(3, "little")


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_fcs_by_division(octets: bytes) -> None:
    """TS 44.064 §5.5.1: the tables give what the long division of the definition gives, for every length."""
    assert fcs(octets) == by_division(octets)


def test_fcs_of_known_frames(vectors: list[dict[str, Any]]) -> None:
    """Every third-party LLC frame whose FCS is known right or wrong is found so."""
    frames = [vector for vector in vectors if vector["protocol"] == "llc"]
    verdicts = {vector["hex"]: vector["expect"]["fcs_ok"] for vector in frames}
    assert {True, False} <= set(verdicts.values())
    found = {text: fcs(protected(bytes.fromhex(text))) == bytes.fromhex(text)[-3:] for text in verdicts}
    assert found == verdicts


def test_fcs_by_tshark(tshark: str, tmp_path: Path) -> None:
    """Tshark prints "correct" for our FCS at every length of frame, and "incorrect" where one bit of it is turned."""
    headers = [bytes.fromhex("01c001") + bytes(range(3, length)) for length in range(3, 68)]
    unprotected = [bytes.fromhex("03c000") + bytes(range(length)) for length in range(20)]
    right = [frame + fcs(frame) for frame in headers] + [frame + fcs(frame[:7]) for frame in unprotected]
    wrong = [frame[:-1] + bytes([frame[-1] ^ 0x80]) for frame in right]
    capture = tmp_path / "llc.pcap"
    capture.write_bytes(
        struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_GPRS_LLC)
        + b"".join(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame for frame in right + wrong)
    )
    run = subprocess.run([tshark, "-V", "-r", capture], capture_output=True, text=True, check=True)
    verdicts = re.findall(r"FCS: .*\((correct|incorrect)", run.stdout)
    assert verdicts == ["correct"] * len(right) + ["incorrect"] * len(wrong)
