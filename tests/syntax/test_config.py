from chant_ls.syntax.config import parse_config

TEXT = """---
project:
  name: demo
defaults: {provider: fixer, auto_merge: sometimes}
providers:
  fixer:
    command: [python3, tools/fixer.py, "{prompt_file}"]   # a list
    timeout: 1e3
lint:
  rules: {partial-id: off}
---

# Notes
"""


def test_values_stay_text_until_they_are_read():
    document = parse_config(TEXT)
    config = document.config
    assert config.project_name == "demo"
    assert config.providers["fixer"].command == ("python3", "tools/fixer.py", "{prompt_file}")
    assert config.rules == {"partial-id": "off"}
    assert document.problems == ()


def test_problems_can_be_shown_at_their_keys():
    document = parse_config(TEXT)
    shown = {
        problem.path: document.span(problem.path).of(TEXT) for problem in document.config.problems
    }
    assert shown == {"defaults.auto_merge": "auto_merge", "providers.fixer.timeout": "timeout"}
    assert document.span("providers.nobody.x").of(TEXT) == "providers"


def test_the_users_own_file_lies_below_but_names_no_project():
    user = "---\nproject: {name: mine, prefix: me}\ndefaults: {model: m, provider: other}\n---\n"
    config = parse_config(TEXT, user).config
    assert (config.project_name, config.project_prefix) == ("demo", "me")
    assert (config.provider, config.model) == ("fixer", "m")


def test_broken_text_gives_a_configuration_with_a_problem():
    assert parse_config("no frontmatter").problems[0].code == "frontmatter-unclosed"
    broken = parse_config("---\ndefaults: {provider: a\nproject:\n  name: n\n---\n")
    assert broken.problems[0].code == "yaml-syntax"
    assert broken.config.project_name == "n"
