"""Provisioning: operators enter, change and remove subscribers while the HLR works.

What is changed is saved at once, and told to the nodes that serve the subscriber: changed data by insertion, PDP
contexts withdrawn by deletion (TS 29.002 19.4, TS 23.060 6.11); a domain, or the whole subscription, that is withdrawn
or barred where the subscriber is, by cancellation of the location (TS 23.060 6.6.2.2, TS 23.015 2.3.1).
"""

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.hlr.authentication import check_algorithms
from nodes.hlr.cancelling import cancel_location
from nodes.hlr.config import ADDRESS_SIZES, FLAGS, PdpSubscription, Subscriber
from nodes.hlr.gprs_location import UpdateGprsLocation
from nodes.hlr.location_update import choose_barring
from nodes.hlr.note_ms_present import stop_noting
from nodes.hlr.subscriber_data import stop_telling, tell_data
from nodes.hlr.subscribers import Entry, GprsLocation, VlrLocation
from nodes.hlr.vlr_location import RestoreVlrData, UpdateVlrLocation
from protocol.auth import Algorithm
from protocol.errors import DecodeError
from protocol.identities import Apn, Gt, Imsi, IsdnAddress
from protocol.map.location import CancellationType
from protocol.sccp import Ssn
from protocol.sm.pdp_address import PdpTypeNumber

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr

MOST_RECORDS = 500
"""Subscribers that one command provisions."""

MOST_OCTETS = 5000
"""Octets of one record; 50 PDP contexts with all that they may have take a little less."""

MOST_REASON = 200
"""Characters of a reason, which may repeat what it is about."""

MOST_TOLD = 100_000
"""Octets of records in one answer, but for the last: what the bus carries in one payload is bounded."""

MOST_TELLING = 10_000
"""Nodes that are being told changes. Until they have answered, nothing more is provisioned that they must be told."""

TRY_AGAIN = "try again later"
"""How the reason ends for which a row is refused that will be taken later."""

PDP_TYPES = {"ipv4": PdpTypeNumber.IPV4, "ipv6": PdpTypeNumber.IPV6}

BEST_EFFORT = b"\x23\x42\x1f"
"""Quality of service of a PDP context for which none is told: best effort, as in the configuration file."""


# --- commands -----------------------------------------------------------------------------------------------------


def show(hlr: "Hlr", command: Command) -> None:
    """Answer all that is provisioned of the subscriber ``imsi`` but the keys, and where it is."""
    imsi = str(command.arguments.get("imsi"))
    hlr.reply(command, "done", told(subscriber_known(hlr, imsi)) | hlr.look(imsi))


def profiles(hlr: "Hlr", command: Command) -> None:
    """Answer ``records`` of ``most`` subscribers by IMSI, keys and all, as :func:`provision` takes them.

    They begin at the IMSI ``first``, or behind it where there is no such; ``next`` is the one that follows, or null.
    """
    first, most = command.arguments.get("first", ""), command.arguments.get("most", MOST_RECORDS)
    if not isinstance(first, str) or type(most) is not int or not 1 <= most <= MOST_RECORDS:
        raise CommandError(f"first is text, and most a number from 1 to {MOST_RECORDS}")
    records, behind = hlr.register.profiles(first, most, MOST_TOLD)
    hlr.reply(command, "done", {"records": {imsi: octets.hex() for imsi, octets in records.items()}, "next": behind})


def provision(hlr: "Hlr", command: Command) -> None:
    """Provision ``records``: by IMSI the subscriber's record in hexadecimal digits, or null to remove it.

    Each row is looked at on its own: the answer tells how many are ``done``, and by IMSI why others are ``refused``.
    """
    rows = command.arguments.get("records")
    if not isinstance(rows, dict) or len(rows) > MOST_RECORDS:
        raise CommandError(f"records are a mapping of at most {MOST_RECORDS} IMSIs")
    refused: dict[str, str] = {}
    for imsi, record in rows.items():
        try:
            change(hlr, imsi, None if record is None else read(imsi, record))
        except (ValueError, DecodeError) as error:
            refused[str(imsi)[:40]] = str(error)[:MOST_REASON]
    hlr.reply(command, "done", {"done": len(rows) - len(refused), "refused": refused})


