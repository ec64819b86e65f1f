"""Registries: read, refuse, filter, merge, save."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from eventstudy.errors import InvalidFile, UnknownName
from eventstudy.events import Claim, Event, Group, Registry, load_registry, shipped_registry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ONE = '[[event]]\nid = "one"\ntitle = "One"\nannounced = 2025-01-20\n'


def written(folder: Path, content: str, name: str = "events.toml") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def event(id: str, day: int = 1, **more: object) -> Event:
    return Event(**{"id": id, "title": id, "announced": date(2025, 1, day), **more})  # type: ignore[arg-type]


def test_a_file_is_read_in_order(tmp_path: Path) -> None:
    registry = load_registry(written(tmp_path, "\ufeff" + ONE + ONE.replace("one", "two")))
    assert registry.ids == ["one", "two"]
    assert [e.id for e in registry] == registry.ids
    assert (len(registry), "one" in registry, "three" in registry) == (2, True, False)
    assert registry["two"].announced == date(2025, 1, 20)


def test_instants_and_local_times(tmp_path: Path) -> None:
    content = ONE.replace("2025-01-20", "2025-01-27T07:00:00-05:00")
    content += ONE.replace("one", "two").replace("2025-01-20", '2025-01-27T07:00:00\ntz = "America/New_York"')
    registry = load_registry(written(tmp_path, content))
    assert registry["one"].announced == registry["two"].announced == datetime(2025, 1, 27, 12, tzinfo=UTC)


BAD = {
    "syntax": ("[[event]]\nid = \n", ["not valid TOML", "line 2"]),
    "no events": ("", ["no event"]),
    "a comment": ("# nothing\n", ["no event"]),
    "an empty list": ("event = []\n", ["no event"]),
    "one table": ('[event]\nid = "one"\n', ["[[event]]"]),
    "a number": ("event = 1\n", ["[[event]]"]),
    "other tables": (ONE + "[settings]\nx = 1\n", ["settings: no such key"]),
    "an unknown key": (ONE + "annouced = 1\n", ['event[1] "one", line 1: annouced', "did you mean announced?"]),
    "the same id": (ONE + ONE, ['event[2] "one", line 5: id: is that of event[1] too']),
    "two faults": (
        ONE + '[[event]]\nid = "A B"\n',
        ["event[2] \"A B\", line 5: id: 'A B' is not a slug", "title: is missing", "announced: is missing"],
    ),
    "a time of day": (ONE.replace("2025-01-20", "07:00:00"), ["announced: datetime.time(7, 0) is not a date"]),
    "no such day": (ONE.replace("2025-01-20", "2025-02-30"), ["not valid TOML"]),
    "a deep list": ("x = " + "[" * 100_000, ["not valid TOML"]),
    "a long number": ("x = " + "9" * 5_000, ["not valid TOML"]),
}


@pytest.mark.parametrize(("content", "says"), BAD.values(), ids=BAD.keys())
def test_bad_files_are_refused(tmp_path: Path, content: str, says: list[str]) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InvalidFile) as caught:
        load_registry(path)
    assert caught.value.where == str(path)
    assert caught.value.exit_code == 3
    for words in says:
        assert words in str(caught.value)


def test_a_long_list_of_faults_is_cut_and_counted(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as caught:
        load_registry(written(tmp_path, "".join(f'[[event]]\nid = "e{i}"\n' for i in range(30))))
    assert len(caught.value.what.splitlines()) == 21
    assert "... and 40 more" in caught.value.what


def test_what_cannot_be_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("title = 'é'".encode("latin-1"))
    with pytest.raises(InvalidFile, match=r"not UTF-8 text.*at byte 9"):
        load_registry(tmp_path / "latin.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InvalidFile, match="this is a folder"):
        load_registry(tmp_path / "folder.toml")


def test_a_missing_file_names_those_beside_it(tmp_path: Path) -> None:
    written(tmp_path, ONE, "mine.toml")
    written(tmp_path, ONE, "readme.md")
    with pytest.raises(InvalidFile, match="no such file") as caught:
        load_registry(tmp_path / "main.toml")
    assert caught.value.available == "mine.toml"
    with pytest.raises(InvalidFile, match="does not exist"):
        load_registry(tmp_path / "nowhere" / "main.toml")


@pytest.mark.parametrize("name", ["events.doc", "events.xml", "events"])
def test_other_suffixes_say_what_is_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        load_registry(written(tmp_path, ONE, name))
    assert str(caught.value.available).startswith(".toml, .csv, .tsv")
    assert "save the table as .xlsx or CSV" in str(caught.value)


@pytest.mark.parametrize("id", ["NVDA", "nvda"])
def test_a_ticker_in_the_place_of_an_event_is_told(id: str) -> None:
    with pytest.raises(UnknownName, match="there is no event called") as caught:
        shipped_registry()[id]
    event = str(caught.value.hint).partition("eventstudy run ")[2].partition(" ")[0]
    assert str(caught.value.hint).startswith("NVDA is a ticker: ")
    assert "NVDA" in shipped_registry()[event].tickers
    with pytest.raises(UnknownName) as other:
        shipped_registry()["ZZZZ"]
    assert other.value.hint is None


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'deepseek-r1'"):
        shipped_registry()["deepseek"]
    many = Registry(event(f"event-{i}") for i in range(5_000))
    with pytest.raises(UnknownName) as caught:
        many["event-4999x"]
    assert "'event-4999'" in str(caught.value.hint)
    assert len(str(caught.value)) < 1_000


def test_filters_are_inclusive_and_combine() -> None:
    registry = Registry(
        [event("a", 1, category="x"), event("b", 2, tags=["t"], category="x"), event("c", 3, tags=["t", "u"])]
    )
    assert registry.filter().ids == ["a", "b", "c"]
    assert registry.filter(category="x").ids == ["a", "b"]
    assert registry.filter(tag="t").ids == ["b", "c"]
    assert registry.filter(category="x", tag="t").ids == ["b"]
    assert registry.filter(since=date(2025, 1, 2)).ids == ["b", "c"]
    assert registry.filter(until=date(2025, 1, 2)).ids == ["a", "b"]
    assert registry.filter(category="none").ids == []
    instant = Registry([event("i", announced=datetime(2025, 1, 2, 23, tzinfo=UTC))])
    assert len(instant.filter(since=date(2025, 1, 2), until=date(2025, 1, 2))) == 1


def test_merging_keeps_order_and_refuses_the_same_id_twice(tmp_path: Path) -> None:
    first = load_registry(written(tmp_path, ONE, "first.toml"))
    second = load_registry(written(tmp_path, ONE.replace("one", "two"), "second.toml"))
    assert first.merge(second).ids == ["one", "two"]
    assert second.merge(first).ids == ["two", "one"]
    again = load_registry(written(tmp_path, ONE, "again.toml"))
    with pytest.raises(InvalidFile, match="two events are called 'one'") as caught:
        first.merge(second).merge(again)
    assert caught.value.where == f"{tmp_path / 'first.toml'} and {tmp_path / 'again.toml'}"
    with pytest.raises(InvalidFile, match="two events"):
        Registry([event("a"), event("a")])


def test_the_hash_is_of_what_is_said_not_of_how(tmp_path: Path) -> None:
    one, two = event("a"), event("b")
    assert Registry([one, two]).sha256 == Registry([two, one]).sha256
    noisy = written(tmp_path, "# a comment\n" + ONE.replace(" = ", "   =  "))
    assert load_registry(noisy).sha256 == load_registry(written(tmp_path, ONE)).sha256
    assert Registry([one]).sha256 != Registry([event("a", 2)]).sha256
    assert Registry([one]).sha256 != Registry([event("a", notes="x")]).sha256


def test_a_saved_registry_reads_the_same(tmp_path: Path) -> None:
    shipped = shipped_registry()
    shipped.save(tmp_path / "copy.toml")
    copy = load_registry(tmp_path / "copy.toml")
    assert copy == shipped
    assert copy.sha256 == shipped.sha256
    copy.save(tmp_path / "copy.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["copy.toml"]


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12).filter(
    str.strip
)
TICKERS = st.sampled_from(["NVDA", "NA", "ON", "TRUE", "BRK.B", "^GSPC", "日産", 'Q"\\', "SAP GY"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    when=st.one_of(
        st.dates(date(1800, 1, 1), date(2199, 12, 31)),
        st.datetimes(datetime(1900, 1, 2), datetime(2199, 1, 1), timezones=st.timezones()),  # noqa: DTZ001
    ),
    title=WORDS,
    notes=st.one_of(st.just(""), WORDS),
    tags=st.lists(WORDS, max_size=3),
    tickers=st.lists(TICKERS, min_size=1, max_size=4, unique=True),
    figure=st.sampled_from(["142", "142.00", "1,5"]),
)
def test_whatever_can_be_said_survives_saving(
    tmp_path: Path, when: date, title: str, notes: str, tags: list[str], tickers: list[str], figure: str
) -> None:
    groups, claims = (Group(name=notes, tickers=tuple(tickers)),), (Claim(text=title, from_=figure),)
    made = Event(
        id="x", title=title, announced=when, notes=notes, tags=tuple(tags), group=groups, claim=claims, tz="Asia/Tokyo"
    )
    registry = Registry([made, event("y")])
    registry.save(tmp_path / "r.toml")
    again = load_registry(tmp_path / "r.toml")
    assert again.sha256 == registry.sha256
    if isinstance(when, datetime):
        kept = again["x"].announced
        assert isinstance(kept, datetime)
        assert kept.astimezone(UTC) == when.astimezone(UTC)
    else:
        assert again == registry


def test_saving_never_leaves_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, ONE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(InvalidFile, match="No space left"):
        Registry([event("a")]).save(path)
    assert path.read_text() == ONE
    assert list(tmp_path.iterdir()) == [path]


def test_saving_asks_for_toml_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"saved as \.toml, not as \.csv"):
        Registry([event("a")]).save(tmp_path / "a.csv")
    with pytest.raises(InvalidFile, match="cannot be written"):
        Registry([event("a")]).save(tmp_path / "nowhere" / "a.toml")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda s: s.encode("utf-8", "replace"))),
    st.sampled_from([b"", ONE.encode(), b"[[event]]\n", b"ticker,date\n", b"ticker;date;tz\nA;2025-01-02;"]),
    st.sampled_from([".toml", ".csv"]),
)
def test_any_file_is_read_or_refused(tmp_path: Path, tail: bytes, head: bytes, suffix: str) -> None:
    path = tmp_path / f"any{suffix}"
    path.write_bytes(head + tail)
    try:
        read = len(load_registry(path))
    except InvalidFile:
        return
    assert read > 0


def as_json(registry: Registry) -> object:
    return json.loads(json.dumps({"event": [e.to_dict() for e in registry]}))


def test_the_schema_accepts_what_ships_and_refuses_what_is_refused() -> None:
    schema = Registry.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(as_json(shipped_registry()))
    good = {"id": "a", "title": "A", "announced": "2025-01-20"}
    assert validator.is_valid({"event": [good]})
    assert validator.is_valid({"event": [{**good, "group": [{"tickers": "A, B"}]}]})
    refused: list[dict[str, Any]] = [
        {},
        {"event": []},
        {"event": [good], "more": 1},
        {"event": [{**good, "id": "a b"}]},
        {"event": [{**good, "announced": "1/2/2025"}]},
        {"event": [{**good, "announcd": 1}]},
        {"event": [{"id": "a", "title": "A"}]},
        {"event": [{**good, "timing": "later"}]},
        {"event": [{**good, "group": [{"tickers": []}]}]},
        {"event": [{**good, "group": [{"tickers": " , "}]}]},
        {"event": [{**good, "group": [{"tickers": 5}]}]},
        {"event": [{**good, "group": [{"tickers": ["A", "A"]}]}]},
        {"event": [{**good, "claim": [{"text": "x", "from": 142}]}]},
        {"event": [{**good, "group": [{"tickers": [True]}]}]},
        {"event": [{**good, "title": " "}]},
        {"event": [{**good, "category": None}]},
    ]
    for bad in refused:
        assert not validator.is_valid(bad), bad


def test_the_schema_says_what_each_key_is_for() -> None:
    schema = Registry.schema()
    tables = {"Event", "Group", "Claim", "Found"}
    assert set(schema["$defs"]) == tables
    for table in tables:
        keys = schema["$defs"][table]["properties"]
        assert all(key["description"] for key in keys.values())
        assert not any("title" in key or key.get("default", "") is None for key in keys.values())
    assert "from" in schema["$defs"]["Claim"]["properties"]


def test_listing_events_imports_nothing_heavy() -> None:
    code = (
        "import sys; from eventstudy.events import shipped_registry\n"
        "assert len([e.id for e in shipped_registry()]) == 20; print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "numpy", "scipy", "exchange_calendars", "matplotlib"} & set(loaded)
    assert "eventstudy.events.schema" not in loaded


ADDING = """
import os, signal, sys
from pathlib import Path
from eventstudy.events import append_event, shipped_registry
path, event = Path(sys.argv[1]), shipped_registry()["deepseek-r1"]
append_event(path, event.model_copy(update={"id": "first"}))
before = path.read_bytes()

def dying(name, left):
    real = getattr(os, name)
    def call(*args, **more):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)
    setattr(os, name, call)

n, status = 0, 1
while status:
    n += 1
    path.write_bytes(before)
    pid = os.fork()
    if not pid:
        left = [n]
        for name in ("fsync", "replace", "open", "unlink", "ftruncate", "close"):
            dying(name, left)
        append_event(path, event.model_copy(update={"id": "second"}))
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    print(path.read_bytes() == before, path.read_bytes().startswith(before))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes to kill on this system")
def test_an_addition_that_is_killed_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    words = [sys.executable, "-W", "ignore", "-c", ADDING, str(tmp_path / "mine.toml")]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    seen = ran.stdout.split("\n")[:-1]
    assert set(seen) == {"True True", "False True"}
    assert seen == sorted(seen, reverse=True), "the old file until one moment, the new one from then on"
    assert {event.id for event in load_registry(tmp_path / "mine.toml")} == {"first", "second"}
