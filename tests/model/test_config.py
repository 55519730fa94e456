import pytest

from chant_ls.model.config import Config, Provider, Thresholds, from_mapping, merged


def _paths(config: Config) -> list[str]:
    return [problem.path for problem in config.problems]


def test_nothing_said_means_the_built_in_values():
    assert from_mapping({}) == Config()
    assert from_mapping({"project": None, "defaults": {}}) == Config()


def test_the_provider_table_of_the_contract():
    config = from_mapping(
        {
            "defaults": {"provider": "fixer", "main_branch": "main", "branch_prefix": "chant/"},
            "providers": {
                "fixer": {
                    "command": ("python3", "tools/fixer.py", "{prompt_file}"),
                    "prompt": "file",
                    "output": "jsonl",
                    "timeout": "60",
                },
                "other": {"command": "run 'two words' --x", "slots": "4"},
            },
        }
    )
    assert config.problems == ()
    assert config.provider == "fixer"
    argv = ("python3", "tools/fixer.py", "{prompt_file}")
    assert config.providers["fixer"] == Provider("fixer", argv, "file", "jsonl", 60)
    assert config.providers["other"].command == ("run", "two words", "--x")
    assert config.providers["other"].slots == 4


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"silent": "true"}, "silent"),
        ({"defaults": {"provder": "x"}}, "defaults.provder"),
        ({"defaults": {"auto_merge": "maybe"}}, "defaults.auto_merge"),
        ({"defaults": {"rotation_strategy": "dice"}}, "defaults.rotation_strategy"),
        ({"defaults": "x"}, "defaults"),
        ({"defaults": {"prompt": ("a",)}}, "defaults.prompt"),
        ({"providers": {"p": {"output": "xml"}}}, "providers.p.output"),
        ({"providers": {"p": {"timeout": "soon"}}}, "providers.p.timeout"),
        ({"providers": {"p": {"timeout": "-1"}}}, "providers.p.timeout"),
        ({"providers": {"p": {"slots": "0"}}}, "providers.p.slots"),
        ({"providers": {"p": {"command": "a 'b"}}}, "providers.p.command"),
        ({"providers": {"p": {"command": {"a": "b"}}}}, "providers.p.command"),
        ({"providers": {"p": "x"}}, "providers.p"),
        ({"lint": {"rules": {"missing-title": "loud"}}}, "lint.rules.missing-title"),
        ({"repos": "x"}, "repos"),
        ({"parallel": {"agents": ({"max_concurrent": "x"},)}}, "parallel.agents.0.max_concurrent"),
    ],
)
def test_each_mistake_is_told_once_at_its_key(values: dict, path: str):
    assert _paths(from_mapping(values)) == [path]


def test_a_typo_names_what_was_meant():
    (problem,) = from_mapping({"provders": {}}).problems
    assert "`providers`" in problem.message


@pytest.mark.parametrize("name", ["none", "random", "round_robin", "round-robin"])
def test_every_rotation_is_accepted(name: str):
    assert from_mapping({"defaults": {"rotation_strategy": name}}).problems == ()


def test_agents_of_older_files_are_providers():
    agents = ({"name": "main", "command": "claude --x", "max_concurrent": "3"},)
    config = from_mapping({"parallel": {"agents": agents}})
    assert config.providers == {"main": Provider("main", ("claude", "--x"), slots=3)}


def test_repos_as_list_and_as_map():
    expected = {"backend": "~/b"}
    assert from_mapping({"repos": ({"name": "backend", "path": "~/b"},)}).repos == expected
    assert from_mapping({"repos": expected}).repos == expected


def test_lint_levels_and_thresholds():
    lint = {
        "rules": {"partial-id": "off"},
        "disable": ("body-reference",),
        "thresholds": {"complexity_criteria": "3", "complexity_words": "150"},
    }
    config = from_mapping({"lint": lint})
    assert config.rules == {"partial-id": "off", "body-reference": "off"}
    assert config.thresholds == Thresholds(3, 5, 150)


def test_deep_merge_goes_key_by_key():
    base = {"defaults": {"prompt": "a", "model": "m"}, "verify": ("x",)}
    over = {"defaults": {"prompt": "b"}, "verify": ("y",)}
    assert merged(over, base) == {"defaults": {"prompt": "b", "model": "m"}, "verify": ("y",)}
