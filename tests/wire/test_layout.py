"""The declaration engine: what it compiles, what it refuses, and that its two decoders agree."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import bssgp, gmm, layout, llc, ns, um
from protocol.bits import BITS, OPT, Struct
from protocol.causes import BssgpCause, GmmCause
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.gmm import AttachAccept, AttachReject, AttachRequest, GmmMessage, IdentityRequest
from protocol.gmm.elements import (
    AttachType,
    Cksn,
    DrxParameter,
    GprsTimer,
    GprsTimerUnit,
    IdentityType,
    MsNetworkCapability,
    MsRadioAccessCapability,
    TmsiStatus,
    TypeOfAttach,
)
from protocol.identities import Imsi, MobileIdentity, Rai, Tmsi
from protocol.layout import (
    HALF,
    LV,
    REPEATED,
    THALF,
    TLV,
    TLV2,
    TV,
    GbTLV,
    Message,
    Rules,
    V,
    When,
    decode_in_full,
)

BASES: list[type[Message]] = [GmmMessage, bssgp.BssgpMessage, ns.NsMessage, um.UmMessage]
ALL = sorted(
    {cls for base in BASES for table in (base.up, base.down) for cls in table.values()},
    key=lambda cls: (cls.protocol, cls.code, cls.__name__),
)


ATTACH = AttachRequest(
    ms_network_capability=MsNetworkCapability.from_octets(b"\xe5\xe0"),
    attach_type=AttachType(type_of_attach=TypeOfAttach.GPRS_ATTACH),
    cksn=Cksn.NO_KEY,
    drx_parameter=DrxParameter(split_pg_cycle_code=10),
    mobile_identity=MobileIdentity(Imsi("001010123456789")),
    old_routing_area=Rai.parse("001-01-1-7"),
    ms_radio_access_capability=MsRadioAccessCapability.from_octets(
        bytes.fromhex("18b3432b2596620060809ac2c662006080bac8c66200608000")
    ),
    old_ptmsi_signature=0x123456,
    requested_ready_timer=GprsTimer(unit=GprsTimerUnit.SECONDS_2, value=22),
    tmsi_status=TmsiStatus.VALID_TMSI,
).encode()


def test_attach_request_round_trip() -> None:
    """24.008 9.4.1: what is encoded is decoded again, element by element."""
    message = gmm.decode(ATTACH, up=True)
    assert isinstance(message, AttachRequest)
    assert message.mobile_identity.value == "001010123456789"
    assert message.old_ptmsi_signature == 0x123456
    assert message.requested_ready_timer is not None
    assert message.requested_ready_timer.duration == 44_000_000
    assert message.encode() == ATTACH


def refusal(octets: bytes) -> DecodeError | None:
    """How a GMM message of a mobile is refused, if it is."""
    try:
        gmm.decode(octets, up=True)
    except DecodeError as error:
        return error
    return None


def test_every_prefix_is_an_error() -> None:
    """No cut of a mandatory part decodes; each says at which octet and which cause is answered (24.008 8.5)."""
    whole = gmm.decode(ATTACH, up=True)
    for end in range(len(ATTACH)):
        error = refusal(ATTACH[:end])
        if error is None:
            assert gmm.decode(ATTACH[:end], up=True) != whole
        else:
            assert error.at <= end
            assert error.cause in (None, GmmCause.INVALID_MANDATORY_INFORMATION)


@given(st.binary(max_size=80), st.sampled_from(ALL))
def test_any_octets_decode_or_raise(octets: bytes, cls: type[Message]) -> None:
    """Hostile octets raise DecodeError or decode, and what decodes survives a round trip."""
    pdu = cls.header(cls.code) + octets
    try:
        message = cls.decode(pdu)
    except DecodeError:
        return
    assert cls.decode(message.encode()) == message


@given(st.binary(max_size=60), st.sampled_from(ALL))
def test_fast_and_full_decoder_agree(octets: bytes, cls: type[Message]) -> None:
    """The compiled decoder and the interpreting one read the same declaration."""
    pdu = cls.header(cls.code) + octets
    try:
        message = cls.decode(pdu)
    except DecodeError:
        with pytest.raises(DecodeError):
            decode_in_full(cls, pdu)
    else:
        assert decode_in_full(cls, pdu) == message


def test_unknown_elements_are_kept() -> None:
    """24.008 8.6: unknown, repeated and misplaced elements are ignored, and encode gives them back."""
    base = AttachReject(
        gmm_cause=GmmCause.CONGESTION, t3302_value=GprsTimer(unit=GprsTimerUnit.MINUTE, value=12)
    ).encode()
    for extra in ("95", "33020304", "2a0121"):
        pdu = base + bytes.fromhex(extra)
        message = gmm.decode(pdu, up=False)
        assert isinstance(message, AttachReject)
        assert message.t3302_value == GprsTimer(unit=GprsTimerUnit.MINUTE, value=12)
        assert message.extras[0].octets.hex() == extra
        assert message.encode() == pdu


def test_extras_keep_their_order() -> None:
    """Two that stood at one place are given back as they stood."""
    pdu = bytes.fromhex("08038010")
    assert gmm.decode(pdu, up=True).encode() == pdu


def test_element_that_must_be_understood() -> None:
    """24.008 8.5: an unknown element with tag 0000 xxxx spoils the message."""
    with pytest.raises(DecodeError) as caught:
        gmm.decode(bytes.fromhex("080416" + "050100"), up=False)
    assert caught.value.cause == GmmCause.INVALID_MANDATORY_INFORMATION


def test_unknown_message_type() -> None:
    """24.008 8.4: #97."""
    with pytest.raises(DecodeError) as caught:
        gmm.decode(b"\x08\x7f", up=True)
    assert caught.value.cause == GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


