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

from protocol import gmm, gtp, m3ua, rr, sccp
from protocol.registry import PROTOCOLS
from protocol.rr.blocks import BlockMessage
from tests.wire.carried import fitting
from tests.wire.samples import directions, samples

COUNT = 16
"""Messages of each class."""

Reader = Callable[[Any, bytes, bool], tuple[Any, int]]


def load(module: str) -> Any:
    """A module of pycrate, which prints what other modules it lacks."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return pytest.importorskip(f"pycrate_mobile.{module}", reason="pycrate is not installed")


def layer_3() -> Reader:
    """MM, CC, RR, GMM and SM, by direction."""
    nas = load("NAS")

    def read(message: Any, octets: bytes, up: bool) -> tuple[Any, int]:
        if up:
            return nas.parse_NAS_MO(octets)  # type: ignore[no-any-return]
        return nas.parse_NAS_MT(octets, wl2=isinstance(message, BlockMessage))  # type: ignore[no-any-return]

    return read


def tunnel() -> Reader:
    """GTP, by plane."""
    control, user = load("TS29060_GTP"), load("TS29281_GTPU")
    on_user_plane = (gtp.TPdu, gtp.EndMarker)
    return lambda message, octets, _: (
        user.parse_GTPU(octets) if isinstance(message, on_user_plane) else control.parse_GTP(octets)
    )


READERS: dict[str, Callable[[], Reader]] = {
    **dict.fromkeys(("gmm", "sm", "mm", "cc", "rr"), layer_3),
    "gtp": tunnel,
    "sccp": lambda: lambda _, octets, __: load("SCCP").parse_SCCP(octets),
    "sccp_management": lambda: lambda _, octets, __: load("SCCP").parse_SCMG(octets),
    "m3ua": lambda: lambda _, octets, __: load("M3UA").parse_M3UA(octets),
}


@dataclass(frozen=True)
class Fault:
    """Messages that pycrate 0.8 does not read (``error``), or does not give back (``loses``), and why it is wrong."""

    classes: tuple[Any, ...]
    signs: tuple[str, ...]
    why: str


LOSES = "loses"

FAULTS = (
    Fault(
        (gmm.AttachAccept, gmm.RoutingAreaUpdateAccept),
        (LOSES,),
        "24.008 10.5.5.23: network feature support is element B-; pycrate has it as A-",
    ),
    Fault(
        (rr.ClassmarkChange,),
        (LOSES,),
        "24.008 10.5.1.7: a classmark 3 ends where its sender's release does; pycrate loses the bits of an octet in "
        "which a field of a later one would run past the end",
    ),
    Fault(
        (rr.ChannelRelease,),
        (LOSES,),
        "44.018 10.5.2.1d: the value of BA list pref starts behind the length; pycrate reads a second length there",
    ),
    Fault(
        (rr.SystemInformationType4,),
        ("error 96",),
        "44.018 9.1.36: rest octets start behind the pseudo length, whatever their first octet; and the channel "
        "description of 10.5.2.5 has 3 octets, not 3 bits",
    ),
    Fault(
        (gtp.CreatePdpContextRequest, gtp.UpdatePdpContextRequest, gtp.GgsnInitiatedUpdatePdpContextRequest),
        (LOSES,),
        "24.008 10.5.6.5: a quality of service of R97 has three octets; pycrate loses the elements behind it",
    ),
    Fault(
        (gtp.ForwardRelocationResponse,),
        (LOSES,),
        "29.060 7.5.7: RAB setup information may be there; pycrate does not know it in this message",
    ),
    Fault(
        (gtp.SgsnContextResponse, gtp.ForwardRelocationRequest),
        (LOSES, "error 2"),
        "29.060 7.7.28: the length of the container of an MM context has two octets; pycrate reads one. And there may "
        "be several PDP contexts (7.5.4)",
    ),
    Fault(
        (gtp.ForwardRelocationRequest,),
        ("error 4",),
        "29.060 7.5.6: there may be several packet flow ids and charging characteristics, of which pycrate takes one",
    ),
    Fault(
        (gtp.InitiatePdpContextActivationRequest,),
        ("error 4",),
        "24.008 10.5.6.5: behind a quality of service of three octets pycrate misses the mandatory correlation id",
    ),
    Fault(
        (gtp.SupportedExtensionHeadersNotification,),
        ("error 2",),
        "29.060 7.7.40: the length of the list has one octet, which pycrate does not read where the list is empty",
    ),
    Fault((sccp.Rsr,), ("error 2",), "Q.713 4.13: a reset request has no optional part; pycrate wants a pointer"),
    Fault((sccp.Err,), ("error 1",), "Q.713 4.15: pycrate does not know the error message"),
    Fault(
        (m3ua.Duna, m3ua.Dava, m3ua.Daud, m3ua.Drst, m3ua.Data, m3ua.Scon, m3ua.Dupu),
        ("error 4",),
        "RFC 4666 3.3.1: a network appearance has four octets; pycrate has one",
    ),
    Fault((m3ua.Error,), (LOSES,), "RFC 4666 3.8.1: the same; the affected point codes behind it are lost"),
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


@pytest.mark.parametrize("protocol", READERS)
def test_every_message(protocol: str) -> None:
    """Pycrate finds the same message and writes the same octets, or has a fault that is known."""
    read = READERS[protocol]()
    called: dict[str, set[Any]] = defaultdict(set)
    bad, shown = [], set()
    for cls in PROTOCOLS[protocol].classes.values():
        up = next(directions(cls))
        taken = 0
        for message in map(plainer, samples(cls, COUNT)):
            octets = message.encode()
            with contextlib.redirect_stdout(io.StringIO()):
                found, error = read(message, octets, up)
                sign = f"error {error}" if error else "" if found.to_bytes() == octets else LOSES
            taken += not sign
            if found is not None:
                called[type(found).__name__].add(cls)
            fault = next((fault for fault in FAULTS if cls in fault.classes and sign in fault.signs), None)
            if fault is not None:
                shown.add((fault, sign))
            elif sign:
                bad.append(f"{cls.__name__} {octets.hex()}: {sign}")
        if not taken and not any(cls in fault.classes for fault in FAULTS):
            bad.append(f"{cls.__name__} was never read")
    assert not bad, "\n".join(bad[:20])
    assert [names for names in called.values() if len(names) > 1] == SHARED.get(protocol, [])
    mine = set(PROTOCOLS[protocol].classes.values())
    due = {(fault, sign) for fault in FAULTS if set(fault.classes) & mine for sign in fault.signs}
    assert due == shown, "stale"


SHARED: dict[str, list[set[Any]]] = {}
"""Messages of ours that are one class for pycrate."""
