"""The query language: what each text means, and what of it XML-RPC's struct carries."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.errors import ConfigMistake
from infusion_etl.reports.conditions import Operand, eastern_start, eastern_text, is_id
from infusion_etl.reports.query import LAST_RUN, MOST_IDS, Condition, Op, Query, parse

EASTERN = ZoneInfo("America/New_York")
MACRO = "'LastUpdated':'~>=~LastSuccessfulRun'"

VALUES: dict[str, tuple[Op, Operand]] = {
    "Ogden": (Op.EQUALS, "Ogden"),
    "": (Op.EQUALS, ""),
    "Ogden, UT": (Op.EQUALS, "Ogden, UT"),
    "Smi%": (Op.LIKE, "Smi%"),
    "%@x.com": (Op.LIKE, "%@x.com"),
    "a_b": (Op.EQUALS, "a_b"),
    "2016-01-20%": (Op.LIKE, "2016-01-20%"),
    "2016%": (Op.LIKE, "2016%"),
    "~>=~2015-12-15": (Op.AT_LEAST, "2015-12-15"),
    "~>=~ 2015-12-15 08:15:00": (Op.AT_LEAST, "2015-12-15 08:15:00"),
    "~>=~LastSuccessfulRun": (Op.AT_LEAST, LAST_RUN),
    "~>~lastsuccessfulrun ": (Op.GREATER, LAST_RUN),
    "~>~5": (Op.GREATER, "5"),
    "~<~ 5": (Op.LESS, "5"),
    "~<=~5": (Op.AT_MOST, "5"),
    "~<>~123": (Op.NOT_EQUAL, "123"),
    "~<>~": (Op.NOT_NULL, ""),
    "~null~": (Op.IS_NULL, ""),
    " ~NULL~ ": (Op.IS_NULL, ""),
    "12,30": (Op.IN, ("12", "30")),
    " 12 , -3,12": (Op.IN, ("12", "-3")),
    "12": (Op.EQUALS, "12"),
    "12,x": (Op.EQUALS, "12,x"),
    "12,": (Op.EQUALS, "12,"),
    "~5 o'clock": (Op.EQUALS, "~5 o'clock"),
}


@pytest.mark.parametrize("value", VALUES)
def test_every_form_of_a_value_is_read(value: str) -> None:
    """Each value of Domo's article and of the operators' list is the condition it stands for."""
    quoted = value.replace("'", "''")
    assert parse(f"'F':'{quoted}'").conditions == (Condition("F", *VALUES[value]),)


def test_pairs_are_joined_by_commas_and_blanks_do_not_matter() -> None:
    """Domo's own example is read, also spread over lines and with double quotes."""
    expected = (Condition("GroupId", Op.IN, ("12", "30")), Condition("City", Op.EQUALS, "Ogden"))
    assert parse("'GroupId':'12,30','City':'Ogden'").conditions == expected
    assert parse(' \n"GroupId" : "12,30" ,\n  "City":\t\'Ogden\' ').conditions == expected


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_query_takes_everything(text: str) -> None:
    """No text, no condition."""
    assert parse(text).conditions == ()
    assert parse(text).to_struct() == {}
    assert parse(text).describe() == "everything"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'F':'O\'Neil'", "O'Neil"),
        ("'F':'O''Neil'", "O'Neil"),
        ("""'F':"O'Neil" """, "O'Neil"),
        (r"""'F':"say \"hi\"" """, 'say "hi"'),
        ('\'F\':"say ""hi"""', 'say "hi"'),
        (r"'F':'C:\dir\\'", "C:\\dir\\"),
    ],
)
def test_quotes_inside_a_value_can_be_written(text: str, value: str) -> None:
    """A quote doubled, or behind a backslash, is part of the value, and so is the other quote."""
    assert parse(text).conditions[0].operand == value


