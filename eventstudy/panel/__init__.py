"""Lined up: prices and events become blocks of arrays."""

from eventstudy.panel.align import Pair, Panel, align, reaches_in, within_days
from eventstudy.panel.block import AFTER, After, Bools, Days, EventBlock, Floats, Ints
from eventstudy.panel.checks import calendar_ends, check, check_levels, lacking_factors, no_levels
from eventstudy.panel.flagged import accepted, flagged_closes, was_accepted, with_rates
from eventstudy.panel.homes import home_of, is_of_file, places_of, taken_for
from eventstudy.panel.periods import factors_of_periods, in_periods, told_of_partial
from eventstudy.panel.volume import UNDATED, over_splits, read_shares, with_volume
from eventstudy.panel.warned import Exclusion, Warned
from eventstudy.panel.worth import Worth, with_worth, worth_before

__all__ = [
    "AFTER",
    "UNDATED",
    "After",
    "Bools",
    "Days",
    "EventBlock",
    "Exclusion",
    "Floats",
    "Ints",
    "Pair",
    "Panel",
    "Warned",
    "Worth",
    "accepted",
    "align",
    "calendar_ends",
    "check",
    "check_levels",
    "factors_of_periods",
    "flagged_closes",
    "home_of",
    "in_periods",
    "is_of_file",
    "lacking_factors",
    "no_levels",
    "over_splits",
    "places_of",
    "reaches_in",
    "read_shares",
    "taken_for",
    "told_of_partial",
    "was_accepted",
    "with_rates",
    "with_volume",
    "with_worth",
    "within_days",
    "worth_before",
]
