"""Prompts (execution.md 2.4): one pass, parents, informing documents within a budget, privacy."""

from dataclasses import replace

import pytest

from chant_ls.engine import prompt, templates
from chant_ls.engine.informing import Paper, rendered, section
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from tests.engine.project import ID, OTHER, SPEC


def assembled(project, text: str, name: str = "standard", **config: object) -> str:
    engine = project.app.engine
    engine = replace(engine, config=engine.config._replace(**config))
    record = RunRecord(f"{ID}-r1", SpecId(ID), branch=f"chant/{ID}", spec_path="specs/x.md")
    made = prompt.assemble(engine, project.app.load(), record, parse(text, SpecId(ID)), name)
    return made if isinstance(made, Refusal) else made.text


def write(project, name: str, text: str) -> None:
    project.repo.write(f".chant/prompts/{name}.md", text)


def test_every_execute_prompt_starts_with_the_role_and_ends_with_the_commit_rule(project):
    for name in templates.bundled():
        text = assembled(project, SPEC, name)
        analysis = name in {"split", "verify", "merge-conflict"}
        assert text.startswith("You are the worker") is not analysis, name
        assert ("## Commit" in text) is not analysis, name
        assert "{{" not in text, name


def test_no_agent_is_told_to_name_a_private_spec_in_commits(project):
    assert f"`chant({ID}): " in assembled(project, SPEC)
    private = assembled(project, SPEC.replace("type: code", "type: code\nlabels: [private]"))
    assert "`chant: " in private
    assert f"chant({ID})" not in private


def test_what_is_put_in_is_never_expanded_again(project):
    text = assembled(project, SPEC.replace("Write the file", "Say {{spec.id}} and {{nonsense}}"))
    assert "# Say {{spec.id}} and {{nonsense}}" in text


def test_an_unknown_variable_names_itself_and_its_file(project):
    write(project, "mine", "Do {{spec.modle}}")
    refusal = assembled(project, SPEC, "mine")
    assert isinstance(refusal, Refusal)
    assert "mine" in refusal.message
    assert "spec.modle" in refusal.message


def test_the_parent_goes_where_the_marker_is_or_in_front(project):
    write(project, "base", "BASE {{spec.id}}")
    write(project, "around", "---\nextends: base\n---\nbefore\n{{> parent}}\nafter")
    write(project, "below", "---\nextends: base\n---\nafter")
    around, below = assembled(project, SPEC, "around"), assembled(project, SPEC, "below")
    assert around.index("before") < around.index("BASE") < around.index("after")
    assert below.index("BASE") < below.index("after")


def test_a_circle_of_parents_is_refused(project):
    write(project, "one", "---\nextends: two\n---\n")
    write(project, "two", "---\nextends: one\n---\n")
    assert "one → two → one" in str(assembled(project, SPEC, "one"))


@pytest.mark.parametrize("name", ["../../README", "/etc/passwd", "a/../../x"])
def test_prompts_stay_inside_their_folder(project, name):
    assert "there is no prompt" in str(assembled(project, SPEC, name))


def informed(*entries: str) -> str:
    rows = "".join(f"  - {entry}\n" for entry in entries)
    return SPEC.replace("type: code", f"type: code\ninformed_by:\n{rows}".rstrip())


def test_informing_documents_of_every_form(project):
    project.add(OTHER, SPEC.replace("Write the file", "The other spec"))
    project.repo.write("docs/a.md", "# A\n\nalpha\n\n## Deep\n\ndelta\n\n## Next\n\nno\n")
    project.repo.write("docs/b.txt", "beta")
    text = assembled(project, informed(OTHER, "docs/*.txt", "docs/a.md#deep", "nowhere.md", "src"))
    assert "# The other spec" in text
    assert "beta" in text
    assert "delta" in text
    assert "alpha" not in text
    assert "### nowhere.md\n\n(missing)" in text
    assert "ONE = 1" in text


def test_private_specs_enter_no_other_prompt(project):
    secret = SPEC.replace("type: code", "type: code\nlabels: [private]").replace("file", "SECRET")
    project.add(OTHER, secret)
    ways = (OTHER, f".chant/specs/{OTHER}.md", ".chant/specs/*.md", ".chant/specs", "002-def")
    assert "SECRET" not in assembled(project, informed(*ways))


def test_files_outside_the_root_are_not_read(project, tmp_path):
    (tmp_path / "outside.txt").write_text("STOLEN")
    (project.repo.root / "link.txt").symlink_to(tmp_path / "outside.txt")
    text = assembled(project, informed("../outside.txt", "link.txt", str(tmp_path / "outside.txt")))
    assert "STOLEN" not in text


def test_the_budget_lists_what_is_too_long():
    text = rendered([Paper("a", "x" * 50), Paper("b", "y" * 60)], budget=100)
    assert "x" * 50 in text
    assert "yy" not in text
    assert "- b (60 bytes)" in text


def test_a_section_ends_at_the_next_of_its_level():
    assert section("# A\n## B\nb\n### C\nc\n## D\nd\n", "B") == "## B\nb\n### C\nc\n"


def test_members_know_their_group(project):
    project.add(OTHER, "---\ntype: driver\n---\n\n# The whole\n\nKeep it small.\n")
    project.add(f"{OTHER}.1", SPEC)
    engine, snapshot = project.app.engine, project.app.load()
    record = RunRecord(f"{OTHER}.1-r1", SpecId(f"{OTHER}.1"))
    made = prompt.assemble(engine, snapshot, record, parse(SPEC, SpecId(f"{OTHER}.1")), "standard")
    assert "This is member 1 of `The whole`" in made.text
    assert "Keep it small." in made.text


def test_extensions_come_last_and_must_exist(project):
    project.repo.write(".chant/prompts/extensions/brief.md", "---\nname: x\n---\nBe brief.")
    assert assembled(project, SPEC, prompt_extensions=("brief",)).rstrip().endswith("Be brief.")
    refusal = assembled(project, SPEC, prompt_extensions=("nosuch",))
    assert "extensions/nosuch.md" in str(refusal)
