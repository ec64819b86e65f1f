"""What the market did: one price source a file, and the table they fill."""

from eventstudy.prices._abnormal import load_abnormal
from eventstudy.prices._bars import MASSIVE_KEY, BarTable, Series, load_bars
from eventstudy.prices._base import FIELDS, Basis, FactorSource, Fetch, PriceSource
from eventstudy.prices._beside import copies_among, out_of_order, out_of_step
from eventstudy.prices._currency import currency_of, in_currency, in_whole_units, rates_for, whole_currency
from eventstudy.prices._factors import factors_of_frame, read_factors
from eventstudy.prices._frame import frame_to_table
from eventstudy.prices._gross import PEGGED, gross_base
from eventstudy.prices._levels import flags_of_levels
from eventstudy.prices._load import Desk, load_prices, massive_bars
from eventstudy.prices._moves import Flag, Moves, like_a_split
from eventstudy.prices._opened import opened
from eventstudy.prices._quality import flags
from eventstudy.prices._shapes import Names, long_columns
from eventstudy.prices._shares import load_shares
from eventstudy.prices._table import PORTFOLIOS, PriceTable, SeriesInfo
from eventstudy.prices._yahoo_bars import yahoo_bars
from eventstudy.tables import Place, Reading

__all__ = [
    "FIELDS",
    "MASSIVE_KEY",
    "PEGGED",
    "PORTFOLIOS",
    "BarTable",
    "Basis",
    "Desk",
    "FactorSource",
    "Fetch",
    "Flag",
    "Moves",
    "Names",
    "Place",
    "PriceSource",
    "PriceTable",
    "Reading",
    "Series",
    "SeriesInfo",
    "copies_among",
    "currency_of",
    "factors_of_frame",
    "flags",
    "flags_of_levels",
    "frame_to_table",
    "gross_base",
    "in_currency",
    "in_whole_units",
    "like_a_split",
    "load_abnormal",
    "load_bars",
    "load_prices",
    "load_shares",
    "long_columns",
    "massive_bars",
    "opened",
    "out_of_order",
    "out_of_step",
    "rates_for",
    "read_factors",
    "whole_currency",
    "yahoo_bars",
]
