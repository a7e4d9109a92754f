"""Names that a person may have meant."""

from infusion_etl.reports.names import nearest, plain


def test_the_likest_comes_first_and_the_unlike_not_at_all() -> None:
    """A slip of the finger finds its name before names that only resemble it; what is unlike is never offered."""
    assert nearest("Cty", ["Country1", "City", "Email"])[0] == "City"
    assert nearest("xyz", ["City", "Email"]) == ()


def test_case_blanks_and_signs_count_little() -> None:
    """A name in other case, or with other signs between its words, is the nearest one."""
    assert nearest("lastupdated", ["LastName", "LastUpdated"])[0] == "LastUpdated"
    assert nearest("contacts - by tags", ["contacts_by_id", "contacts_by_tags"])[0] == "contacts_by_tags"
    assert plain("Data - Query a Data Table") == plain("data_query_a_data_table")


def test_names_of_signs_only_are_compared_as_they_are() -> None:
    """Operators have no letters; they are still told apart."""
    assert nearest("~=>~", ["~>=~", "~null~"])[0] == "~>=~"


def test_no_name_is_offered_twice() -> None:
    """The same choice in two lists is one choice, and no more than asked for come."""
    assert nearest("City", ["City", "City", "City2", "City3", "City4"], most=2) == ("City", "City2")
