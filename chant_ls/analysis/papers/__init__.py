"""Questions about the files below `.chant` that are no specs: configuration, prompts, templates."""
