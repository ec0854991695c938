"""Tables of labels, and patterns of names, beside images."""

from pathlib import Path

import pytest

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.label_table import Columns, column_titles, is_label_table, read_table
from cnnstudio.data.name_pattern import class_in, guessed_pattern, name_pattern
from cnnstudio.data.scan import Scan
from cnnstudio.data.scan_names import scan_names
from cnnstudio.data.scan_table import scan_table
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import parse_source


@pytest.fixture
def flat(tmp_path, picture):
    """A function that makes a folder of pictures of these names."""

    def make(*names: str) -> Path:
        root = tmp_path / "flat"
        for seed, name in enumerate(names):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            picture(seed=seed).save(root / name)
        return root

    return make


def by_table(root: Path, text: str | bytes, **columns: str) -> Scan:
    (root / "labels.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return scan_table(root, root / "labels.csv", Columns(**columns), JobContext())


def classes_of(scan: Scan) -> dict[str, str]:
    return {file.name: scan.classes[file.label] for file in scan.files}


NAMES = ("a.png", "b.png", "sub/c.png")
WANTED = {"a.png": "cat", "b.png": "dog", "sub/c.png": "cat"}


@pytest.mark.parametrize(
    "text",
    [
        "file,class\na.png,cat\nb.png,dog\nsub/c.png,cat\n",
        "\ufefffile;class\r\na.png;cat\r\nb.png;dog\r\nsub\\c.png;cat\r\n",
        "label\tother\tfilename\ncat\t1\ta.png\ndog\t2\tb.png\ncat\t3\tc.png",
        '"file","class"\n"a.png","cat"\n"b.png"," dog "\n\n"sub/c.png","cat"\n',
        "id,breed\na,cat\nb,dog\nc,cat\n",
        "File,Class\nsub/../a.png,cat\n./b.png,dog\nsub/c,cat\n".replace("sub/../", ""),
    ],
    ids=["plain", "bom_semicolon_crlf", "tabs_other_order", "quoted_blank_row", "ids_without_suffix", "capitals"],
)
def test_tables_of_all_usual_forms_are_read(flat, text):
    scan = by_table(flat(*NAMES), text)
    assert classes_of(scan) == WANTED
    assert scan.classes == ("cat", "dog")
    assert scan.problems == []


def test_utf_16_as_spreadsheets_write_it_is_read(flat):
    scan = by_table(flat("a.png", "b.png"), "file\tclass\na.png\tKüken\nb.png\tdog\n".encode("utf-16"))
    assert set(scan.classes) == {"Küken", "dog"}


def test_a_column_of_splits_is_kept(flat):
    scan = by_table(flat(*NAMES), "file,class,split\na.png,cat,train\nb.png,dog,Test\nsub/c.png,cat,val\n")
    assert {file.name: file.split for file in scan.files} == {"a.png": 0, "b.png": 2, "sub/c.png": 1}
    assert scan.has_splits


def test_columns_of_any_title_can_be_named(flat):
    text = "Bild,Kürzel,Art\na.png,x,cat\nb.png,y,dog\n"
    with pytest.raises(DataError, match="'Bild', 'Kürzel', 'Art'"):
        by_table(flat("a.png", "b.png"), text)
    scan = by_table(flat("a.png", "b.png"), text, name="Bild", label="Art")
    assert classes_of(scan) == {"a.png": "cat", "b.png": "dog"}
    with pytest.raises(DataError, match="no column 'Rasse'"):
        by_table(flat("a.png", "b.png"), text, name="Bild", label="Rasse")


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        ("../../x.png,cat", "unsafe_row", "Row 4 of labels.csv names '../../x.png', which lies outside"),
        ("/etc/passwd,cat", "unsafe_row", "outside"),
        ("C:\\\\x.png,cat", "unsafe_row", "outside"),
        ("gone.png,cat", "missing_row", "Row 4 of labels.csv: 'gone.png' is not in the folder"),
        (",cat", "table_row", "names no file"),
        ("a.png,", "table_row", "gives no class"),
        ("a.png,dog", "conflicting_labels", "calls 'a.png' 'dog', row 2 'cat'; the first one counts"),
    ],
    ids=["escape", "absolute", "drive", "missing", "no_file", "no_class", "conflict"],
)
def test_rows_that_cannot_be_used_are_named_by_their_number(flat, row, kind, words):
    scan = by_table(flat("a.png", "b.png"), f"file,class\na.png,cat\nb.png,dog\n{row}\n")
    found = [problem for problem in scan.problems if problem.kind == kind]
    assert len(found) == 1
    assert words in found[0].text
    assert classes_of(scan) == {"a.png": "cat", "b.png": "dog"}


