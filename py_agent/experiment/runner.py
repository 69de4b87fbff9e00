# SPDX-License-Identifier: MIT
"""Runs one policy on one physical network and writes the run folder."""

from __future__ import annotations

import contextlib
import importlib.metadata
import math
import os
import platform
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import InvalidSetting, LocalHost, Ns3TwinError, ScenarioEnv
from ns3_bridge.plugins import summary_of
from py_agent.contract import asking
from py_agent.driver import play
from py_agent.experiment.learning_statistics import summarise_learning
from py_agent.experiment.networks import make_network, make_policy
from py_agent.experiment.observed_means import ObservedMeans
from py_agent.experiment.run_folder import (
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
    RunFolder,
)
from py_agent.experiment.run_inputs import changed_settings, files_of, portable
from py_agent.experiment.run_series import (
    FrameEnds,
    accuracy_columns,
    handover_columns,
    task_columns,
    training_columns,
)
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.slot_length import planned_slots
from py_agent.experiment.stay_statistics import summarise_stays
from py_agent.experiment.task_statistics import (
    delay_parts,
    jain_index,
    records_tasks,
    summarise_delays,
)
from py_agent.experiment.watching import Begun, Nobody, Watcher
from py_agent.long_run.frame_series import FrameSeries
from py_agent.policies import LookAheadPolicy, Network, Observation, PolicyFailed
from py_agent.policies.registry import policy_names, summary

if TYPE_CHECKING:
    from py_agent.learning.env import LearningEnv

Progress = Callable[[int, int | None], None]  # slots done, slots in all (None: nobody knows)
_STEPS_PER_FRAME = 50  # of a program without frames: so often is written what has been recorded


