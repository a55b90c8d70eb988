"""Which HLR serves a subscriber (TS 23.018, TS 29.002): by the beginning of the IMSI, the longest counts."""

from collections.abc import Callable, Mapping

from protocol.identities import Gt
from protocol.sccp import Address, Ssn


def finder(hlrs: Mapping[str, Gt]) -> Callable[[str], Address | None]:
    """What finds the address of the HLR of an IMSI, by the numbers of HLRs by prefix; None where no prefix fits."""
    addresses = {prefix: Address(ssn=Ssn.HLR, gt=hlrs[prefix]) for prefix in sorted(hlrs, key=len, reverse=True)}

    def hlr_of(imsi: str) -> Address | None:
        return next((address for prefix, address in addresses.items() if imsi.startswith(prefix)), None)

    return hlr_of
