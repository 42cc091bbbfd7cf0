"""The bot's processes, for the supervisor and for hand use; all listen on 127.0.0.1 only.

    python -m bot serve --model bot/models/NAME.tar.gz [--port N] [--action-port N]
    python -m bot actions [--port N] [--package bot.actions]
    python -m bot train [--data bot/data] [--out bot/models] [--domain domain.yml] [--config config.yml]
                        [--fixed-model-name X] [--force]
    python -m bot doubts --data FOLDER [--data FOLDER] --out FILE.json
    python -m bot crossvalidate [--data bot/data/nlu] [--folds 5] [--sample N] --out FILE.json
    python -m bot compare [LABELLED.csv ...] [--more FILE.csv --column NAME] [--only NAME] [--out FILE.md]
    python -m bot measure --data FILE.jsonl|FILE.csv [--text COLUMN ...] [--label COLUMN] [--out FILE.json]

They end on SIGTERM with code 0. `serve` ends with code 3 when that very model cannot be loaded (Rasa itself
would quietly serve the newest other one, or none); `train` ends with code 1 when no model came out; `compare`
(bot/comparison.py: the pipelines of bot/pipelines side by side) with code 1 when a pipeline failed; `measure`
(bot/measuring: an outside log's own labels, cross-validated) with code 2 when the rows cannot be measured.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from bot import patches
from bot.measuring.options import add_measure

HOST = "127.0.0.1"
NO_MODEL = 3


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands and return its exit code."""
    options = _parser().parse_args(arguments)
    _kernels()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the heads' matrices are small: threads only get in the way
    patches.apply()
    return int(options.run(options))


def _kernels() -> None:
    """Rasa's numpy carries an OpenBLAS of 2022 that takes newer processors for the oldest: three times slower."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return
    if " avx2 " in flags:
        os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot")
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="the Rasa server with the house's channel")
    serve.add_argument("--model", type=Path)
    serve.add_argument("--port", type=int)
    serve.add_argument("--action-port", type=int)
    serve.set_defaults(run=_serve)
    actions = commands.add_parser("actions", help="the action server")
    actions.add_argument("--port", type=int)
    actions.add_argument("--package", default="bot.actions")
    actions.set_defaults(run=_actions)
    train = commands.add_parser("train", help="train a model")
    train.add_argument("--data", type=Path, default=Path("bot/data"))
    train.add_argument("--out", type=Path, default=Path("bot/models"))
    train.add_argument("--domain", type=Path, default=Path("domain.yml"))
    train.add_argument("--config", type=Path, default=Path("config.yml"))
    train.add_argument("--fixed-model-name")
    train.add_argument("--force", action="store_true")
    train.set_defaults(run=_train)
    doubts = commands.add_parser("doubts", help="examples whose label is probably wrong (bot/doubts.py)")
    doubts.add_argument("--data", type=Path, action="append", required=True)
    doubts.add_argument("--out", type=Path, required=True)
    doubts.add_argument("--embeddings", help="dotted path of the sentence encoder, or none")
    doubts.set_defaults(run=_doubts)
    folds = commands.add_parser("crossvalidate", help="accuracy of intent and service on the training data's own folds")
    folds.add_argument("--data", type=Path, default=Path("bot/data/nlu"))
    folds.add_argument("--folds", type=int, default=5)
    folds.add_argument("--sample", type=int, help="measure on so many examples only")
    folds.add_argument("--out", type=Path, required=True)
    folds.set_defaults(run=_crossvalidate)
    _add_compare(commands.add_parser("compare", help="train and measure the pipelines of bot/pipelines side by side"))
    add_measure(commands.add_parser("measure", help="cross-validate an outside log's own labels"))
    return parser


def _add_compare(compare: argparse.ArgumentParser) -> None:
    compare.add_argument("tables", nargs="*", type=Path, default=[Path("tests/understanding/messages.csv")],
                         help="CSV: text and what there is of domain, act, service; an empty domain is talk")
    compare.add_argument("--more", type=Path, action="append", default=[], help="a CSV whose text is in --column")
    compare.add_argument("--column", action="append", help="may be given more than once: each is measured by itself")
    compare.add_argument("--data", type=Path, default=Path("bot/data/nlu"))
    compare.add_argument("--sample", type=int, help="train on so many examples only: the neural ones take long")
    compare.add_argument("--pipelines", type=Path, default=Path("bot/pipelines"))
    compare.add_argument("--only", action="append", default=[], help="a pipeline's name; may be given more than once")
    compare.add_argument("--epochs", type=int, help="of the neural ones, instead of the number in their files")
    compare.add_argument("--threads", type=int, default=2)
    compare.add_argument("--out", type=Path, action="append", default=[], help="a file, .md or .json; may be repeated")
    compare.set_defaults(run=_compare)


def _serve(options: argparse.Namespace) -> int:
    from bot import light, logs
    from hotline.settings import Settings

    settings = Settings.from_env()
    model = options.model or Path(settings.bot_model)
    if not model.is_file():
        print(f"没有这个模型文件：{model}", file=sys.stderr)
        return NO_MODEL
    try:
        if light.is_light(model):
            light.lighten()
    except ValueError:
        print(f"这个文件不是 Rasa 模型：{model}", file=sys.stderr)
        return NO_MODEL
    import structlog
    from rasa.core.run import configure_app

    from bot.channel import HotlineChannel

    patches.apply_core(settings.action_timeout)
    logs.configure(settings.log_level)
    log = structlog.get_logger("bot.serve")
    agent = _agent(model, options.action_port or settings.action_port, log)
    if agent is None:
        return NO_MODEL
    app = configure_app([HotlineChannel.from_credentials(None)], enable_api=False)
    app.ctx.agent = agent
    log.info("ready_to_serve", model=agent.processor.model_filename)
    app.run(host=HOST, port=_port(options.port, settings.bot_port), workers=1, access_log=False, motd=False)
    return 0


def _agent(model: Path, action_port: int, log: Any) -> Any:
    """The agent with just this model and the action server's address; None, with the reason logged, without."""
    from rasa.core.agent import Agent
    from rasa.utils.endpoints import EndpointConfig

    endpoint = EndpointConfig(f"http://{HOST}:{action_port}/webhook", enable_selective_domain=True)
    try:
        agent = Agent.load(model, action_endpoint=endpoint)
    except Exception:
        log.exception("model_not_loaded", model=model.name)
        return None
    if agent.processor is None or agent.processor.model_filename != model.name:
        log.error("another_model_loaded", model=model.name)
        return None
    return agent