class Run:
    """One run, from the first slot to the summary.

    Args:
        settings: what to run.
        env: the physical network under these settings; by default one on this machine.

    Attributes:
        env: the physical network.
        slots: slots that the run will have.
        folder: where it is recorded; None: it has not begun.

    Raises:
        UnknownScenario: no such scenario.
        UnknownPolicy: no such policy.
        InvalidSetting: a setting of the scenario is wrong, there is no such log component, or
            packets cannot be captured here.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> small = {"n_ue": 2, "n_bs": 2, "duration_s": 0.1, "warmup_s": 1.0}
        >>> with tempfile.TemporaryDirectory() as runs:
        ...     run = Run(RunSettings(policy="random", settings=small, runs_dir=Path(runs)))
        ...     run.execute().read_summary()["slots"]
        5
    """

    def __init__(self, settings: RunSettings, env: ScenarioEnv | None = None) -> None:
        self._settings = settings
        self._policy = make_policy(settings)
        self.env = make_network(settings, env, log=settings.log)
        self._check_capture()
        self._scenario_settings: dict[str, Any] = self.env.settings.model_dump()
        self.slots = planned_slots(self._scenario_settings)
        self.folder: RunFolder | None = None
        self._records: dict[str, list[NDArray[Any]]] = {t.name: [] for t in self.env.schema.tables}
        self._observed: ObservedMeans | None = None
        self._has_tasks = records_tasks(self.env.schema)
        if not self._has_tasks:
            self._observed = ObservedMeans(self.env.schema.observations)
        self._decision_s = 0.0
        self._total_reward = 0.0
        self._end: dict[str, Any] = {}
        self._has_terminated = False

    def execute(
        self, progress: Progress = lambda done, total: None, watcher: Watcher | None = None
    ) -> RunFolder:
        """Simulate, decide and record until the run is over.

        Args:
            progress: called after every slot.
            watcher: looks on.

        Returns:
            the finished run folder, without figure and report.

        Raises:
            BridgeError: the simulation failed; what was recorded so far stays in the folder,
                which says so.
            PolicyFailed: the policy did; likewise.
            OSError: the folder cannot be written.
        """
        from py_agent.experiment.parquet_log import write_frames

        changed = changed_settings(self.env.settings)
        folder = RunFolder.create(
            self._settings.runs_dir,
            self._settings.scenario,
            self._settings.policy,
            self._settings.seed,
            {**changed, **self._settings.ns3},
        )
        self.folder = folder
        start_s = time.perf_counter()
        looks_on = watcher or Nobody()
        with (
            contextlib.closing(self.env),
            _recording(folder, looks_on),
            self._telling_of(folder),
        ):
            is_local = self._local_host is not None
            folder.write_settings(portable(self._settings, self.env.settings, is_local))
            folder.write_record(
                RUNNING,
                files=files_of(self._settings, self.env.settings, is_local),
                policy_summary=self._policy_summary(),
                ns3_twin_version=importlib.metadata.version("ns3-twin"),
                ns3_version=self.env.ns3_version,
                radio=self.env.schema.radio,
                reward_unit=self.env.schema.reward_unit,
            )
            with contextlib.ExitStack() as files:
                self._simulate(folder, files, progress, looks_on)
            write_frames(folder.frames, self._frame_series())
            folder.write_summary(self._summary(time.perf_counter() - start_s))
        return folder

    def _policy_summary(self) -> str:
        name = self._settings.policy
        return summary(name) if name in policy_names() else summary_of(type(self._policy))

    def _check_capture(self) -> None:
        output = getattr(self.env.settings, "output", None)
        if folder := getattr(output, "pcap", ""):
            raise InvalidSetting(
                f"output.pcap = {folder!r}: a run captures in its own folder; give pcap (--pcap)"
            )
        if not self._settings.pcap:
            return
        if not hasattr(output, "pcap"):
            raise InvalidSetting(
                f"pcap: scenario {self._settings.scenario} captures no packets, for it has no "
                "setting output.pcap"
            )
        if isinstance(self._policy, LookAheadPolicy):
            raise InvalidSetting(
                f"pcap: policy {self._settings.policy} tries decisions in branches of ns-3, which "
                "would write into the same files: leave out pcap"
            )

    @property
    def _local_host(self) -> LocalHost | None:
        """Who starts ns-3; None: a gateway does, elsewhere."""
        host = cast(ScenarioEnv, self.env.unwrapped).host
        return host if isinstance(host, LocalHost) else None

    def _write_outputs(self, folder: RunFolder) -> dict[str, Any] | None:
        """Send what ns-3 itself writes to the folder. Returns options of the reset."""
        if self._settings.log and self._local_host is not None:
            self._local_host.output_file = folder.ns3_log
        if not self._settings.pcap:
            return None
        folder.pcap.mkdir()
        return {"settings": {"output": {"pcap": str(folder.pcap.resolve())}}}

    @contextlib.contextmanager
    def _telling_of(self, folder: RunFolder) -> Iterator[None]:
        """Errors say which policy failed, what was recorded until then, and where."""
        try:
            yield
        except PolicyFailed as error:
            told = f"policy {self._settings.policy}: {error}"
            if self._end.get("slot"):
                told += f"; the {self._end['slot']} slots before it are in {folder.path}"
            raise PolicyFailed(told, error.method, error.slot) from error.__cause__
        except OSError as error:
            if error.filename is not None:
                raise
            raise OSError(error.errno, os.strerror(error.errno or 0), str(folder.path)) from error

    def _simulate(
        self,
        folder: RunFolder,
        files: contextlib.ExitStack,
        progress: Progress,
        watcher: Watcher,
    ) -> None:
        # A gateway never writes runs: its image does without these libraries, and it starts sooner.
        from py_agent.experiment.frame_log import FrameLog
        from py_agent.experiment.parquet_log import SlotLog, TableLog

        schema = self.env.schema
        slot_log = SlotLog(folder.slots, schema.observations, schema.actions)
        files.callback(slot_log.close)
        table_logs = {t.name: TableLog(folder.table(t.name), t) for t in schema.tables}
        for log in table_logs.values():
            files.callback(log.close)
        frame_log = FrameLog(folder.path, schema.observations)
        files.callback(frame_log.close)

        seed = self._settings.seed
        known = {**self._scenario_settings, "learning": self._settings.learning.model_dump()}
        network = Network(schema.scenario, known, schema)
        with asking(self._policy, "begin"):
            self._policy.begin(network, seed)
        if isinstance(self._policy, LookAheadPolicy):
            self._policy.look_ahead(self.env.branch)
        observation, self._end = self.env.reset(seed=seed, options=self._write_outputs(folder))
        self._frame_ends = FrameEnds(self._end["time_s"])
        self._begun_s: float = self._end["time_s"]
        watcher.begin(
            Begun(
                *(self._settings, network, self._policy, self.slots, self._begun_s),
                *(observation, folder.path),
            )
        )
        last_seen: Observation = observation
        slots_per_frame = self._scenario_settings.get("slots_per_frame", _STEPS_PER_FRAME)
        for slot in play(self.env, self._policy, network, observation, copies=True):
            number, began_s, self._end = self._end["slot"], self._end["time_s"], dict(slot.info)
            self._decision_s += slot.decision_s
            slot_log.append(number, slot.before, slot.action, slot.reward)
            self._total_reward += slot.reward
            last_seen = slot.after
            self._has_terminated = slot.has_terminated
            if self._observed is not None:
                self._observed.add(last_seen, self._end["time_s"] - began_s)
            watcher.follow(slot)
            if slot.is_last or self._end["slot"] % slots_per_frame == 0:
                slot_log.flush()
                frame_log.append(self._end["slot"], last_seen, self._total_reward)
                self._frame_ends.append(self._end["time_s"], last_seen, self._total_reward)
                records = self.env.take_records()
                for name, rows in records.items():
                    table_logs[name].append(rows)
                    self._records[name].append(rows)
                watcher.take(records)
            progress(self._end["slot"], self.slots)
        last = SlotLog(folder.last_observation, schema.observations, [])
        last.append(self._end["slot"], last_seen, {}, math.nan)
        last.close()

    def _summary(self, wall_s: float) -> dict[str, Any]:
        settings = self._scenario_settings
        slots = self._end["slot"]
        summary: dict[str, Any] = {
            "scenario": self.env.schema.scenario,
            "policy": self._settings.policy,
            "retrain": self._settings.retrain,
            "seed": self._settings.seed,
            "sim_time_s": slots * settings["slot_s"]
            if "slot_s" in settings
            else self._end["time_s"] - self._begun_s,
            "slots": slots,
            "terminated": self._has_terminated,
            "n_ue": settings.get("n_ue"),
            "n_bs": settings.get("n_bs"),
        }
        if self._has_tasks:
            tasks = np.concatenate(self._records["task"])
            parts = delay_parts(tasks, self._end["time_s"])
            summary |= summarise_delays(parts)
            summary["jain_index"] = jain_index(parts.delay_s, tasks["ue"])
        if self._records_columns("stay", "came_s", "left_s", "tasks_left"):
            stays = np.concatenate(self._records["stay"])
            end_s = self._end["time_s"]
            summary |= summarise_stays(stays, end_s - summary["sim_time_s"], end_s)
        if self._records_columns("handover", "outcome"):
            summary |= self._count_handovers(summary["sim_time_s"])
        if "radio_link" in self._records:
            summary["connections_lost"] = sum(map(len, self._records["radio_link"]))
        if self._observed is not None:
            summary |= self._observed.summary()
        if self._settings.retrain is not None:
            summary |= summarise_learning(
                np.concatenate(self._records["accuracy"]),
                np.concatenate(self._records["training"]),
                cast("LearningEnv", self.env).sample_bit,
                self._settings.learning.target_accuracy,
                summary["sim_time_s"],
            )
            cycles = self._scenario_settings["retraining"]["cycles_per_sample"]
            summary["training_cycles_per_sample"] = cycles
        return summary | {
            "total_reward": self._total_reward,
            "ns3_version": self.env.ns3_version,
            "ns3_events": self._end["events"],
            "wall_s": wall_s,
            "bridge_wait_s": self.env.bridge_wait_s,
            "decision_ms_per_slot": 1e3 * self._decision_s / slots,
            "ns3_twin_version": importlib.metadata.version("ns3-twin"),
            "python_version": platform.python_version(),
            "numpy_version": np.__version__,
        }

    def _frame_series(self) -> FrameSeries:
        edges_s = self._frame_ends.edges_s
        columns = self._frame_ends.columns()
        if self._has_tasks:
            columns |= task_columns(np.concatenate(self._records["task"]), edges_s)
        if self._records_columns("handover", "outcome", "commanded_s"):
            handovers = np.concatenate(self._records["handover"])
            labels = self.env.schema.table("handover").column("outcome")["labels"]
            columns |= handover_columns(handovers, labels, edges_s)
        if self._settings.retrain is not None:
            accuracy = np.concatenate(self._records["accuracy"])
            target = self._settings.learning.target_accuracy
            columns |= accuracy_columns(accuracy, target, edges_s)
            training = np.concatenate(self._records["training"])
            sample_bit = cast("LearningEnv", self.env).sample_bit
            columns |= training_columns(training, sample_bit, edges_s)
        return FrameSeries(columns)

    def _records_columns(self, table: str, *columns: str) -> bool:
        """Whether there is a table with these columns; a scenario's own may have others."""
        return table in self._records and set(columns) <= set(
            self.env.schema.table(table).dtype.names or ()
        )

    def _count_handovers(self, sim_time_s: float) -> dict[str, float]:
        labels = self.env.schema.table("handover").column("outcome")["labels"]
        if not {"done", "failed", "refused"} <= set(labels):
            return {}  # outcomes of a scenario's own
        counts = np.bincount(
            np.concatenate(self._records["handover"])["outcome"], minlength=len(labels)
        )
        by_label = dict(zip(labels, counts.tolist(), strict=True))
        return {
            "handovers_ok": by_label["done"],
            "handovers_failed": by_label["failed"],
            "handovers_refused": by_label["refused"],
            "handovers_superseded": by_label.get("superseded", 0),
            "handovers_per_min": 60 * by_label["done"] / sim_time_s,
        }


@contextlib.contextmanager
def _recording(folder: RunFolder, watcher: Watcher) -> Iterator[None]:
    """Write down how a run ended, however it does."""
    try:
        yield
    except BaseException as error:
        status = INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED
        kind = "" if isinstance(error, Ns3TwinError) else f"{type(error).__name__}: "
        reason = f"{kind}{error}" if str(error) else kind.rstrip(": ")
        with contextlib.suppress(OSError, Ns3TwinError):  # a full disk: it says "running" still
            folder.write_record(status, reason)
        watcher.end(status, reason)
        raise
    folder.write_record(FINISHED)
    watcher.end(FINISHED, "")