def test_optional_element_with_wrong_length_counts_as_absent() -> None:
    """24.008 8.7.1: too short; what is longer than it need be is read (24.007 11.4.2)."""
    message = gmm.decode(bytes.fromhex("080416" + "2a00"), up=False)
    assert isinstance(message, AttachReject)
    assert message.t3302_value is None
    assert message.encode().hex() == "0804162a00"


def test_bssgp_missing_mandatory() -> None:
    """48.018 9: a mandatory element that is missing is told by cause 22."""
    with pytest.raises(DecodeError) as caught:
        bssgp.decode(bytes.fromhex("2204820001"), up=True)
    assert caught.value.cause == BssgpCause.MISSING_MANDATORY_IE


def test_reserved_value_survives() -> None:
    """A value that no clause lists is told as reserved and encoded again."""
    message = gmm.decode(bytes.fromhex("08150f"), up=False)
    assert isinstance(message, IdentityRequest)
    assert message.identity_type.is_reserved
    assert message.encode().hex() == "08150f"


def test_wrong_field_is_our_fault() -> None:
    """A value that does not fit its element is refused when encoded."""
    with pytest.raises(ValueError, match="does not fit"):
        GprsTimer(unit=GprsTimerUnit.MINUTE, value=32).to_octets()
    with pytest.raises(TypeError):
        AttachReject(gmm_cause=GmmCause.CONGESTION, colour=1)  # type: ignore[call-arg]
    reject = AttachReject(gmm_cause=GmmCause.CONGESTION)
    with pytest.raises(AttributeError):
        reject.gmm_cause = GmmCause.ILLEGAL_MS  # type: ignore[misc]


class Scratch(Message):
    """Base of declarations that are wrong."""

    protocol = "scratch"
    rules = GmmMessage.rules

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class TestRefusedDeclarations:
    """Faults in a declaration fail at import."""

    def test_tag_twice(self) -> None:
        """An element tag belongs to one element, half octet tags included."""
        with pytest.raises(TypeError, match="is taken by"):

            class Twice(Scratch, code=1, title="x", clause="x"):
                """X."""

                a: Annotated[int | None, THALF(9)] = None
                b: Annotated[int | None, TV(0x95, 1)] = None

    def test_code_taken(self) -> None:
        """A message type belongs to one message of a direction."""
        with pytest.raises(TypeError, match="is taken by AttachAccept"):

            class Again(GmmMessage, code=AttachAccept.code, title="x", clause="x", way="down"):
                """X."""

    def test_mandatory_after_optional(self) -> None:
        """Without a tag nobody could tell them apart."""
        with pytest.raises(TypeError, match="mandatory after optional"):

            class After(Scratch, code=2, title="x", clause="x"):
                """X."""

                a: Annotated[int | None, TV(9, 1)] = None
                b: Annotated[int, V(1)]

    def test_half_octet_without_partner(self) -> None:
        """Half octets stand in pairs."""
        with pytest.raises(TypeError, match="no partner"):

            class Half(Scratch, code=3, title="x", clause="x"):
                """X."""

                a: Annotated[int, HALF()]
                b: Annotated[int, V(1)]

    def test_length_reversed(self) -> None:
        """From the least to the most."""
        with pytest.raises(TypeError, match="reversed"):

            class Reversed(Scratch, code=4, title="x", clause="x"):
                """X."""

                a: Annotated[bytes, LV(5, 2)]

    def test_no_docstring(self) -> None:
        """A message says who tells whom what."""
        with pytest.raises(AssertionError):

            class Silent(Scratch, code=5, title="x", clause="x"):
                a: Annotated[int, V(1)]

    def test_absent_without_default(self) -> None:
        """What may be absent says so."""
        with pytest.raises(TypeError, match="absent by default"):

            class Loose(Scratch, code=6, title="x", clause="x"):
                """X."""

                a: Annotated[int | None, TLV(1, 1)]