def set_fields(hlr: "Hlr", command: Command) -> None:
    """Change what is told of the subscriber ``imsi``, by field: what is true or false of it, ``msisdn``, or keys.

    ``contexts`` is a mapping of numbers of PDP contexts: to null, which withdraws it, or to what is to change of it
    (``apn``, ``type``, ``address``, ``qos`` and ``ext_qos`` in hexadecimal digits, ``vplmn_address_allowed``).
    """
    told = dict(command.arguments)
    imsi = str(told.pop("imsi", None))
    before = subscriber_known(hlr, imsi)
    try:
        after = replace(before, **{name: read_field(before, name, value) for name, value in told.items()})
        after.check()
        check_algorithm(after)
        change(hlr, imsi, after.to_octets())
    except ValueError as error:
        raise CommandError(str(error)[:MOST_REASON]) from None
    hlr.reply(command, "done", {"imsi": imsi})


def delete(hlr: "Hlr", command: Command) -> None:
    """Withdraw the PDP ``contexts`` of the subscriber ``imsi``, a list of their numbers; all where none is told."""
    imsi = str(command.arguments.get("imsi"))
    before = subscriber_known(hlr, imsi)
    numbers = command.arguments.get("contexts", [context.context_id for context in before.contexts])
    there = {context.context_id for context in before.contexts}
    if not isinstance(numbers, list) or not all(type(number) is int and number in there for number in numbers):
        raise CommandError(f"contexts are a list of {', '.join(map(str, sorted(there))) or 'nothing'}")
    left = tuple([context for context in before.contexts if context.context_id not in numbers])
    change(hlr, imsi, replace(before, contexts=left).to_octets())
    hlr.reply(command, "done", {"imsi": imsi})


def subscriber_known(hlr: "Hlr", imsi: str) -> Subscriber:
    """The subscriber of a command."""
    profile = hlr.register.profile(imsi)
    if not profile:
        raise CommandError(f"{hlr.name} knows no IMSI {imsi[:40]}")
    return Subscriber.from_octets(imsi, profile)


# --- what is told to us -------------------------------------------------------------------------------------------


def read(imsi: str, record: Any) -> bytes:
    """The record in a row; ValueError or DecodeError, with the reason, where it cannot be."""
    if not isinstance(record, str) or len(record) > 2 * MOST_OCTETS:
        raise ValueError(f"a record is at most {2 * MOST_OCTETS} hexadecimal digits")
    profile = bytes.fromhex(record)
    subscriber = Subscriber.from_octets(Imsi(imsi), profile)
    subscriber.check()
    check_algorithm(subscriber)
    return profile


def check_algorithm(subscriber: Subscriber) -> None:
    """Raise ValueError where the subscriber's algorithm is not installed."""
    try:
        check_algorithms({subscriber.algorithm})
    except ModuleNotFoundError:
        raise ValueError(f"{subscriber.algorithm} is not installed (pip install 'gprslab[comp128]')") from None


def read_field(before: Subscriber, name: str, value: Any) -> Any:
    """The value of a field that an operator tells; ValueError where it is none."""
    if name in FLAGS:
        return read_flag(name, value)
    if name == "contexts":
        return read_contexts(before.contexts, value)
    if name == "msisdn":
        return IsdnAddress(Gt(str(value)))
    if name == "algorithm":
        return Algorithm(str(value))
    if name in ("key", "opc", "amf"):
        return bytes.fromhex(str(value))
    fields = ", ".join((*FLAGS, "msisdn", "algorithm", "key", "opc", "amf", "contexts"))
    raise ValueError(f"{name[:40]!r} is none of {fields}")


