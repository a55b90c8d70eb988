"""Every message of ours, with all that its declaration lets it have, as pycrate reads it and writes it again.

MAP has its own (tests/wire/test_map_oracles.py); pycrate has no BSSGP, NS, BSSAP+, LLC and SNDCP.
"""

import contextlib
import io
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from protocol import gmm, gtp, layout, m3ua, rr, sccp
from protocol.errors import DecodeError
from protocol.registry import PROTOCOLS
from protocol.rr.blocks import BlockMessage
from tests.conftest import pycrate
from tests.wire.carried import fitting
from tests.wire.samples import directions, samples

COUNT = 16
"""Messages of each class."""

Reader = Callable[[Any, bytes, bool], tuple[Any, int]]


def layer_3() -> Reader:
    """MM, CC, RR, GMM and SM, by direction."""
    nas = pycrate("pycrate_mobile.NAS")

    def read(message: Any, octets: bytes, up: bool) -> tuple[Any, int]:
        if up:
            return nas.parse_NAS_MO(octets)  # type: ignore[no-any-return]
        return nas.parse_NAS_MT(octets, wl2=isinstance(message, BlockMessage))  # type: ignore[no-any-return]

    return read


def tunnel() -> Reader:
    """GTP, by plane."""
    control, user = pycrate("pycrate_mobile.TS29060_GTP"), pycrate("pycrate_mobile.TS29281_GTPU")
    on_user_plane = (gtp.TPdu, gtp.EndMarker)
    return lambda message, octets, _: (
        user.parse_GTPU(octets) if isinstance(message, on_user_plane) else control.parse_GTP(octets)
    )


READERS: dict[str, Callable[[], Reader]] = {
    **dict.fromkeys(("gmm", "sm", "mm", "cc", "rr"), layer_3),
    "gtp": tunnel,
    "sccp": lambda: lambda _, octets, __: pycrate("pycrate_mobile.SCCP").parse_SCCP(octets),
    "sccp_management": lambda: lambda _, octets, __: pycrate("pycrate_mobile.SCCP").parse_SCMG(octets),
    "m3ua": lambda: lambda _, octets, __: pycrate("pycrate_mobile.M3UA").parse_M3UA(octets),
}


@dataclass(frozen=True)
class Fault:
    """Messages that pycrate 0.8 does not read (``error``), or does not give back (``loses``), and why it is wrong.

    There is an example for each sign, with which a test sees that it is not stale.
    """

    classes: tuple[Any, ...]
    signs: tuple[str, ...]
    why: str
    examples: tuple[str, ...]


LOSES = "loses"

WITH_QUALITY = tuple(
    cls
    for cls in layout.messages(gtp.GtpMessage)
    if any(field.type is gtp.QualityOfServiceProfile for field in cls.fields)
)