names = st.text(min_size=1).filter(str.strip)
texts = st.text().filter(lambda text: "~" not in text and "%" not in text).filter(lambda text: not text.isdigit())
plain_texts = texts.filter(lambda text: "," not in text)
operands = plain_texts.map(str.strip).filter(lambda text: bool(text) and text.lower() != "lastsuccessfulrun")
numbers = st.integers(-(10**12), 10**12).map(str)
conditions = st.one_of(
    st.builds(Condition, names, st.just(Op.EQUALS), plain_texts),
    st.builds(Condition, names, st.just(Op.LIKE), texts.map(lambda text: f"{text}%")),
    st.builds(
        Condition,
        names,
        st.sampled_from([Op.GREATER, Op.AT_LEAST, Op.LESS, Op.AT_MOST, Op.NOT_EQUAL]),
        st.one_of(operands, numbers, st.just(LAST_RUN)),
    ),
    st.builds(Condition, names, st.sampled_from([Op.IS_NULL, Op.NOT_NULL])),
    st.builds(Condition, names, st.just(Op.IN), st.lists(numbers, min_size=2, unique=True).map(tuple)),
)


@given(st.lists(conditions, max_size=5).map(tuple))
def test_a_query_written_is_read_back_the_same(wanted: tuple[Condition, ...]) -> None:
    """Whatever names and operands hold (quotes, commas, blanks, any script), writing and reading changes nothing."""
    assert parse(Query(wanted).formatted()).conditions == wanted


@given(st.text(alphabet="'\":,~<>=%\\ aI1"))
def test_any_text_is_a_query_or_a_named_mistake(text: str) -> None:
    """The reader ends, with conditions that can be written again or with mistakes that lie within the text."""
    try:
        query = parse(text)
    except ConfigMistake as mistake:
        positions = [int(str(problem.message).split()[2].rstrip(":")) for problem in mistake.problems]
        assert all(1 <= position <= len(text) + 1 for position in positions)
    else:
        assert parse(query.formatted()).conditions == query.conditions


def mistakes(text: str) -> list[str]:
    """Return the mistakes of a query, as a person reads them."""
    with pytest.raises(ConfigMistake) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'A':'~=>~3'", "character 1: 'A':'~=>~3': there is no operator ~=>~ (did you mean ~>=~?)"),
        ("'A':'~!=~3'", "did you mean ~<>~?"),
        ("'A':'~&gt;=~3'", "did you mean ~>=~?"),
        ("'A':'~nul~'", "did you mean ~null~?"),
        ("'A':'~>3'", "the operator is not closed by a ~ (did you mean ~>~?)"),
        ("'A':'~>=~'", "~>=~ needs a value after it"),
        ("'A':'~null~x'", "nothing may follow ~null~"),
        ("'A':'1' 'B':'2'", "character 9: a comma is missing before \"'B':'2'\""),
        ("'A':'1',", "character 8: nothing follows the last comma"),
        ("'A'='1'", "character 4: a colon is missing after 'A'"),
        ("A:'1'", "character 1: the field 'A' must stand in quotes (did you mean 'A'?)"),
        ("'A':1", "character 5: the value '1' must stand in quotes (did you mean '1'?)"),
        ("City=Ogden", "character 1: 'City=Ogden': field and value stand in quotes, with a colon between"),
        ("City=Ogden", "(did you mean 'City':'Ogden'?)"),
        (" City == New York ", "(did you mean 'City':'New York'?)"),
        ("City = 'Ogden'", "(did you mean 'City':'Ogden'?)"),
        ('City="O\'Neill, UT"', "(did you mean 'City':'O''Neill, UT'?)"),
        ("'City=Ogden'", "a colon is missing after 'City=Ogden' (did you mean 'City':'Ogden'?)"),
        ("Id>=5", "(did you mean 'Id':'~>=~5'?)"),
        ("Id != 5", "(did you mean 'Id':'~<>~5'?)"),
        ("Id=", "(did you mean 'Id':''?)"),
        ("'A':'1", "character 5: the quote before '1' is never closed"),
        ("'A':", "character 5: the value is missing"),
        ("'':'1'", "names no field"),
        ("\u2018A\u2019:'1'", "curly quotes; write straight ones"),
    ],
)
def test_a_mistake_names_its_position_its_pair_and_what_was_meant(text: str, said: str) -> None:
    """One mistake, one message, with the character it stands at and the nearest operator or spelling."""
    (only,) = mistakes(text)
    assert said in only


