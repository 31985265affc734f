"""The .tex file: hostile text stays text, and pdflatex takes it."""

import re
import shutil
import subprocess

import pytest
from test_reports import LANGS, hostile, record, sample, shown
from test_reports_pages import page_faults

from reports import html
from reports import latex as tex
from reports.formulas import is_plain
from reports.record import build_record


def tex_faults(source):
    """Commands that no report has a use for, outside of escapes."""
    plain = source.replace(r"\textbackslash{}", "")
    words = r"\\(?:write|input|include|openin|openout|def|csname|catcode|immediate|read)(?![a-z])"
    faults = re.findall(words, plain)
    faults += ["early end"] if plain.count(r"\end{document}") != 1 else []
    faults += ["superscript code"] if "^^" in plain else []
    faults += ["control character"] if re.search(r"[\x00-\x08\x0b-\x1f]", plain) else []
    return faults


def test_hostile_text_is_text_in_latex():
    source = tex.render_latex(hostile())
    assert tex_faults(source) == []
    assert r"\textbackslash{}write18\{touch pwned\}" in source
    assert "{[}U+222E]" in source
    assert str(1234 * 5678) not in source
    assert tex_faults(source + r"\write18{x}") == [r"\write"]
    assert tex_faults(source + "^^5c") == ["superscript code"]


@pytest.mark.parametrize(
    "bad",
    [
        r"\input{/etc/passwd}",
        r"\text{a $x$}",
        r"\def\x{\x}\x",
        "x^^5c",
        r"\end{document}",
        "a % b",
        "}{",
        "{a",
        r"\write18{ls}",
        "x\0",
        "가",
    ],
)
def test_latex_that_is_not_ours_is_never_typeset(bad):
    assert not is_plain(bad)
    data = sample()
    data["steps"][0]["before"]["latex"] = bad
    made = build_record([data], None)
    assert "not rendered" in html.render_html(made)
    assert page_faults(html.render_html(made)) == ["a formula is not rendered"]
    assert tex_faults(tex.render_latex(made)) == []
    assert rf"\displaystyle {bad}" not in tex.render_latex(made)


def compiled(source, folder):
    """pdflatex's exit status, its log, and the files that it left."""
    (folder / "report.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "-no-shell-escape"]
    ran = subprocess.run([*command, "report.tex"], cwd=folder, text=True, errors="replace",
                         capture_output=True, timeout=120, check=False)  # fmt: skip
    return ran.returncode, ran.stdout, {path.suffix for path in folder.iterdir()}


def needs_tex(*packages):
    if shutil.which("pdflatex") is None:
        pytest.skip("no pdflatex on this machine")
    for package in packages:
        found = subprocess.run(["kpsewhich", package], capture_output=True, check=False)
        if found.returncode:
            pytest.skip(f"this TeX has no {package}")


@pytest.mark.parametrize("lang", LANGS)
def test_latex_compiles(lang, tmp_path):
    needs_tex("amsmath.sty", *(["kotex.sty"] if lang == "ko" else []))
    status, log, files = compiled(tex.render_latex(record(lang)), tmp_path)
    assert status == 0, log[-2000:]
    assert ".pdf" in files
    assert not re.search(r"Missing character|undefined|Overfull \\hbox \(\d\d", log)


def test_long_formulas_stay_on_the_page(tmp_path):
    needs_tex("amsmath.sty")
    data = sample()
    data["result"] = data["steps"][0]["after"] = shown(f"p[k]*({' + '.join(['p[k]*p[l]'] * 40)})")
    status, log, _ = compiled(tex.render_latex(build_record([data])), tmp_path)
    assert status == 0, log[-2000:]
    assert not re.search(r"Overfull \\hbox \(\d\d", log)


def test_hostile_latex_compiles_and_does_nothing(tmp_path):
    needs_tex("amsmath.sty")
    status, log, files = compiled(tex.render_latex(hostile()), tmp_path)
    assert status == 0, log[-2000:]
    assert files <= {".tex", ".pdf", ".log", ".aux"}
    assert not (tmp_path / "pwned").exists()


def test_the_compile_check_can_fail(tmp_path):
    needs_tex("amsmath.sty")
    broken = tex.render_latex(record()).replace(r"\frac{", r"\fracture{", 1)
    assert compiled(broken, tmp_path)[0] != 0
