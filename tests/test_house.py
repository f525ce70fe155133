"""Keeps the house: what reviewers would otherwise look for. Each test also says that it found something to look at."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import engines

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"

# The floors, from the cellar up, in the order in which Django loads them. Each is a folder of the tree.
FLOORS = list(
    dict.fromkeys(label for name in settings.INSTALLED_APPS if (ROOT / (label := name.partition(".")[0])).is_dir())
)
CELLAR, ROOF = FLOORS[0], FLOORS[-1]

tracked = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT, capture_output=True, text=True, check=True,
).stdout.split("\n")  # fmt: skip
FILES = [ROOT / name for name in tracked if name and (ROOT / name).is_file()]


def python_files(*folders: str) -> list[Path]:
    return [path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module}
    return names


def test_the_floors_are_the_folders_of_the_tree():
    packages = {path.parent.name for path in FILES if path.name == "__init__.py" and path.parent.parent == ROOT}

    assert {CELLAR, ROOF} == {"core", "gresil"}
    assert packages - {"tests", "bench"} == set(FLOORS)


def test_imports_point_down():
    looked_at, upward = 0, []
    for path in python_files(*FLOORS):
        # What measures and what tests stands above the roof.
        above = [*FLOORS[FLOORS.index(path.relative_to(ROOT).parts[0]) + 1 :], "bench", "tests"]
        for name in imported(path):
            looked_at += 1
            if name.partition(".")[0] in above and name != "gresil.settings":
                upward.append(f"{path.relative_to(ROOT)} imports {name}")
    assert looked_at > 50
    assert not upward


def test_no_model_of_ours_is_asked_for_by_name():
    """That would be an import from above in disguise. Whoever takes a name from outside loops over `get_models()`."""
    looked_at, asked = 0, []
    for path in python_files(*FLOORS):
        # A data migration has models of its time, and these by name alone.
        if path.parent.name == "migrations":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                looked_at += 1
                if node.func.attr == "get_model":
                    asked.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert looked_at > 500
    assert not asked


def test_the_library_names_its_types():
    """`Any` stands in no signature of the library where a type is known."""
    # What Django itself passes on without a type.
    passed_on = {"args", "kwargs", "options"}
    looked_at, untyped = 0, []
    for path in python_files("library"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                hints = [(one.arg, one.annotation) for one in arguments] + [("return", node.returns)]
                looked_at += len(hints)
                untyped += [
                    f"{path.relative_to(ROOT)}:{node.lineno} {name}"
                    for name, hint in hints
                    if name not in passed_on and hint is not None and "Any" in ast.unparse(hint)
                ]
    assert looked_at > 100
    assert not untyped


def test_no_import_hides_inside_a_function():
    functions, hidden = 0, []
    for path in python_files(*FLOORS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                functions += 1
                inner = [sub for sub in ast.walk(node) if isinstance(sub, ast.Import | ast.ImportFrom)]
                hidden += [f"{path.relative_to(ROOT)}:{sub.lineno}" for sub in inner]
    assert functions > 50
    assert not hidden


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_language_code_is_written_outside_the_settings():
    codes = {code for code, name in settings.LANGUAGES}
    written, looked_at = [], 0
    for path in python_files(*FLOORS):
        if path.name == "settings.py" or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                looked_at += 1
                if node.value in codes or re.search(rf"_({'|'.join(codes)})$", node.value):
                    written.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value!r}")
    assert looked_at > 200
    assert not written


def templates() -> list[Path]:
    return [path for path in FILES if path.is_relative_to(TEMPLATES) and path.suffix == ".html"]


# Templates of the admin that ours take the place of.
DJANGO_ASKS_FOR = [
    "app_list",
    "base_site",
    "change_form",
    "change_form_object_tools",
    "change_list",
    "change_list_object_tools",
    "delete_confirmation",
    "delete_selected_confirmation",
    "filter",
    "index",
    "login",
    "search_form",
    "submit_line",
]


def test_no_template_lies_unused():
    used = {"400.html", "403.html", "404.html", "500.html"}
    used |= {f"admin/{name}.html" for name in DJANGO_ASKS_FOR}
    for path in [*templates(), *python_files(*FLOORS)]:
        used |= set(re.findall(r'"((?:[\w-]+/)*[\w-]+\.html)"', path.read_text(encoding="utf-8")))
    names = {path.relative_to(TEMPLATES).as_posix() for path in templates()}
    # Those that allauth asks for.
    used |= {name for name in names if name.startswith(("account/", "mfa/", "usersessions/"))}

    assert len(names) > 20
    assert not names - used


def test_no_line_of_a_template_is_longer_than_120_characters():
    lines = [
        (f"{path.relative_to(ROOT)}:{number}", line)
        for path in templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]

    assert len(templates()) > 40
    assert not [place for place, line in lines if len(line) > 120]


def test_every_component_begins_by_naming_its_inputs_and_is_included_with_only_them():
    components = [path for path in templates() if path.parent.name == "components"]
    for path in components:
        assert re.match(r"(\{% load [^%]*%\})?\{% comment %\}", path.read_text(encoding="utf-8")), path.name
    # These read the whole context of the page that they are a part of.
    of_their_page = {"practice_filters", "practice_chips"}
    includes = [
        match
        for path in templates()
        for match in re.findall(r"\{% include ([^%]+)%\}", path.read_text(encoding="utf-8"))
    ]
    open_ones = [text for text in includes if not text.strip().endswith("only")]

    assert len(components) > 10
    assert len(includes) > 30
    assert {Path(text.split('"')[1]).stem for text in open_ones if "components/" in text} == of_their_page


def test_every_template_compiles():
    engine = engines["django"]
    for path in templates():
        engine.get_template(path.relative_to(TEMPLATES).as_posix())


def test_no_style_or_script_stands_in_a_template():
    for path in templates():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", text), path.name


def test_no_page_asks_another_host_for_anything():
    looked_at = 0
    for path in FILES:
        if path.suffix in {".css", ".js", ".html"}:
            looked_at += 1
            loaded = re.findall(
                r"""(?:src|href)=["'](https?:)?//|url\(["']?(?:https?:)?//|@import""", path.read_text(encoding="utf-8")
            )
            assert not loaded, path.name
    assert looked_at > 20


def test_no_address_of_a_registry_is_committed():
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "registry." + "npm", "deb.debian" + ".org"]
    for path in FILES:
        if path.suffix not in {".png", ".woff2"}:
            text = path.read_text(errors="ignore")
            assert not [host for host in hosts if host in text], path.name
    assert len(FILES) > 100


def test_dependencies_are_locked_with_hashes_and_exact_versions():
    for name in ["requirements.txt", "requirements-dev.txt"]:
        packages = re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?(==)?", (ROOT / name).read_text(), flags=re.MULTILINE)
        assert len(packages) > 15
        assert all(pinned for package, pinned in packages)
        assert (ROOT / name).read_text().count("--hash=sha256:") >= len(packages)


def test_every_setting_of_the_environment_is_in_the_operators_page():
    names = set(re.findall(r'env\.\w+\("(\w+)"', (ROOT / "gresil" / "settings.py").read_text()))
    names |= set(re.findall(r'environ\.get\("(\w+)"', (ROOT / "gunicorn.conf.py").read_text()))
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

    assert len(names) >= 7
    assert not {name for name in names if f"`{name}`" not in page}


def test_luxembourgish_is_called_lb():
    for path in FILES:
        if path.suffix in {".html", ".js", ".po"}:
            assert not re.search(r"""lang=["'](lu|ltz)["']""", path.read_text(encoding="utf-8")), path.name