def test_all_mistakes_of_a_text_come_at_once() -> None:
    """Reading goes on behind a mistake: nobody repairs a query word by word."""
    found = mistakes("'A':'~=>~3', B:'1', 'C'-'2', 'D':'fine', 'E':'~<~', 'F':'open")
    assert len(found) == 5
    assert [each.split("character ")[1].split(":")[0] for each in found] == ["1", "14", "24", "42", "57"]


def test_last_successful_run_becomes_an_eastern_moment() -> None:
    """The moment is US Eastern, rounded down to the second, and the start is closed."""
    since = datetime(2026, 7, 1, 12, 30, 15, 900_000, tzinfo=UTC)
    assert parse(MACRO).resolved(since).to_struct() == {"LastUpdated": "~>=~2026-07-01 08:30:15"}
    later = parse("'LastUpdated':'~>~LastSuccessfulRun'").resolved(since)
    assert later.to_struct() == {"LastUpdated": "~>=~2026-07-01 08:30:15"}
    assert parse("'LastUpdated':'~<~LastSuccessfulRun'").resolved(since).to_struct() == {
        "LastUpdated": "~<~2026-07-01 08:30:15"
    }


def test_without_a_last_run_its_condition_falls_away_and_the_others_stay() -> None:
    """The first refresh brings everything that the other conditions allow."""
    query = parse(f"{MACRO},'City':'Ogden'").resolved(None)
    assert query.to_struct() == {"City": "Ogden"}
    assert not query.incremental


def test_a_query_is_not_sent_before_the_moment_is_known() -> None:
    """The macro is ours: Keap would take it for a text."""
    with pytest.raises(ValueError, match="resolve"):
        parse(MACRO).to_struct()


hours_of = st.floats(0, 12).map(lambda hours: timedelta(hours=hours))
moments = st.one_of(
    st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    hours_of.map(lambda later: datetime(2026, 11, 1, tzinfo=UTC) + later),  # the night whose hour comes twice
    hours_of.map(lambda later: datetime(2026, 3, 8, tzinfo=UTC) + later),  # the night that lacks an hour
)


@given(moments, st.timedeltas(timedelta(0), timedelta(hours=4)))
def test_nothing_that_happens_after_the_last_run_looks_earlier(since: datetime, later: timedelta) -> None:
    """Also in the autumn night whose hour comes twice, every later moment's Eastern text is at least the start's."""
    assert eastern_text(since + later) >= eastern_start(since)


def test_the_start_is_moved_back_only_in_the_first_of_the_two_hours() -> None:
    """At 05:45 UTC it is 01:45 for the first time, at 06:45 for the second time."""
    assert eastern_start(datetime(2026, 11, 1, 5, 45, tzinfo=UTC)) == "2026-11-01 00:45:00"
    assert eastern_start(datetime(2026, 11, 1, 6, 45, tzinfo=UTC)) == "2026-11-01 01:45:00"
    assert eastern_start(datetime(2026, 3, 8, 7, 0, tzinfo=UTC)) == "2026-03-08 03:00:00"


def test_the_struct_holds_each_condition_in_keaps_spelling() -> None:
    """Operators go in the value, and only a list of ids is an array."""
    query = parse("'Id':'12,30','A':'x%','B':'~>~ 5','C':'~null~','D':'~<>~','E':'~<>~x'")
    assert query.to_struct() == {"Id": [12, 30], "A": "x%", "B": "~>~5", "C": "~null~", "D": "~<>~", "E": "~<>~x"}
    assert query.left_over() == ()