def test_the_same_row_twice_is_one_image(flat):
    scan = by_table(flat("a.png", "b.png"), "file,class\na.png,cat\na.png,cat\nb.png,dog\n")
    assert len(scan.files) == 2


def test_images_in_no_row_are_counted(flat):
    scan = by_table(flat(*NAMES), "file,class\na.png,cat\n")
    assert any("2 images are in no row" in problem.text for problem in scan.problems)


def test_a_name_that_several_files_have_is_not_guessed(flat):
    scan = by_table(flat("x/a.png", "y/a.png", "b.png"), "file,class\na.png,cat\nb.png,dog\n")
    assert classes_of(scan) == {"b.png": "dog"}
    assert any("name of several files" in problem.text for problem in scan.problems)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("file,class\n", "no rows"),
        ("file,class\nx.png,cat\n", "None of the 1 row"),
        ("file,class\na.png\n", "Row 2 of labels.csv has 1 cells where 2 are needed"),
        ('file,class\n"a.png,cat\n', "can't be read"),
    ],
    ids=["empty", "no_rows", "nothing_there", "short_row", "open_quote"],
)
def test_a_table_that_is_none_is_refused_in_words(flat, text, words):
    with pytest.raises(DataError, match=words):
        by_table(flat("a.png"), text)


def test_a_table_outside_the_folder_is_refused(flat, tmp_path):
    root = flat("a.png", "b.png")
    (tmp_path / "out.csv").write_text("file,class\na.png,cat\nb.png,dog\n")
    source = FolderSource(path=str(root), classes_from="table", table="../out.csv")
    with pytest.raises(DataError, match="does not lie in"):
        source.scan_files(root, JobContext())


def test_titles_are_read_from_the_first_row_alone(tmp_path):
    (tmp_path / "t.csv").write_text("Image;Label\nx;y\n")
    assert column_titles(tmp_path / "t.csv") == ("Image", "Label")
    assert is_label_table(tmp_path / "t.csv")
    assert column_titles(tmp_path / "none.csv") == ()
    assert not is_label_table(tmp_path / "none.csv")


def test_names_that_are_not_unicode_are_found_by_their_bytes(flat):
    root = flat("a.png", "b.png")
    (root / "b.png").rename(root / "caf\udce9.png")
    scan = by_table(root, b"file,class\na.png,cat\ncaf\xe9.png,dog\n")
    assert classes_of(scan) == {"a.png": "cat", "caf\udce9.png": "dog"}


def test_a_huge_table_is_not_read(flat, monkeypatch):
    monkeypatch.setattr("cnnstudio.data.label_table.MAX_BYTES", 10)
    with pytest.raises(DataError, match="larger than"):
        by_table(flat("a.png"), "file,class\na.png,cat\n")


def test_a_missing_table_says_so(tmp_path):
    with pytest.raises(DataError, match="can't be read"):
        read_table(tmp_path / "gone.csv", Columns())


