"""`python -m hotline training ...`: what the training room's jobs run."""

from __future__ import annotations

import argparse
from pathlib import Path

from hotline.settings import Settings
from hotline.training.compare_command import add_compare


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands; each is called as `arguments.run(arguments)`."""
    training = commands.add_parser("training", help="训练室的命令").add_subparsers(required=True)
    assembling = training.add_parser("assemble", help="备好一个候选模型的目录：检出的数据和配置，不带标注")
    assembling.add_argument("folder", type=Path, help="还不存在的目录")
    assembling.set_defaults(run=_assemble)
    candidate = training.add_parser("candidate", help="训练一个已经备好数据的候选模型并与现用的对比")
    candidate.add_argument("folder", type=Path, help="候选模型的目录")
    candidate.add_argument("--no-compare", action="store_true", help="只训练，不对比")
    candidate.set_defaults(run=_candidate)
    add_compare(training)
    warming = training.add_parser("warm", help="先算好机器人例句的句向量，训练就快")
    warming.add_argument("nlu", type=Path, help="NLU 例句的目录")
    warming.set_defaults(run=_warm)


def _candidate(arguments: argparse.Namespace) -> int:
    from hotline.training.candidate import train_candidate

    return train_candidate(arguments.folder, Settings.from_env().embeddings, compare=not arguments.no_compare)


def _assemble(arguments: argparse.Namespace) -> int:
    from hotline.training.assembly import assemble
    from hotline.training.limits import Limits

    print(assemble(arguments.folder, Limits.read({}), lambda folder: None, {"model": arguments.folder.name}))
    return 0


def _warm(arguments: argparse.Namespace) -> int:
    from hotline.training.warming import warm

    warm(arguments.nlu, Settings.from_env().embeddings)
    return 0
