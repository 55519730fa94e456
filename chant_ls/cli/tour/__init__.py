"""What `chant demo` shows: a scratch project, the commands, the server as an editor sees it."""