class Ordered(Message):
    """Base of messages whose elements ascend, as GTP's do."""

    protocol = "ordered"
    rules = Rules(None, 202, 201, lambda d, p: p + 3 + (d[p + 1] << 8 | d[p + 2]), ascending=True, misplaced=193)

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class Twins(Ordered, code=1, title="TWINS", clause="x"):
    """Either → the other: two elements with one tag, and a repeated one."""

    one: Annotated[bytes | None, TLV2(0x85, 2)] = None
    other: Annotated[bytes | None, TLV2(0x85, 2)] = None
    items: Annotated[tuple[bytes, ...], REPEATED(TLV2(0x90, 1, 3)), When("there are some")] = ()
    last: Annotated[int | None, TLV2(0x91, 1)] = None


@pytest.mark.parametrize(
    ("octets", "one", "other"),
    [
        ("85000201028500020304", b"\1\2", b"\3\4"),
        ("8500020102", b"\1\2", None),
        ("850001018500020304", None, b"\3\4"),
        ("850002010285000203048500020506", b"\1\2", b"\3\4"),
    ],
)
def test_elements_with_one_tag_are_known_by_their_place(octets: str, one: bytes | None, other: bytes | None) -> None:
    """The second one is the second, even where the first cannot be read; a third is a repetition."""
    pdu = bytes.fromhex("01" + octets)
    message = Twins.decode(pdu)
    assert (message.one, message.other) == (one, other)
    assert message.encode() == pdu
    with pytest.raises(ValueError, match="known by its place"):
        Twins(other=b"\1\2").encode()


def test_extras_between_items_keep_their_place() -> None:
    """What is not used and stood between the items of a repeated element is given back there."""
    pdu = bytes.fromhex("01" + "9000010a" + "a00000" + "9000010b" + "90000401020304" + "9000010c" + "91000107")
    message = Twins.decode(pdu)
    assert message.items == (b"\x0a", b"\x0b", b"\x0c")
    assert message.encode() == pdu


def test_order_that_must_ascend() -> None:
    """29.060 11.1.10: elements out of order spoil the message."""
    with pytest.raises(DecodeError) as caught:
        Twins.decode(bytes.fromhex("01" + "91000107" + "9000010a"))
    assert caught.value.cause == 193


class Kind(OpenEnum):
    """Two bits."""

    A = 0
    B = 1


class Record(Struct):
    """A record with every kind of bit field."""

    first: Annotated[int, BITS(3)]
    kind: Annotated[Kind, BITS(2)]
    choice: Annotated[int | None, OPT(5)] = None
    flag: Annotated[bool, BITS(1)] = False
    late: Annotated[int | None, BITS(4)] = None
    last: Annotated[int | None, OPT(3)] = None


@given(st.integers(5, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, (1 << n) - 1))))
def test_bits_round_trip(case: tuple[int, int]) -> None:
    """CSN.1: whatever was decoded is encoded again bit by bit, wherever its sender stopped."""
    width, value = case
    try:
        record = Record.from_bits(value, width)
    except DecodeError:
        return
    assert record.to_bits() == (value, width)


@given(st.binary(min_size=5, max_size=50))
def test_radio_access_capability_round_trip(octets: bytes) -> None:
    """24.008 10.5.5.12a: the list of access technologies keeps every bit."""
    try:
        capability = MsRadioAccessCapability.from_octets(octets)
    except DecodeError:
        return
    assert capability.to_octets() == octets


def test_lengths_of_the_gb_interface() -> None:
    """48.016 10.1.2: one octet with bit 8 set below 128, two octets from there on."""

    class Long(Scratch, code=7, title="LONG", clause="x"):
        """Either → the other: many octets."""

        content: Annotated[bytes, GbTLV(0x0E, 0, 1600)]

    for size, head in ((0, "070e80"), (127, "070eff"), (128, "070e0080"), (300, "070e012c")):
        pdu = Long(content=bytes(size)).encode()
        assert pdu.hex().startswith(head)
        assert Long.decode(pdu).content == bytes(size)
    assert Long.decode(bytes.fromhex("070e0001aa")).content == b"\xaa"


