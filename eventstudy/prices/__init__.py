"""What the market did: one price source a file, and the table they fill."""

from eventstudy.prices._base import FIELDS, Basis, Fetch, PriceSource
from eventstudy.prices._currency import currency_of, in_currency, rates_for
from eventstudy.prices._factors import read_factors
from eventstudy.prices._frame import frame_to_table
from eventstudy.prices._given import Place, levels_read, long_columns
from eventstudy.prices._load import Desk, load_prices
from eventstudy.prices._moves import Flag
from eventstudy.prices._quality import flags
from eventstudy.prices._shares import load_shares
from eventstudy.prices._table import PriceTable, SeriesInfo

__all__ = [
    "FIELDS",
    "Basis",
    "Desk",
    "Fetch",
    "Flag",
    "Place",
    "PriceSource",
    "PriceTable",
    "SeriesInfo",
    "currency_of",
    "flags",
    "frame_to_table",
    "in_currency",
    "levels_read",
    "load_prices",
    "load_shares",
    "long_columns",
    "rates_for",
    "read_factors",
]