def read_flag(name: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false")  # noqa: TRY004  what an operator types is no type of ours
    return value


def read_contexts(before: tuple[PdpSubscription, ...], told: Any) -> tuple[PdpSubscription, ...]:
    """The PDP contexts with what is told of some of them."""
    if not isinstance(told, dict):
        raise ValueError("contexts are a mapping of numbers")  # noqa: TRY004  see above
    contexts = {context.context_id: context for context in before}
    for key, fields in told.items():
        number = int(key)
        if fields is None:
            contexts.pop(number, None)
        elif isinstance(fields, dict):
            contexts[number] = read_context(number, contexts.get(number), fields)
        else:
            raise ValueError(f"PDP context {number}: a mapping, or null")
    return tuple([contexts[number] for number in sorted(contexts)])


def read_context(number: int, before: PdpSubscription | None, fields: dict[str, Any]) -> PdpSubscription:
    """One PDP context."""
    changes: dict[str, Any] = {}
    for name, value in fields.items():
        match name:
            case "apn":
                changes["apn"] = Apn(str(value))
            case "qos" | "ext_qos":
                changes[name] = bytes.fromhex(str(value))
            case "type" if str(value) in PDP_TYPES:
                changes["pdp_type"] = PDP_TYPES[str(value)]
            case "address":
                changes["address"] = None if value is None else ip_address(str(value)).packed
            case "vplmn_address_allowed":
                changes[name] = read_flag(name, value)
            case _:
                raise ValueError(
                    f"PDP context {number}: {str(name)[:40]!r} is none of its fields, or has a wrong value"
                )
    if changes.get("address") is not None:
        sizes = {size: pdp_type for pdp_type, size in ADDRESS_SIZES.items()}
        changes.setdefault("pdp_type", sizes[len(changes["address"])])
    if before is not None:
        return replace(before, **changes)
    if "apn" not in changes:
        raise ValueError(f"PDP context {number} is new and needs an apn")
    return PdpSubscription(context_id=number, **({"qos": BEST_EFFORT} | changes))


def told(subscriber: Subscriber) -> dict[str, Any]:
    """What is provisioned, but for the keys, in plain JSON types."""
    names = {pdp_type: name for name, pdp_type in PDP_TYPES.items()}
    return {
        **{name: getattr(subscriber, name) for name in FLAGS},
        "amf": subscriber.amf.hex(),
        "contexts": {
            str(context.context_id): {
                "apn": str(context.apn),
                "type": names[context.pdp_type],
                "address": None if context.address is None else str(ip_address(context.address)),
                "qos": context.qos.hex(),
                "ext_qos": context.ext_qos.hex(),
                "vplmn_address_allowed": context.vplmn_address_allowed,
            }
            for context in subscriber.contexts
        },
    }


# --- what changes -------------------------------------------------------------------------------------------------


def change(hlr: "Hlr", imsi: str, profile: bytes | None) -> None:
    """The subscriber's record is this from now on, or there is none; ValueError where too many wait to be told."""
    known = hlr.register.profile(imsi)
    if profile is None and not known:
        raise ValueError("there is no such subscriber")
    if profile == known:
        return
    entry = hlr.register.served(imsi)
    if entry is not None and len(hlr.telling_data) >= MOST_TELLING:
        raise ValueError(f"{MOST_TELLING} changes are still being told; try again later")
    if profile is not None:
        hlr.register.provision(imsi, profile)
    if entry is not None:
        before = Subscriber.from_octets(imsi, known)
        after = None if profile is None else Subscriber.from_octets(imsi, profile)
        for location in (entry.location, entry.vlr):
            if location is not None:
                change_at(hlr, entry, location, before, after)
    if profile is None:
        end_updates(hlr, imsi)
        end_notes(hlr, imsi)
        hlr.register.remove(imsi)


def change_at(
    hlr: "Hlr", entry: Entry, location: GprsLocation | VlrLocation, before: Subscriber, after: Subscriber | None
) -> None:
    """Have a node forget the subscriber, or tell it what has changed."""
    gprs = isinstance(location, GprsLocation)
    if after is None or not (after.gprs if gprs else after.circuit) or choose_barring(hlr, after, location.number):
        end_updates(hlr, entry.imsi, location.ssn)
        stop_telling(hlr, entry.imsi, location.ssn)
        hlr.register.forget(entry.imsi, location.number, location.ssn)
        cancel_location(hlr, entry.imsi, location, CancellationType.SUBSCRIPTION_WITHDRAW)
    elif not location.purged and not is_updating(hlr, entry.imsi, location.ssn):
        tell_data(hlr, entry, before, after, location)


UPDATES = {Ssn.SGSN: (UpdateGprsLocation,), Ssn.VLR: (UpdateVlrLocation, RestoreVlrData)}
"""Updates of the location, by the subsystem that asks for them."""


def is_updating(hlr: "Hlr", imsi: str, ssn: Ssn) -> bool:
    """Whether an update runs, which will tell what has changed when it is done."""
    return any((kind, imsi) in hlr.updating for kind in UPDATES[ssn])


def end_updates(hlr: "Hlr", imsi: str, *ssns: Ssn) -> None:
    """Updates that run for the subscriber come to nothing."""
    for kind in [kind for ssn in ssns or UPDATES for kind in UPDATES[ssn]]:
        update = hlr.updating.get((kind, imsi))
        if update is not None:
            update.end()


def end_notes(hlr: "Hlr", imsi: str) -> None:
    """GGSNs hear no more of the subscriber."""
    entry = hlr.register.find(imsi)
    for ggsn in () if entry is None or entry.absence is None else entry.absence.ggsns:
        stop_noting(hlr, imsi, ggsn.number)