FAULTS = (
    Fault(
        (gmm.AttachAccept, gmm.RoutingAreaUpdateAccept),
        (LOSES,),
        "24.008 10.5.5.23: network feature support is element B-; pycrate has it as A-",
        ("0802090a23979825000516b0",),
    ),
    Fault(
        (rr.ClassmarkChange,),
        (LOSES,),
        "24.008 10.5.1.7: a classmark 3 ends where its sender's release does; pycrate loses the bits of an octet in "
        "which a field of a later one would run past the end",
        ("0616033b13332009ac70628563fa5cc459",),
    ),
    Fault(
        (rr.ChannelRelease,),
        (LOSES,),
        "44.018 10.5.2.1d: the value of BA list pref starts behind the length; pycrate reads a second length there",
        ("060d62730401004000",),
    ),
    Fault(
        (rr.SystemInformationType4,),
        (LOSES, "error 96"),
        "44.018 9.1.36: rest octets start behind the pseudo length, whatever their first octet; and the channel "
        "description of 10.5.2.5 has 3 octets, not 3 bits",
        ("41061c61f131045e9099c58a2964cfebf63a0b2b2b2b2b", "31061c5824296a193be172dae872ab2b2b2b2b2b2b2b2b"),
    ),
    Fault(
        WITH_QUALITY,
        (LOSES,),
        "24.008 10.5.6.5: a quality of service of R97 has three octets; pycrate loses the elements behind it",
        ("321300170115f7b0f7b0000001ca100000ad048700041fa11e57ff0002001f",),
    ),
    Fault(
        (gtp.ForwardRelocationResponse,),
        (LOSES,),
        "29.060 7.5.7: RAB setup information may be there; pycrate does not know it in this message",
        ("3236000f000005cb05cb000001cb8c000160ff00020000",),
    ),
    Fault(
        (gtp.SgsnContextResponse, gtp.ForwardRelocationRequest),
        (LOSES, "error 2"),
        "29.060 7.7.28: the length of the container of an MM context has two octets; pycrate reads one. And there may "
        "be several PDP contexts (7.5.4)",
        (
            "3233001400007f327f32000001041603001c00b70834011d18231823",
            "3233003e000343894389000001cf0200000000000000f082002c000f040100000004060000000400000000000000000000000000000000000f01f12104000000000000000000",
        ),
    ),
    Fault(
        (gtp.ForwardRelocationRequest,),
        ("error 4",),
        "29.060 7.5.6: there may be several packet flow ids and charging characteristics, of which pycrate takes one",
        (
            "3235003e0000000100010000110000049b1525810011b7c0916b1620e5f805110000a4de00000085001044c5c7b7dbd16904b42c176e675a68468a00008b0006000002010200",
        ),
    ),
    Fault(
        (gtp.InitiatePdpContextActivationRequest,),
        ("error 4",),
        "24.008 10.5.6.5: behind a quality of service of three octets pycrate misses the mandatory correlation id",
        ("321600110000000000000000140087000400000000b7000100",),
    ),
    Fault(
        (gtp.SupportedExtensionHeadersNotification,),
        ("error 2",),
        "29.060 7.7.40: the length of the list has one octet, which pycrate does not read where the list is empty",
        ("321f000600000000000000008d00",),
    ),
    Fault(
        (gtp.ForwardSrnsContext,),
        (LOSES,),
        "29.060 7.5.13: there may be several RAB contexts",
        ("323a0018000001a201a200001600c22f00de1af4009d160000001e4500000000",),
    ),
    Fault(
        (sccp.Rsr,),
        ("error 2",),
        "Q.713 4.13: a reset request has no optional part; pycrate wants a pointer",
        ("0d00000000000000",),
    ),
    Fault((sccp.Err,), ("error 1",), "Q.713 4.15: pycrate does not know the error message", ("0f00000000",)),
    Fault(
        (m3ua.Duna, m3ua.Dava, m3ua.Daud, m3ua.Drst, m3ua.Data, m3ua.Scon, m3ua.Dupu),
        ("error 4",),
        "RFC 4666 3.3.1: a network appearance has four octets; pycrate has one",
        ("010002020000001802000008000000000012000800000000",),
    ),
    Fault(
        (m3ua.Error,),
        (LOSES,),
        "RFC 4666 3.8.1: the same; the affected point codes behind it are lost",
        ("0100000000000018000c000800017b090200000800000460",),
    ),
)


def plainer(message: Any) -> Any:
    """Without what pycrate has not: transaction identifiers from 7 on (24.007 11.2.3.1.3), two private extensions."""
    message = fitting(message)
    identifier = getattr(message, "transaction_identifier", None)
    if identifier is not None:
        kind: Any = type(identifier)
        return message.replace(transaction_identifier=kind(identifier.value % 7, identifier.flag))
    if getattr(message, "private_extensions", ()):
        return message.replace(private_extensions=message.private_extensions[:1])
    return message


def tried(read: Reader, message: Any, octets: bytes, *, up: bool) -> tuple[Any, str]:
    """What pycrate makes of a message, and the sign of a fault."""
    with contextlib.redirect_stdout(io.StringIO()):
        found, error = read(message, octets, up)
        return found, f"error {error}" if error else "" if found.to_bytes() == octets else LOSES


@pytest.mark.parametrize("protocol", READERS)
def test_every_message(protocol: str) -> None:
    """Pycrate finds the same message and writes the same octets, or has a fault that is known."""
    read = READERS[protocol]()
    called: dict[str, set[Any]] = defaultdict(set)
    bad = []
    for cls in PROTOCOLS[protocol].classes.values():
        up = next(directions(cls))
        taken = 0
        for message in map(plainer, samples(cls, COUNT)):
            octets = message.encode()
            found, sign = tried(read, message, octets, up=up)
            taken += not sign
            if found is not None:
                called[type(found).__name__].add(cls)
            if sign and not any(cls in fault.classes and sign in fault.signs for fault in FAULTS):
                bad.append(f"{cls.__name__} {octets.hex()}: {sign}")
        if not taken and not any(cls in fault.classes for fault in FAULTS):
            bad.append(f"{cls.__name__} was never read")
    assert not bad, "\n".join(bad[:20])
    assert [names for names in called.values() if len(names) > 1] == SHARED.get(protocol, [])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.why.partition(":")[0])
def test_no_fault_is_stale(fault: Fault) -> None:
    """Pycrate still has each fault."""
    protocol = fault.classes[0].protocol
    read = READERS[protocol]()
    for sign, example in zip(fault.signs, fault.examples, strict=True):
        octets = bytes.fromhex(example)
        signs = set()
        for up in (True, False):
            with contextlib.suppress(DecodeError):
                message = PROTOCOLS[protocol].decode(octets, up)
                assert isinstance(message, fault.classes)
                signs.add(tried(read, message, octets, up=up)[1])
        assert sign in signs


SHARED: dict[str, list[set[Any]]] = {}
"""Messages of ours that are one class for pycrate."""
