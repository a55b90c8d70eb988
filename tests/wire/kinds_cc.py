"""Values of call control that hold together."""

from typing import Any

from hypothesis import strategies as st

from protocol.causes import CcCause
from protocol.cc.elements import (
    CalledPartyBcdNumber,
    CallingPartyBcdNumber,
    Cause,
    CodingStandard,
    Location,
    NumberingPlan,
    PresentationIndicator,
    Screening,
    ScreeningIndicator,
    TypeOfNumber,
)

DIALLED = st.text("0123456789*#", min_size=1, max_size=20)
TYPE, PLAN = st.sampled_from(TypeOfNumber), st.sampled_from(NumberingPlan)
SCREENING = st.builds(
    Screening,
    presentation_indicator=st.sampled_from(PresentationIndicator),
    screening_indicator=st.sampled_from(ScreeningIndicator),
)

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Cause: st.builds(
        Cause,
        st.sampled_from(CcCause),
        st.sampled_from(Location),
        st.sampled_from(CodingStandard),
        st.none() | st.integers(0, 127),
        st.binary(max_size=4),
    ),
    CalledPartyBcdNumber: st.builds(CalledPartyBcdNumber, DIALLED, TYPE, PLAN),
    CallingPartyBcdNumber: st.builds(CallingPartyBcdNumber, DIALLED, TYPE, PLAN, st.none() | SCREENING),
}
