import pytest

from bench import report
from bench.load import Load
from bench.report import Case, Figures, targets


def figures_of(**cpu_of_library) -> Figures:
    """Of the library at 10,000 practices: case -> milliseconds in each round."""
    figures = Figures()
    for name, rounds in cpu_of_library.items():
        figures.cpu[Case(10_000, "library", name)] = rounds
    return figures


def reached(figures: Figures) -> dict[str, bool]:
    return {target.name: target.is_reached for target in targets(figures)}


def test_a_page_is_compared_with_the_bare_view_of_the_same_round():
    figures = figures_of(anew=[20.0, 60.0, 22.0], bare=[10.0, 30.0, 10.0])

    [target] = [target for target in targets(figures) if "bare" in target.name]

    assert (target.figure, target.page, target.is_reached) == (2.0, "library", True)


@pytest.mark.parametrize(("kept", "is_reached"), [(650.0, True), (550.0, False)])
def test_kept_pages_are_compared_with_the_constant_page_at_64_connections(kept, is_reached):
    figures = figures_of(constant=[1.0], kept=[1.0])
    for name, per_second in [("constant", 1000.0), ("kept", kept)]:
        figures.load[Case(10_000, "library", name), 64] = [Load(per_second, 1, 2)]

    name = "Requests a second kept, part of the constant page’s, 10,000 practices"

    assert reached(figures)[name] is is_reached


def test_the_page_that_grows_most_is_named():
    figures = Figures()
    for page, small, large in [("library", 10.0, 14.0), ("fiche", 10.0, 16.0)]:
        figures.cpu[Case(25, page, "anew")] = [small]
        figures.cpu[Case(10_000, page, "anew")] = [large]

    [target] = targets(figures)

    assert str(target) == "| CPU made anew, 10,000 practices times 25 | at most 1.5 | 1.60 (fiche) | no |"


def test_the_library_may_transfer_more_than_other_pages():
    figures = figures_of(anew=[1.0])
    figures.first_view = {(10_000, "library"): 35.0, (10_000, "home"): 35.0}

    assert [(target.page, target.is_reached) for target in targets(figures) if "first view" in target.name] == [
        ("library", True),
        ("home", False),
    ]


def test_the_table_has_the_median_of_the_rounds_and_how_far_they_lie_apart():
    figures = figures_of(constant=[0.5], bare=[10.0, 11.0, 14.0], anew=[20.0, 22.0, 28.0])

    assert report.cpu_table(figures, 10_000).splitlines()[2] == (
        "| library | 0.50 ±0.00 | 11.00 ±2.00 | 22.00 ±4.00 |  |  |  | 2.0 |  |"
    )


def test_only_what_stands_between_the_marks_is_written_anew(monkeypatch, tmp_path):
    document = tmp_path / "performance.md"
    document.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    monkeypatch.setattr(report, "DOCUMENT", document)

    report.write("new")

    assert document.read_text() == "before\n<!-- bench -->\n\nnew\n\n<!-- /bench -->\nafter\n"


def test_the_document_has_the_marks():
    text = report.DOCUMENT.read_text()

    assert text.index(report.BEGIN) < text.index(report.END)
