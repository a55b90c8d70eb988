"""Values of BSSMAP that hold together."""

from typing import Any

from hypothesis import strategies as st

from protocol.bssmap import Area, CellForm, CellIdentifierList, EncryptionInformation
from tests.wire.strategies import PLMN

WORD = st.integers(0, 0xFFFF)

AREAS: dict[CellForm, st.SearchStrategy[Area]] = {
    CellForm.CELL_GLOBAL_IDENTIFICATION: st.builds(Area, PLMN, WORD, WORD),
    CellForm.LAC_AND_CI: st.builds(Area, lac=WORD, ci=WORD),
    CellForm.CI: st.builds(Area, ci=WORD),
    CellForm.LAI: st.builds(Area, PLMN, WORD),
    CellForm.LAC: st.builds(Area, lac=WORD),
}

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    CellIdentifierList: st.sampled_from(list(AREAS)).flatmap(
        lambda form: st.builds(CellIdentifierList, st.just(form), st.tuples(AREAS[form]))
    )
    | st.just(CellIdentifierList(CellForm.ALL_CELLS)),
    EncryptionInformation: st.builds(
        EncryptionInformation, st.integers(0, 255), st.sampled_from((b"",)) | st.binary(min_size=8, max_size=8)
    ),
}