def _actions(options: argparse.Namespace) -> int:
    from rasa_sdk.endpoint import create_app

    from bot import logs
    from hotline.settings import Settings

    settings = Settings.from_env()
    logs.configure(settings.log_level)
    app = create_app(options.package)
    app.run(host=HOST, port=_port(options.port, settings.action_port), workers=1, access_log=False, motd=False)
    return 0


def _train(options: argparse.Namespace) -> int:
    for path in (options.data, options.domain, options.config):
        if not path.exists():
            print(f"没有这个文件或目录：{path}", file=sys.stderr)
            return 2
    import logging

    from rasa.model_training import train
    from rasa.shared.exceptions import RasaException
    from rasa.utils.log_utils import configure_structlog

    patches.apply_training()
    # Left alone, RulePolicy prints each state of each rule: thousands of lines that hide the progress.
    logging.getLogger("rasa").setLevel(logging.WARNING)
    configure_structlog(logging.WARNING)
    try:
        result = train(
            domain=str(options.domain), config=str(options.config), training_files=[str(options.data)],
            output=str(options.out), force_training=options.force, fixed_model_name=options.fixed_model_name)
    except RasaException as error:
        print(f"训练失败：{error}", file=sys.stderr)
        return 1
    if result.code != 0 or not result.model:
        return 1
    print(result.model)
    return 0


def _crossvalidate(options: argparse.Namespace) -> int:
    from bot.crossvalidation import crossvalidate

    return crossvalidate(options)


def _compare(options: argparse.Namespace) -> int:
    from bot.comparison import compare

    return compare(options)


def _doubts(options: argparse.Namespace) -> int:
    from bot.doubts import doubts

    return doubts(options)


def _port(given: int | None, setting: int) -> int:
    return setting if given is None else given


if __name__ == "__main__":
    sys.exit(main())
