"""Unstructured supplementary services (TS 29.002 17.7.4). What is said is coded as TS 23.038 has it."""

from typing import Annotated

from protocol.ber import OCTETS, Sequence
from protocol.bits import BITS, Struct
from protocol.identities import IsdnAddress
from protocol.map.codes import AlertingPattern


class DataCodingScheme(Struct):
    """How what is said is coded (TS 23.038 5)."""

    coding_group: Annotated[int, BITS(4)]
    coding: Annotated[int, BITS(4)]


class UssdArg(Sequence):
    """What is said."""

    ussd_data_coding_scheme: Annotated[DataCodingScheme, OCTETS(size=1)]
    ussd_string: Annotated[bytes, OCTETS(least=1, most=160)]
    alerting_pattern: Annotated[AlertingPattern | None, OCTETS(size=1)] = None
    msisdn: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None


class UssdRes(Sequence):
    """What is answered."""

    ussd_data_coding_scheme: Annotated[DataCodingScheme, OCTETS(size=1)]
    ussd_string: Annotated[bytes, OCTETS(least=1, most=160)]


class ProcessUnstructuredSsRequestArg(UssdArg):
    """Mobile → network: what the user entered."""


class ProcessUnstructuredSsRequestRes(UssdRes):
    """Network → mobile: the answer."""


class UnstructuredSsRequestArg(UssdArg):
    """Network → mobile: ask the user."""


class UnstructuredSsRequestRes(UssdRes):
    """Mobile → network: what the user answers."""


class UnstructuredSsNotifyArg(UssdArg):
    """Network → mobile: tell the user."""
