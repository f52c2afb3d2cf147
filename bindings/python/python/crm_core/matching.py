"""Duplicates of lists, and an index for the check at insert: no database is needed."""

from typing import NamedTuple

from ._native import (
    Deduped,
    MatchComparison,
    MatchDecision,
    MatchField,
    MatchFrequencies,
    MatchHit,
    MatchIndex,
    MatchKind,
    MatchLevel,
    MatchModel,
    MatchStep,
    MatchTest,
    ThresholdSource,
    dedupe,
    explain,
    from_splink,
    index,
    parts,
    standard_model,
    to_splink,
)


class Pair(NamedTuple):
    """Two records of a list and what they are to each other."""

    id_a: str
    """The id of the first, which is the smaller one."""
    id_b: str
    """The id of the second."""
    weight: float
    """log2 of the odds that they are the same."""
    probability: float
    """The probability that they are the same, by the model."""
    decision: str
    """``duplicate``, ``possible`` or ``related``; pairs that are different are not listed."""


__all__ = [
    "Deduped",
    "MatchComparison",
    "MatchDecision",
    "MatchField",
    "MatchFrequencies",
    "MatchHit",
    "MatchIndex",
    "MatchKind",
    "MatchLevel",
    "MatchModel",
    "MatchStep",
    "MatchTest",
    "Pair",
    "ThresholdSource",
    "dedupe",
    "explain",
    "from_splink",
    "index",
    "parts",
    "standard_model",
    "to_splink",
]
