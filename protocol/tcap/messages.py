"""TCAP messages: transactions between two nodes (Q.773 3.2, coding in clause 4)."""

from typing import Annotated, Any, ClassVar

from protocol.ber import INTEGER, OCTETS, Place, Sequence, bounds, long_length, opening
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.tcap.components import COMPONENTS, Component, without_meaning
from protocol.tcap.dialogue import DIALOGUE, Aare, Aarq, Abrt, Audt, External


class PAbortCause(OpenEnum):
    """Why the transaction sublayer aborts."""

    UNRECOGNIZED_MESSAGE_TYPE = 0
    UNRECOGNIZED_TRANSACTION_ID = 1
    BADLY_FORMATTED_TRANSACTION_PORTION = 2
    INCORRECT_TRANSACTION_PORTION = 3
    RESOURCE_LIMITATION = 4


class TcapMessage(Sequence):
    """The base of all."""

    protocol: ClassVar[str] = "tcap"
    code: ClassVar[int]
    title: ClassVar[str] = ""
    clause: ClassVar[str] = ""

    def __init_subclass__(cls, *, title: str, clause: str, **keywords: Any) -> None:
        """Name the message, and compile it."""
        super().__init_subclass__(**keywords)
        cls.code, cls.title, cls.clause = cls.tag, title, clause


class Unidirectional(TcapMessage, tag=0x61, title="Unidirectional", clause="3.2.1"):
    """TC-UNI: components without a transaction. MAP does not use it."""

    dialogue: Annotated[Audt | External | None, DIALOGUE()] = None
    components: Annotated[tuple[Component, ...], COMPONENTS()] = ()


class Begin(TcapMessage, tag=0x62, title="Begin", clause="3.2.2"):
    """TC-BEGIN: a transaction begins, known to me as ``otid``."""

    otid: Annotated[bytes, OCTETS(0x48, least=1, most=4)]
    dialogue: Annotated[Aarq | None, DIALOGUE()] = None
    components: Annotated[tuple[Component, ...], COMPONENTS()] = ()


class End(TcapMessage, tag=0x64, title="End", clause="3.2.3"):
    """TC-END: the transaction that you know as ``dtid`` ends."""

    dtid: Annotated[bytes, OCTETS(0x49, least=1, most=4)]
    dialogue: Annotated[Aare | None, DIALOGUE()] = None
    components: Annotated[tuple[Component, ...], COMPONENTS()] = ()


class Continue(TcapMessage, tag=0x65, title="Continue", clause="3.2.4"):
    """TC-CONTINUE: the transaction, known to me as ``otid`` and to you as ``dtid``, goes on."""

    otid: Annotated[bytes, OCTETS(0x48, least=1, most=4)]
    dtid: Annotated[bytes, OCTETS(0x49, least=1, most=4)]
    dialogue: Annotated[Aare | None, DIALOGUE()] = None
    components: Annotated[tuple[Component, ...], COMPONENTS()] = ()


class Abort(TcapMessage, tag=0x67, title="Abort", clause="3.2.5"):
    """TC-P-ABORT or TC-U-ABORT: the transaction that you know as ``dtid`` is broken off.

    TCAP gives a ``p_abort_cause``; the user gives a ``dialogue`` portion, or neither.
    """

    dtid: Annotated[bytes, OCTETS(0x49, least=1, most=4)]
    p_abort_cause: Annotated[PAbortCause | None, INTEGER(0x4A)] = None
    dialogue: Annotated[Abrt | Aare | External | None, DIALOGUE()] = None


Message = Unidirectional | Begin | End | Continue | Abort

KINDS: dict[int, type[Message]] = {kind.tag: kind for kind in (Unidirectional, Begin, End, Continue, Abort)}

READERS = {tag: kind.take[tag] for tag, kind in KINDS.items()}


def decode(octets: bytes) -> Message:
    """Read a TCAP message.

    The cause of a DecodeError is the P-Abort cause to answer; to whom, :func:`originating` tells.
    Components and parameters that cannot be read do not raise: see :mod:`protocol.tcap.components`.
    """
    try:
        try:
            take = READERS[octets[0]]
            p, size = 2, octets[1]
            if size > 127:
                p, size = long_length(octets, p, size)
        except (IndexError, KeyError):
            return decode_in_full(octets)
        if p + size != len(octets):
            return decode_in_full(octets)
        message: Message = take(octets, p, p + size)
    except DecodeError as error:
        if error.cause is not None:
            raise
        raise DecodeError(error.why, PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION, error.at) from None
    context = getattr(getattr(message, "dialogue", None), "application_context", None)
    if context is None or context.is_map or isinstance(message, Abort):
        return message
    return message.replace(components=tuple([without_meaning(item, str(context)) for item in message.components]))


def decode_in_full(octets: bytes) -> Message:
    """The same where the message's own header is not as we would write it."""
    place = Place.find(octets, 0, len(octets))
    if place.end != len(octets):
        raise DecodeError(f"{len(octets) - place.end} octets follow the message", at=place.end)
    kind = KINDS.get(place.tag)
    if kind is None:
        raise DecodeError(f"no TCAP message starts with {octets[0]:#04x}", PAbortCause.UNRECOGNIZED_MESSAGE_TYPE)
    message: Message = kind.decode(octets)
    return message


def originating(octets: bytes) -> bytes | None:
    """The originating transaction id of a message, even of one that cannot be read; None where there is none."""
    try:
        _, p, _ = opening(octets, 0, 1 << 31)
        tag, p, q, _ = bounds(octets, p, len(octets))
    except DecodeError:
        return None
    return octets[p:q] if tag == 0x48 and 1 <= q - p <= 4 else None
