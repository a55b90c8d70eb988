"""Subscribers are records of the HLR, which override the configuration file and are decoded when they are used."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.core.outputs import Record
from nodes.hlr import Hlr, HlrConfig, PdpSubscription, Subscriber
from nodes.hlr.subscribers import GprsLocation
from protocol.auth import Algorithm
from protocol.errors import DecodeError
from protocol.identities import Apn, GsnAddress, Gt, Imsi, IsdnAddress
from protocol.sm.pdp_address import PdpTypeNumber

IMSI = Imsi("262019876543210")
OTHER = Imsi("262010000000001")


def contexts() -> st.SearchStrategy[PdpSubscription]:
    """Any PDP context that can be subscribed."""

    def make(ipv6: bool, static: bool, **told: Any) -> PdpSubscription:
        size = 16 if ipv6 else 4
        pdp_type = PdpTypeNumber.IPV6 if ipv6 else PdpTypeNumber.IPV4
        return PdpSubscription(context_id=1, pdp_type=pdp_type, address=bytes(range(size)) if static else None, **told)

    return st.builds(
        make,
        st.booleans(),
        st.booleans(),
        apn=st.sampled_from([Apn("*"), Apn("internet"), Apn(f"{'x' * 30}.{'y' * 31}")]),
        qos=st.sampled_from([b"\x23\x12\x1f", b"\x0b\x92\x1f"]),
        ext_qos=st.sampled_from([b"", b"\x02", bytes.fromhex("027196404074fa1010")]),
        vplmn_address_allowed=st.booleans(),
    )


def subscribers() -> st.SearchStrategy[Subscriber]:
    """Any subscriber that an HLR can serve."""

    def make(algorithm: Algorithm, some: list[PdpSubscription], **told: Any) -> Subscriber:
        opc = bytes(16) if algorithm in (Algorithm.MILENAGE, Algorithm.GSM_MILENAGE) else b""
        numbered = tuple(replace(context, context_id=number) for number, context in enumerate(some, start=1))
        return Subscriber(imsi=IMSI, algorithm=algorithm, opc=opc, contexts=numbered, **told)

    flags = ("gprs", "circuit", "roaming_allowed", "barred", "packet_services_barred", "hplmn_ap_barred")
    return st.builds(
        make,
        st.sampled_from(Algorithm),
        st.lists(contexts(), max_size=5),
        msisdn=st.sampled_from([IsdnAddress("491721234567"), IsdnAddress("4917212345678")]),
        key=st.binary(min_size=16, max_size=16),
        amf=st.binary(min_size=2, max_size=2),
        vplmn_ap_barred=st.booleans(),
        **{flag: st.booleans() for flag in flags},
    )


# --- the record ---------------------------------------------------------------------------------------------------


@given(subscribers())
def test_record_keeps_a_subscriber(one: Subscriber) -> None:
    """Octets hold all that is provisioned; none of their beginnings does, and nothing may follow."""
    octets = one.to_octets()
    one.check()
    assert Subscriber.from_octets(IMSI, octets) == one
    for length in range(len(octets)):
        try:
            shorter = Subscriber.from_octets(IMSI, octets[:length])
        except DecodeError:
            continue
        assert len(shorter.contexts) < len(one.contexts), "a beginning that ends behind a PDP context is a record too"
    with pytest.raises(DecodeError):
        Subscriber.from_octets(IMSI, octets + b"\x01")


@given(st.binary(max_size=120))
def test_record_of_any_octets(octets: bytes) -> None:
    """Octets that are no record are refused by DecodeError and nothing else."""
    with contextlib.suppress(DecodeError, ValueError):
        Subscriber.from_octets(IMSI, b"\x01\x00\x87" + octets).check()


def test_record_is_small(subscriber: Subscriber) -> None:
    """A subscriber with one PDP context takes less than 70 octets."""
    assert len(subscriber.to_octets()) < 70


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"key": b"k"}, "K and OPc"),
        ({"amf": b""}, "AMF two"),
        ({"opc": b""}, "milenage needs OPc"),
        ({"msisdn": IsdnAddress("4917")}, "5 to 15 decimal digits"),
        ({"msisdn": IsdnAddress("491721234567", 0x11)}, "nature of the MSISDN"),
    ],
)
def test_subscriber_that_cannot_be_served(subscriber: Subscriber, change: dict[str, Any], why: str) -> None:
    """What no HLR could tell, or compute with, is refused with a reason."""
    with pytest.raises(ValueError, match=why):
        replace(subscriber, **change).check()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"context_id": 0}, "1 to 50"),
        ({"context_id": 51}, "1 to 50"),
        ({"pdp_type": PdpTypeNumber.PPP}, "IPv4 or IPv6"),
        ({"address": bytes(16)}, "4 octets, not 16"),
        ({"pdp_type": PdpTypeNumber.IPV6, "address": bytes(4)}, "16 octets, not 4"),
        ({"apn": Apn(f"{'x' * 30}.{'y' * 32}")}, "at most 63 octets"),
        ({"qos": b"\x23\x12"}, "quality of service"),
        ({"ext_qos": bytes(10)}, "quality of service"),
    ],
)
def test_context_that_cannot_be_told(subscriber: Subscriber, change: dict[str, Any], why: str) -> None:
    """TS 29.002 17.7.1: the limits of what MAP can tell of a PDP context."""
    (context,) = subscriber.contexts
    with pytest.raises(ValueError, match=why):
        replace(subscriber, contexts=(replace(context, **change),)).check()


def test_contexts_stand_in_order(subscriber: Subscriber) -> None:
    """A number that stands twice, or after a greater one, is no order."""
    (context,) = subscriber.contexts
    with pytest.raises(ValueError, match="each once"):
        replace(subscriber, contexts=(context, context)).check()


# --- an earlier life ----------------------------------------------------------------------------------------------


def test_record_overrides_the_configuration(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """What was provisioned at run time counts, whatever the configuration file says; others of it are as it says."""
    other = replace(subscriber, imsi=OTHER)
    changed = replace(subscriber, barred=True, msisdn=IsdnAddress("491720000099"))
    hlr = make_hlr(subscriber, other, records=[Record(f"subscriber/{IMSI}", changed.to_octets())])
    assert hlr.node.look(IMSI)["barred"]
    assert hlr.node.look(IMSI)["msisdn"] == "491720000099"
    assert not hlr.node.look(OTHER)["barred"]


def test_record_after_its_location(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """Records come by key: where a subscriber is stands before who it is, and counts all the same."""
    new = replace(subscriber, imsi=OTHER)
    location = GprsLocation(IsdnAddress("491720000005"), GsnAddress.parse("10.0.0.5"))
    records = [
        Record(f"gprs/{OTHER}", location.to_octets()),
        Record(f"sqn/{OTHER}", bytes(5) + b"\x20"),
        Record(f"subscriber/{OTHER}", new.to_octets()),
    ]
    hlr = make_hlr(records=records)
    assert hlr.node.look(None)["subscribers"] == 2
    assert hlr.node.look(None)["located"] == 1
    assert hlr.node.look(OTHER)["sgsn_number"] == "491720000005"
    assert hlr.node.look(OTHER)["sqn"] == 32


def test_removed_subscriber_stays_removed(make_hlr: Callable[..., Any]) -> None:
    """A subscriber of the configuration file who was removed at run time has an empty record that says so."""
    hlr = make_hlr(records=[Record(f"subscriber/{IMSI}", b"")])
    assert hlr.node.look(None)["subscribers"] == 0
    assert IMSI not in set(hlr.node.everybody())
    with pytest.raises(KeyError):
        hlr.node.look(IMSI)


def test_record_of_another_version(make_hlr: Callable[..., Any]) -> None:
    """Records that a later gprslab has written are not guessed at."""
    with pytest.raises(ValueError, match="version 2"):
        make_hlr(records=[Record(f"subscriber/{IMSI}", b"\x02")])


def test_million_is_not_decoded(subscriber: Subscriber) -> None:
    """A subscriber whom nobody has asked for is kept as the octets of the record, and nothing else."""
    octets = subscriber.to_octets()
    records = [Record(f"subscriber/26201{number:010}", octets) for number in range(1000)]
    config = HlrConfig(name="hlr1", number=Gt("491720000001"), routes={}, subscribers=())
    hlr = Hlr(config, Random(1), records)
    assert len(hlr.register) == 1000
    assert all(isinstance(entry, bytes) for entry in hlr.register._entries.values())