def test_a_second_condition_on_a_field_is_left_over() -> None:
    """A struct has one member a field: the first goes, the second is left to be applied here."""
    query = parse("'LastUpdated':'~>=~2026-01-01','City':'Ogden','LastUpdated':'~<~2026-02-01'")
    assert query.repeated == ("LastUpdated",)
    assert query.to_struct() == {"LastUpdated": "~>=~2026-01-01", "City": "Ogden"}
    assert query.left_over() == (Condition("LastUpdated", Op.LESS, "2026-02-01"),)


@pytest.mark.parametrize("name", ["Id", "GroupId", "UserID", "ContactID", "Contact.Id"])
def test_fields_of_ids_are_known_by_their_names(name: str) -> None:
    """The table schema has no other sign of them."""
    assert is_id(name)


@pytest.mark.parametrize("name", ["City", "Paid", "_CustomId", "Idea", "id"])
def test_other_fields_take_no_array(name: str) -> None:
    """Keap answers an array on them with a fault."""
    assert not is_id(name)
    pair = parse(f"'{name}':'1,2'")
    assert pair.to_struct() == {}
    assert pair.left_over() == pair.conditions


@pytest.mark.parametrize("count", [2, MOST_IDS, MOST_IDS + 1, 2 * MOST_IDS + 5])
def test_long_lists_of_ids_are_split_and_every_id_is_asked_for_once(count: int) -> None:
    """No piece has more than 1000 ids, none is lost, none comes twice."""
    ids = list(range(5, count + 5))
    query = parse(f"'Id':'{','.join(map(str, [*ids, 5]))},0006','City':'Ogden'")
    pieces = [piece.to_struct() for piece in query.split()]
    assert [len(piece["Id"]) for piece in pieces[:-1]] == [MOST_IDS] * ((count - 1) // MOST_IDS)
    assert all(len(piece["Id"]) <= MOST_IDS and piece["City"] == "Ogden" for piece in pieces)
    assert [each for piece in pieces for each in piece["Id"]] == ids


def test_a_list_that_is_said_twice_is_asked_for_once() -> None:
    """The same condition again makes no more calls, so that no row comes twice."""
    pieces = parse("'Order':'1,2','Order':'1,2'").split()
    assert [piece.to_struct() for piece in pieces] == [{"Order": "1"}, {"Order": "2"}]


def test_a_list_that_was_not_split_and_is_too_long_is_not_sent() -> None:
    """Keap answers more than 1000 ids with a fault; the condition is left over."""
    query = parse(f"'Id':'{','.join(map(str, range(MOST_IDS + 1)))}'")
    assert query.to_struct() == {}
    assert query.left_over() == query.conditions


def test_a_short_list_on_another_field_is_one_query_a_value() -> None:
    """Where no array is taken, each value is asked for by itself; with two lists, each pair of values."""
    pieces = parse("'Zip':'1,2','Code':'3,4','Id':'5,6'").split()
    assert [piece.to_struct() for piece in pieces] == [
        {"Zip": "1", "Code": "3", "Id": [5, 6]},
        {"Zip": "1", "Code": "4", "Id": [5, 6]},
        {"Zip": "2", "Code": "3", "Id": [5, 6]},
        {"Zip": "2", "Code": "4", "Id": [5, 6]},
    ]


@pytest.mark.parametrize("items", ["1,01", ",".join(map(str, range(21)))])
def test_a_list_that_would_cost_too_much_or_double_rows_is_left_over(items: str) -> None:
    """`1` and `01` are one number, so two calls could bring a row twice; and 21 calls are more than reading once."""
    (only,) = parse(f"'Zip':'{items}'").split()
    assert only.to_struct() == {}
    assert only.left_over() == only.conditions


def test_a_query_is_told_in_words() -> None:
    """People read what is asked for."""
    text = f"'City':'Ogden','Id':'1,2','Email':'~null~',{MACRO}"
    assert parse(text).describe() == (
        "City is 'Ogden' and Id is one of 1, 2 and Email has no value "
        "and LastUpdated is at least the start of the last successful run"
    )