# Patterns of names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("{class}.#", "cat.123.jpg", "cat"),
        ("{class}_#", "sub/english_setter_12.jpg", "english_setter"),
        ("{class}_*", "english_setter_12.jpg", "english"),
        ("*_{class}", "n01440764_tench.JPEG", "tench"),
        ("#-{class}", "0042-blue (old).png", "blue (old)"),
        ("{class}_#", "cat.jpg", None),
        ("a.b{class}", "axbcat.png", None),
        ("?{class}", "1cat.png", "cat"),
    ],
)
def test_the_class_is_where_the_pattern_says(pattern, name, expected):
    assert class_in(name, name_pattern(pattern)) == expected


@pytest.mark.parametrize("pattern", ["", "cat_#", "{class}{class}"])
def test_a_pattern_needs_the_class_once(pattern):
    with pytest.raises(DataError, match="where the class stands"):
        name_pattern(pattern)


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        ([f"{kind}.{n}.jpg" for kind in ("cat", "dog") for n in range(9)], "{class}.#"),
        ([f"{kind}_{n:03d}.jpg" for kind in ("red_fox", "dog") for n in range(9)], "{class}_#"),
        ([f"{n}-{kind}.png" for kind in ("cat", "dog") for n in range(9)], "#-{class}"),
        ([f"IMG_{n}.jpg" for n in range(20)], None),
        ([f"{n}.jpg" for n in range(20)], None),
        ([f"{chr(97 + n)}_x{n}.jpg" for n in range(20)], None),
    ],
)
def test_a_pattern_is_guessed_only_where_it_makes_classes(names, pattern):
    assert guessed_pattern(names) == pattern


def test_files_are_sorted_into_classes_by_their_names(flat):
    scan = scan_names(
        flat("train/cat_1.png", "train/dog_2.png", "test/cat_3.png", "odd.png"), "{class}_#", JobContext()
    )
    assert classes_of(scan) == {"train/cat_1.png": "cat", "train/dog_2.png": "dog", "test/cat_3.png": "cat"}
    assert {file.name: file.split for file in scan.files}["test/cat_3.png"] == 2
    assert [problem.text for problem in scan.problems if problem.kind == "no_class"] == [
        "1 image has a name that '{class}_#' doesn't fit (first: 'odd.png')."
    ]


def test_a_pattern_that_fits_nothing_names_the_first_file(flat):
    with pytest.raises(DataError, match=r"fits none of the 1 image .* 'odd\.png'"):
        scan_names(flat("odd.png"), "{class}_#", JobContext())


@pytest.mark.parametrize("pattern", ["{class}_#"])
def test_an_empty_folder_has_no_images(tmp_path, pattern):
    with pytest.raises(DataError, match="No images"):
        scan_names(tmp_path, pattern, JobContext())


# What a drop makes of it -----------------------------------------------------------------------------------------


def test_a_flat_folder_with_telling_names_is_understood(flat):
    root = flat("cat_1.png", "cat_2.png", "dog_1.png", "dog_2.png")
    source = parse_source(str(root))
    assert (source.kind, source.classes_from, source.pattern) == ("folder", "names", "{class}_#")


@pytest.mark.parametrize("inner", ["", "images/", "train/"])
def test_a_folder_with_a_table_beside_the_images_is_understood(flat, inner):
    root = flat(f"{inner}a.png", f"{inner}b.png")
    (root / "labels.csv").write_text("file,class\na.png,cat\nb.png,dog\n")
    for dropped in (root, root / "labels.csv"):
        source = parse_source(str(dropped))
        assert (source.classes_from, source.table, source.path) == ("table", "labels.csv", str(root))
        assert classes_of(source.scan_files(root, JobContext())) == {f"{inner}a.png": "cat", f"{inner}b.png": "dog"}


def test_class_folders_with_some_table_stay_class_folders(image_folder):
    root = image_folder({"cat": 2, "dog": 2})
    (root / "notes.csv").write_text("file,class\na.png,cat\n")
    assert parse_source(str(root)).classes_from == "folders"
