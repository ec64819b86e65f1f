"""Prices from a sheet of a workbook (.xlsx, .xls, .ods): the one called `prices`, else the only one that holds anything."""

from eventstudy.prices.csv import TableFile

SOURCE = TableFile(
    "a workbook (.xlsx, .xls, .ods): a sheet with the columns of a CSV file, long or wide",
    (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
)
