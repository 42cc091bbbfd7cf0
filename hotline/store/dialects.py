"""What the two databases write differently: the city's date of a moment, the tenth that a share lies in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class CityDay(FunctionElement[str]):
    """'2026-11-26' of a UTC column; Qingdao keeps UTC+8 all year."""

    type = String()
    inherit_cache = True
    name = "city_day"


class Tenth(FunctionElement[int]):
    """0 to 9 of a number from 0 to 1 (10 of a whole 1)."""

    type = Integer()
    inherit_cache = True
    name = "tenth"


def city_day(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The day of this column, to be grouped by."""
    return CityDay(column)


def tenth(number: ColumnElement[Any]) -> ColumnElement[int]:
    """The tenth that this lies in."""
    return Tenth(number)


@compiles(CityDay, "sqlite")
def _sqlite(element: CityDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"strftime('%Y-%m-%d', {compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(CityDay, "postgresql")
def _postgresql(element: CityDay, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE INTERVAL '8 hours', 'YYYY-MM-DD')"


@compiles(Tenth, "sqlite")
def _sqlite_tenth(element: Tenth, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} * 10 AS INTEGER)"


@compiles(Tenth, "postgresql")
def _postgresql_tenth(element: Tenth, compiler: SQLCompiler, **options: Any) -> str:
    # Its CAST would round.
    return f"CAST(FLOOR({compiler.process(element.clauses, **options)} * 10) AS INTEGER)"
