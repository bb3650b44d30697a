"""`completion`: what a shell needs to complete verbs and options. CPython only.

eval "$(clepsydra completion bash)"
"""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from typing import Any

from host_sim.shared import ending

_BASH = """\
_clepsydra() {{
    local words verb="${{COMP_WORDS[1]}}" second="${{COMP_WORDS[2]}}"
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{verbs}"
    else
        case "$verb $second" in
{cases}
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
    [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _clepsydra clepsydra
"""
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "completion",
        help="print what a shell completes verbs and options by",
        description='Put eval "$(clepsydra completion bash)" into ~/.bashrc, or the same with zsh.',
    )
    parser.add_argument("shell", choices=("bash", "zsh"))
    parser.set_defaults(command=lambda arguments: _completion(arguments, commands))


def _completion(arguments: Namespace, commands: Any) -> int:
    verbs = commands.choices
    cases = []
    for verb, parser in verbs.items():
        further = _subverbs(parser)
        for name, inner in further.items():
            cases.append(_case(f'"{verb} {name}"', _options(inner)))
        cases.append(_case(f'"{verb} "*', [*further, *_options(parser)]))
    text = _BASH.format(verbs=" ".join(verbs), cases="\n".join(cases))
    print(_ZSH + text if arguments.shell == "zsh" else text, end="")
    return ending.DONE


def _subverbs(parser: ArgumentParser) -> dict[str, ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            return dict(action.choices)
    return {}


def _options(parser: ArgumentParser) -> list[str]:
    return [text for action in parser._actions for text in action.option_strings]


def _case(pattern: str, words: list[str]) -> str:
    return f'            {pattern}) words="{" ".join(words)}" ;;'
