"""The budgets of the house style: no file, function or list of arguments grows past its figure."""

from __future__ import annotations

from statistics import median

import pytest

from tests.architecture import measure
from tests.architecture.measure import ROOT, expect_none

PRODUCT = measure.python_files("palace", "wsgi.py", "setup", "bench")
TESTS = measure.python_files("tests")
EVERYTHING = measure.python_files()
COMMENTS_PER_100 = 3


def test_half_of_the_functions_have_ten_lines_or_fewer() -> None:
    assert median(function.lines for function in measure.functions(PRODUCT)) <= 10


def test_nine_of_ten_functions_have_twenty_five_lines_or_fewer() -> None:
    assert (
        measure.percentile([function.lines for function in measure.functions(PRODUCT)], 0.9) <= 25
    )


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = [function for function in measure.functions(EVERYTHING) if function.lines > 50]
    expect_none([f"{function} {function.lines}" for function in long])


def test_no_file_of_the_product_is_longer_than_three_hundred_lines() -> None:
    expect_none(measure.over(PRODUCT, 300))


def test_no_test_file_is_longer_than_four_hundred_lines() -> None:
    expect_none(measure.over(TESTS, 400))


def test_no_script_is_longer_than_three_hundred_lines() -> None:
    expect_none(measure.over(measure.committed(".js"), 300))


def test_no_template_is_longer_than_a_hundred_and_fifty_lines() -> None:
    assert (
        measure.over(
            [path for path in measure.committed() if ROOT / "templates" in path.parents], 150
        )
        == []
    )


def test_no_function_takes_more_than_five_arguments_by_position() -> None:
    expect_none(
        [str(function) for function in measure.functions(EVERYTHING) if function.positional > 5]
    )


def test_every_function_is_typed() -> None:
    expect_none([str(function) for function in measure.functions(EVERYTHING) if not function.typed])


def test_nothing_is_imported_inside_a_function() -> None:
    expect_none([str(found) for found in measure.lazy_imports(EVERYTHING)])


def test_no_module_imports_itself_by_some_way_round() -> None:
    expect_none(measure.modules_in_cycles())


def test_what_silences_a_tool_says_why() -> None:
    expect_none([str(found) for found in measure.bare_pragmas(EVERYTHING)])


@pytest.mark.parametrize("top", ["palace", "tests"])
def test_comments_are_few(top: str) -> None:
    paths = measure.python_files(top)
    lines = sum(measure.line_count(path) for path in paths)
    assert len(measure.prose_comments(paths)) <= max(lines, 100) * COMMENTS_PER_100 / 100


def test_the_figures_can_be_printed() -> None:
    assert "function med/p90/max" in measure.main()
