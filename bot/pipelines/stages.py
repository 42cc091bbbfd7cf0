"""What happens in the processes of one pipeline: `python -m bot.pipelines.stages train|serve JOB.json`.

The job is JSON: `pipeline` (a Rasa configuration), `data`, `folder` and `tables` (name: texts). The result, or
`{"error"}`, is written beside it as result.json. MB are 1024 * 1024 bytes.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import resource
import statistics
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bot import light, logs
from bot.components.services import ACTS, OTHER, domain_of
from bot.pipelines.tables import LABELS, Labels

JOINT = "__"
WARM_UP = 20  # messages
OUR_COMPONENT = "bot.components.understanding.Understanding"
NEURAL = {"DIETClassifier", "ResponseSelector", "LanguageModelFeaturizer", "ConveRTFeaturizer"}
SCIKIT = {"LogisticRegressionClassifier", "SklearnIntentClassifier"}
TRAINERS = ("rasa.engine.recipes.default_recipe", "rasa.graph_components.validators.default_recipe_validator")

Job = Mapping[str, Any]
Result = dict[str, Any]


def train(job: Job) -> Result:
    """Train the pipeline: seconds by the clock and of CPU, the process's peak memory, the size of the file."""
    config = Path(job["folder"]) / "config.yml"
    config.write_text(json.dumps(job["pipeline"]), encoding="utf-8")  # JSON is YAML
    for name in TRAINERS:  # Rasa imports them when it first trains: that is no pipeline's own time
        importlib.import_module(name)
    from rasa.model_training import train_nlu

    data = job["data"] if OUR_COMPONENT in _names(job) else str(_joined(config, job["data"]))
    started, cpu = time.perf_counter(), time.process_time()
    model = train_nlu(str(config), data, job["folder"], fixed_model_name="model")
    took, worked = time.perf_counter() - started, time.process_time() - cpu
    if model is None:
        raise RuntimeError("no model came out")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"train_seconds": took, "train_cpu_seconds": worked, "train_peak_mb": peak,
            "model_mb": Path(model).stat().st_size / 2**20}


def _joined(config: Path, data: str) -> Path:
    """The examples with the service in the intent: `report__gas_leak`; what has no service keeps its intent."""
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE, METADATA_INTENT

    examples = TrainingDataImporter.load_nlu_importer_from_config(str(config), None, [data]).get_nlu_data()
    for example in examples.training_examples:
        levels = example.get(METADATA) or {}
        blocks = (levels.get(level) for level in (METADATA_EXAMPLE, METADATA_INTENT))
        service = next((block["service"] for block in blocks if isinstance(block, dict) and block.get("service")), None)
        if service and example.get(INTENT) in ACTS:
            example.set(INTENT, f"{example.get(INTENT)}{JOINT}{service}")
    target = config.with_name("joined.json")  # Rasa's YAML writer would touch odd texts; its JSON keeps each as it is
    target.write_text(examples.nlu_as_json(), encoding="utf-8")
    return target


def serve(job: Job) -> Result:
    """Parse every message, one at a time: predictions, milliseconds a message, resident memory at the end."""
    names = _names(job)
    if not names & NEURAL:
        light.lighten()  # as `bot serve` does; a pipeline that needs no TensorFlow shall not carry its memory
    return asyncio.run(_serve(Path(job["folder"]), job["tables"], OUR_COMPONENT in names))


async def _serve(folder: Path, tables: Mapping[str, list[str]], ours: bool) -> Result:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    processor = Agent.load(folder / "model.tar.gz").processor
    if processor is None:
        raise RuntimeError("the model cannot be loaded")
    for text in islice(cycle(text for texts in tables.values() for text in texts), WARM_UP):
        await processor.parse_message(UserMessage(text))
    predictions: dict[str, list[Labels]] = {}
    times: dict[str, dict[str, float]] = {}
    for name, texts in tables.items():
        took, predictions[name] = [], []
        print(f"{name}: {len(texts)}", flush=True)
        for text in texts:
            started = time.perf_counter()
            parsed = await processor.parse_message(UserMessage(text))
            took.append((time.perf_counter() - started) * 1000)
            predictions[name].append(_ours(parsed) if ours else derive(parsed["intent_ranking"]))
        times[name] = {"median": statistics.median(took), "p95": sorted(took)[int(len(took) * 0.95)]}
    return {"predictions": predictions, "milliseconds": times, "serving_mb": _resident_mb()}


def _ours(parsed: Mapping[str, Any]) -> Labels:
    """What our component said; Rasa leaves out keys whose value is None."""
    return {"domain": parsed.get("domain"), "act": parsed.get("act"), "service": parsed.get("service_code")}


def derive(ranking: Iterable[Mapping[str, Any]]) -> Labels:
    """Act, domain and service of a ranking of joined labels, each by its own sum, if matters outweigh talk.

    An act alone (`urge`) says nothing of the service: it counts for `other`.
    """
    sums: dict[str, Counter[str]] = {label: Counter() for label in LABELS}
    talk = 0.0
    for item in ranking:
        act, _, service = item["name"].partition(JOINT)
        if act not in ACTS:
            talk += item["confidence"]
            continue
        service = service or OTHER
        for label, value in (("act", act), ("service", service), ("domain", str(domain_of(service)))):
            sums[label][value] += item["confidence"]
    if sums["act"].total() <= talk:
        return dict.fromkeys(LABELS)
    return {label: counts.most_common(1)[0][0] for label, counts in sums.items()}


def _names(job: Job) -> set[str]:
    return {component["name"] for component in job["pipeline"]["pipeline"]}


def _resident_mb() -> float:
    """What this process holds in memory now; Linux only, as the product is."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def main(stage: str, path: Path) -> None:
    """Run a stage and leave its result, or its error in one line, beside the job."""
    job = json.loads(path.read_text(encoding="utf-8"))
    logs.configure()  # as in the product: left alone, Rasa writes a line for every message, which takes its time
    try:
        if _names(job) & SCIKIT:
            importlib.import_module("skops.io")  # it looks through all modules there are: 8 s once Rasa's are there
        result = {"train": train, "serve": serve}[stage](job)
    except (Exception, SystemExit) as error:  # Rasa exits on some mistakes of a configuration
        traceback.print_exc()
        result = {"error": " ".join(f"{type(error).__name__}: {error}".split())}
    path.with_name("result.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