def test_identities() -> None:
    """24.008 10.5.1.4: type, parity and digits; a TMSI has four octets."""
    for octets, identity in (("2926102143658709", Imsi("262011234567890")), ("f4c0000001", Tmsi(0xC0000001))):
        assert MobileIdentity.from_octets(bytes.fromhex(octets)).value == identity
        assert MobileIdentity(identity).to_octets().hex() == octets


def test_reference_names_every_message() -> None:
    """The generated table has a part for each message."""
    text = layout.reference(layout.messages(GmmMessage))
    for cls in ALL:
        if cls.protocol == "gmm":
            assert f"`{cls.__name__}`" in text


def test_identity_type_is_typed() -> None:
    """Fields have the type that they were declared with."""
    message = IdentityRequest.decode(bytes.fromhex("081501"))
    assert message.identity_type is IdentityType.IMSI


class Odd(Message):
    """A protocol that takes more than others do."""

    protocol = "odd"
    rules = layout.Rules(
        unknown_message=1,
        missing_mandatory=2,
        invalid_mandatory=3,
        unknown=lambda d, p: layout.find_length(d, p + 1, 0)[1],
        missing_conditional=4,
        any_order=True,
        longer=True,
        invalid_conditional=5,
        unexpected_conditional=6,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class OddRequest(Odd, code=1, title="REQUEST", clause="1"):
    """One → the other: an element with a tag stands before one without, and two have the same tag."""

    number: Annotated[int, GbTLV(0x04, 2)]
    transaction: Annotated[int, V(1)]
    old: Annotated[int, GbTLV(0x05, 2)]
    new: Annotated[int | None, GbTLV(0x05, 2)] = None
    this: Annotated[int | None, GbTLV(0x06, 1), layout.When("not that", lambda m: m.that is None)] = None
    that: Annotated[int | None, GbTLV(0x07, 1), layout.When("not this", None, lambda m: m.this is not None)] = None


@pytest.mark.parametrize(
    "octets",
    [
        "01 0482 0001 09 0582 0002 0681 01",
        "01 0482 0001 09 0582 0002 0582 0003 0681 01",  # the second is the new one
        "01 0482 0001 09 0681 01 0582 0002 0582 0003",  # in any order
        "01 040002 0001 09 0582 0002 0681 01",  # a length of two octets
        "01 0482 0001 09 0584 00020102 0682 0102",  # longer than declared
        "01 0482 0001 09 050003 000201 060002 0102",  # both
        "01 0482 0001 09 0582 0002 0582 0003 0582 0004 0681 01",  # a third is ignored
    ],
)
def test_other_codings_are_kept(octets: str) -> None:
    """A message is encoded again as its sender coded it."""
    whole = bytes.fromhex(octets)
    message = OddRequest.decode(whole)
    assert (message.number, message.transaction, message.old, message.this) == (1, 9, 2, 1)
    assert message.new in (None, 3)
    assert message.encode() == whole
    assert OddRequest.decode(message.replace(transaction=8).encode()) == message.replace(transaction=8)


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        ("01 0482 0001", 2),
        ("01 0582 0001 09 0582 0002 0681 01", 2),
        ("01 0481 01 09 0582 0002 0681 01", 3),
        ("01 0482 0001 09 0581 02 0681 01", 3),
        ("01 0482 0001 09 0582 0002", 4),
        ("01 0482 0001 09 0582 0002 0680", 5),
        ("01 0482 0001 09 0582 0002 0681 01 0781 01", 6),
    ],
)
def test_each_fault_has_its_cause(octets: str, cause: int) -> None:
    """Missing, unreadable and unexpected elements are told apart."""
    with pytest.raises(DecodeError) as caught:
        OddRequest.decode(bytes.fromhex(octets))
    assert caught.value.cause == cause


def test_a_reference_is_of_words() -> None:
    """Types that no specification names are called by words, and paragraphs of a docstring are no code of Markdown."""
    page = layout.reference(llc.FRAMES.values())
    assert "| sapi | Sapi 6.2.3 | M | V | 4 bits |" in page
    assert "| command | flag | M | V | 1 bit |" in page
    assert not any(line.startswith("    ") for line in page.splitlines())
