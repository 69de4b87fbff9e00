# SPDX-License-Identifier: MIT
"""The twin: takes the reports of a network and estimates its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network
from py_agent.learning.learning_settings import lag_model_of
from py_agent.radio.link_model import LinkEstimator, LinkReport, load_radio
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.estimation.handover_gap import GapTracker
from py_agent.twin.estimation.model_tracker import MODEL_FIELDS, ModelTracker
from py_agent.twin.estimation.motion import MotionFilter
from py_agent.twin.estimation.received import Packed, ReceivedFields
from py_agent.twin.estimation.reporting import Report, ReportingChannel, ReportingSettings
from py_agent.twin.estimation.task_queues import QueueReports, TaskQueues
from py_agent.twin.estimation.traffic_filter import TrafficFilter
from py_agent.twin.model.declaration import check_followed
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import parameters_of
from py_agent.twin.model.traffic import UsersTraffic

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

_COUNTERS = ("tasks_created", "created_bit")


class Twin:
    """Follows one network from the observations that any agent gets.

        twin = Twin(network, TwinParameters.load(path))
        twin.observe(observation)    # every slot
        belief = twin.estimate()     # whenever one is needed

    Reports may be stale, missing, doubled, out of order or wrong; the estimate stays finite, says
    how old everything is, and grows unsure with it.

    Args:
        network: what it follows.
        parameters: constants to start from; by default the prior of the network's settings.
        reporting: how observations reach it; by default whole, in every slot.
        online: whether the channel map and the rate curve go on learning.
        seed: of the reporting channel.

    Attributes:
        ignored: reports that were no newer than what was known.

    Raises:
        UnsuitableNetwork: the network does not observe what the twin follows, or the parameters
            are those of another one.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> twin = Twin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> twin.observe(observation)
        >>> twin.estimate().position_m.shape
        (3, 2)
        >>> env.close()
    """

    def __init__(
        self,
        network: Network,
        parameters: TwinParameters | None = None,
        reporting: ReportingSettings | None = None,
        *,
        online: bool = True,
        seed: int = 0,
    ) -> None:
        fields = network.schema.observations
        check_followed(network.schema)
        radio = load_radio(network.schema.radio)
        parameters = parameters_of(network.settings, radio.name, network.scenario, parameters)
        self._fields = {field.name: field for field in fields}
        self._n_ue = network.schema.sizes["ue"]
        self._parameters = parameters
        self._link_model = radio(network.settings, parameters.radio)
        self._online = online
        self._received = ReceivedFields(fields)
        self._channel = ReportingChannel(
            reporting or ReportingSettings(), tuple(fields), self._n_ue, seed
        )
        self._slot_s: float = network.settings["slot_s"]
        self._slots_per_frame: int = network.settings["slots_per_frame"]
        period_s = (reporting or ReportingSettings()).period_s
        self._forget_s = max(5.0, 10 * period_s)
        self._now_s = -np.inf
        self._latest_s = self._fields["time_s"].high
        self._slot_in_frame = 0
        self._report_s = np.full(self._n_ue, -np.inf)
        self._there_s = np.zeros(self._n_ue)  # when each user was there last
        self._target = np.full(self._n_ue, -1, np.int32)
        self._motion = MotionFilter(parameters.mobility, self._n_ue)
        self._links: LinkEstimator | None = None
        self._counted = {name: np.zeros(self._n_ue) for name in _COUNTERS}
        traffic = UsersTraffic.of(parameters, self._n_ue)
        self._traffic = TrafficFilter(traffic, traffic.mean_size_bit(network.settings["traffic"]))
        self._is_trace = network.settings["traffic"]["model"] == "trace"
        self._is_declared = np.zeros(self._n_ue, bool)  # whose trace has been told
        self._typical_cycles_per_bit = traffic.each(lambda law: law.cycles_per_bit)
        self._queues = TaskQueues(self._n_ue)
        self._gaps = GapTracker(parameters.handover, parameters.radio, self._n_ue)
        learning = network.settings.get("learning", {})
        self._models: ModelTracker | None = None
        if set(MODEL_FIELDS) <= set(self._fields):
            frame_s = self._slot_s * self._slots_per_frame
            target = learning.get("target_accuracy", 0.8)
            self._models = ModelTracker(target, frame_s, lag_model_of(learning))
        self.ignored = 0

    @property
    def reported_bits(self) -> float:
        """What the reports have cost so far."""
        return self._channel.bits

    @property
    def rejected_values(self) -> int:
        """Reported values that were not finite or out of bounds."""
        return self._received.rejected

    def observe(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """A slot has ended; take what reaches the twin of it."""
        now_s = float(observation["time_s"][0])
        if not 0 <= now_s <= self._latest_s:
            return  # nobody knows when this was
        if self._links is None and np.isfinite(observation["bs_position_m"]).all():
            # Where the sites stand is known beforehand; no report needs to bring it.
            sites_m = np.asarray(observation["bs_position_m"], np.float64)
            self._links = self._link_model.estimator(self._n_ue, sites_m, online=self._online)
        if now_s > self._now_s:
            if self._links is not None:
                self._links.advance(now_s - self._now_s)
            self._count_slots(now_s, float(observation["slot_in_frame"][0]))
        for report in self._channel.carry(observation):
            self.receive(report)
        if self._slot_in_frame != 0:
            return
        if self._links is not None:
            self._links.refresh()
        if self._models is not None and np.isfinite(self._report_s.max()):
            self._models.update(self._now_s, self._received.latest, np.isfinite(self._report_s))

    def command(self, association: NDArray[Any]) -> None:
        """Say what was decided, ``[n_ue]``: nothing observed says where a handover goes."""
        self._target = np.asarray(association, np.int32).copy()

    def receive(self, report: Report) -> None:
        """Take one report."""
        served_by = self._received.latest["serving_bs"].astype(np.int32)  # before this report
        was_away = self._away()
        clean = self._received.take(report)
        if report.users is None or self._links is None:
            return
        sound = np.zeros(len(report.users), bool)
        for name in ("position_m", "tasks_created", *self._link_model.needed):
            sound |= np.isfinite(clean[name].reshape(len(sound), -1)).any(axis=1)
        newer = report.time_s > self._report_s[report.users]
        self.ignored += int(np.count_nonzero(~newer))
        use = sound & newer
        if not use.any():
            return
        users = report.users[use]
        values = clean.rows(use)
        first = np.isneginf(self._report_s[users])
        gone = ~first & (report.time_s - self._report_s[users] > self._forget_s)
        away = self._says_away()[users]
        for user in users[gone | away]:
            self._queues.forget(int(user))
        during_s = np.where(first, 0.0, report.time_s - self._report_s[users])
        self._follow_links(users, during_s, values, served_by)
        if self._is_trace:
            self._expect_declared(users)
        self._follow_traffic(users, during_s, values, first | gone | away | was_away[users])
        self._follow_queues(users[~away], report.time_s, values.rows(~away))
        self._report_s[users] = report.time_s
        self._there_s[users[~away]] = report.time_s
        connected = self._received.latest["serving_bs"][users] >= 0
        self._gaps.update(users, np.full(len(users), report.time_s), connected | away)

    def estimate(self) -> NetworkEstimate:
        """The estimate of the present state.

        Raises:
            UnsuitableNetwork: nothing has been observed yet.
        """
        if self._links is None:
            raise UnsuitableNetwork("the twin has observed nothing yet")
        everybody = np.arange(self._n_ue)
        known = np.isfinite(self._report_s)
        age_s = np.where(known, np.maximum(self._now_s - self._report_s, 0.0), 0.0)
        latest = self._received.latest
        position_m, velocity_mps, covariance = self._motion.ahead(everybody, age_s)
        walked_m = age_s * np.linalg.norm(velocity_mps, axis=1)
        gap_s, gap_sd_s = self._gaps.left(self._now_s)
        mean_bit = self._traffic.mean_bit
        task_bit = np.maximum(latest["task_mean_bit"].astype(np.float64), 1.0)
        told = latest["task_mean_cycles"].astype(np.float64) / task_bit
        cycles_per_bit = np.where(known, told, self._typical_cycles_per_bit)
        away = self._away()
        there = ~away
        created_hz = there * self._traffic.rate_hz * self._traffic.on_probability
        return NetworkEstimate(
            time_s=self._now_s,
            slot_in_frame=self._slot_in_frame,
            parameters=self._parameters.model_copy(update={"radio": self._links.parameters}),
            present=known & (age_s <= self._forget_s),
            away_s=np.where(away, self._now_s - self._there_s, 0.0),
            position_m=position_m,
            position_sd_m=np.sqrt(covariance[:, 0, 0]),
            velocity_mps=velocity_mps.copy(),
            velocity_sd_mps=np.sqrt(covariance[:, 1, 1]),
            bs_position_m=latest["bs_position_m"].astype(np.float64),
            links=self._links.belief(age_s, walked_m),
            serving_bs=latest["serving_bs"].astype(np.int32),
            target_bs=self._targets(),
            gap_s=gap_s,
            gap_sd_s=gap_sd_s,
            on_probability=self._traffic.ahead(everybody, age_s),
            rate_hz=there * self._traffic.rate_hz,
            rate_sd_hz=there * self._traffic.rate_sd_hz,
            mean_bit=mean_bit,
            cycles_per_bit=cycles_per_bit,
            upload=self._queues.upload_at(self._now_s, created_hz, mean_bit),
            compute=self._queues.compute_at(self._now_s, created_hz, mean_bit * cycles_per_bit),
            download_bit=np.maximum(
                self._held("download_backlog_bit") - self._held("download_unconfirmed_bit"), 0.0
            ),
            tasks_created=self._held("tasks_created"),
            tasks_completed=self._held("tasks_completed"),
            created_bit=self._held("created_bit"),
            models=self._models.state(self._now_s, latest) if self._models else None,
            age_s=self._received.age_s(self._now_s),
            latest=self._received.snapshot(),
        )

    def _count_slots(self, now_s: float, slot_in_frame: float) -> None:
        if not 0 <= slot_in_frame < self._slots_per_frame:  # then by the clock
            passed = (now_s - self._now_s) / self._slot_s if np.isfinite(self._now_s) else 0.0
            slot_in_frame = (self._slot_in_frame + round(passed)) % self._slots_per_frame
        self._slot_in_frame = int(slot_in_frame)
        self._now_s = now_s

    def _away(self) -> NDArray[np.bool_]:
        """Users that have been heard of and are not there, ``[n_ue]``."""
        away: NDArray[np.bool_] = np.isfinite(self._report_s) & self._says_away()
        return away

    def _says_away(self) -> NDArray[np.bool_]:
        """Whose last report says so, ``[n_ue]``; of those never heard of it means nothing."""
        flags = self._received.latest.get("present")
        away: NDArray[np.bool_] = np.zeros(self._n_ue, bool) if flags is None else flags == 0
        return away

    def _targets(self) -> Integers:
        state = self._received.latest.get("handover_state")
        serving = self._received.latest["serving_bs"]
        under_way = serving < 0
        if state is not None:
            states = self._fields["handover_state"].enum
            under_way = (state == states["PENDING"]) | (state == states["WAITING"])
        under_way &= ~self._away()
        return np.where(under_way & (self._target != serving), self._target, -1).astype(np.int32)

    def _held(self, name: str) -> Floats:
        value = self._received.latest.get(name)
        return np.zeros(self._n_ue) if value is None else value.astype(np.float64)

    def _follow_links(
        self,
        users: NDArray[np.intp],
        during_s: Floats,
        values: Mapping[str, Floats],
        served_by: Integers,
    ) -> None:
        assert self._links is not None
        motion, latest = self._motion, self._received.latest
        before_m, known = motion.position_m[users], motion.known[users]
        motion.advance(users, during_s)
        motion.update(users, values["position_m"], values["velocity_mps"])
        walked_m = np.linalg.norm(motion.position_m[users] - before_m, axis=1)
        self._links.observe(
            LinkReport(
                users=users,
                during_s=during_s,
                walked_m=np.where(known, walked_m, 0.0),
                changed=latest["serving_bs"].astype(np.int32)[users] != served_by[users],
                values=values,
                latest=latest,
                position_m=motion.position_m,
                located=motion.known,
            )
        )

    def _expect_declared(self, users: NDArray[np.intp]) -> None:
        """Take what a trace declares of users; of those who are away it declares nothing."""
        rate_hz = self._held("task_rate_hz")
        new = users[~self._is_declared[users] & ~self._away()[users] & (rate_hz[users] > 0)]
        self._traffic.expect(new, rate_hz, self._held("task_mean_bit"))
        self._is_declared[new] = True

    def _follow_traffic(
        self,
        users: NDArray[np.intp],
        during_s: Floats,
        values: Mapping[str, Floats],
        new: NDArray[np.bool_],
    ) -> None:
        tasks = values["tasks_created"] - self._counted["tasks_created"][users]
        bits = values["created_bit"] - self._counted["created_bit"][users]
        use = ~new & (tasks >= 0) & (bits >= 0)
        self._traffic.update(users[use], tasks[use], bits[use], during_s[use])
        self._count(users, {name: values[name] for name in ("tasks_created", "created_bit")})

    def _count(self, users: NDArray[np.intp], values: Mapping[str, Floats]) -> None:
        for name, value in values.items():
            there = np.isfinite(value)
            self._counted[name][users[there]] = value[there]

    def _follow_queues(self, users: NDArray[np.intp], time_s: float, values: Packed) -> None:
        names = (
            *("tasks_uploading", "oldest_age_s", "tasks_computing", "compute_head_cycles"),
            *("compute_backlog_cycles", "upload_backlog_bit", "upload_unconfirmed_bit"),
            *("tasks_created", "created_bit"),
        )
        whole = np.ones(len(users), bool)
        for name in () if np.isfinite(values.table).all() else names:
            whole &= np.isfinite(values[name].reshape(len(users), -1)).all(axis=1)
        mine = values.rows(whole)
        users = users[whole]
        task_bit = np.maximum(self._held("task_mean_bit"), 1.0)
        self._queues.report(
            users,
            QueueReports(
                time_s=time_s,
                serving_bs=self._received.latest["serving_bs"][users],
                tasks_created=mine["tasks_created"],
                created_bit=mine["created_bit"],
                tasks_uploading=mine["tasks_uploading"],
                to_deliver_bit=mine["upload_backlog_bit"] - mine["upload_unconfirmed_bit"],
                oldest_age_s=mine["oldest_age_s"],
                tasks_computing=mine["tasks_computing"],
                compute_head_cycles=mine["compute_head_cycles"],
                compute_backlog_cycles=mine["compute_backlog_cycles"],
            ),
            self._traffic.mean_bit[users],
            (self._held("task_mean_cycles") / task_bit)[users],
        )
