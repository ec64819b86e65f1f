"""`eventstudy completion`: let the shell complete commands, options, event ids, models, tests and charts."""

from __future__ import annotations

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import put


@command("completion")
@click.argument("shell", type=Choice(["bash", "zsh", "fish"]))
def COMMAND(shell: str) -> None:  # noqa: N802
    """Print what makes a shell complete commands, options, event ids, models, tests and charts.

    \b
    In ~/.bashrc:  eval "$(eventstudy completion bash)"
    In ~/.zshrc:   eval "$(eventstudy completion zsh)"
    For fish:      eventstudy completion fish
                     > ~/.config/fish/completions/eventstudy.fish
    """
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    from eventstudy.cli import command as every_command

    kinds = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    put(kinds[shell](every_command, {}, "eventstudy", "_EVENTSTUDY_COMPLETE").source())
