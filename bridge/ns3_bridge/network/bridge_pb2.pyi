from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RUNNING: _ClassVar[Status]
    TRUNCATED: _ClassVar[Status]
    TERMINATED: _ClassVar[Status]
RUNNING: Status
TRUNCATED: Status
TERMINATED: Status

class Request(_message.Message):
    __slots__ = ("session", "number", "hello", "reset", "step", "look", "take_records", "end_episode", "bye")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    TAKE_RECORDS_FIELD_NUMBER: _ClassVar[int]
    END_EPISODE_FIELD_NUMBER: _ClassVar[int]
    BYE_FIELD_NUMBER: _ClassVar[int]
    session: bytes
    number: int
    hello: Hello
    reset: Reset
    step: Step
    look: Look
    take_records: TakeRecords
    end_episode: EndEpisode
    bye: Bye
    def __init__(self, session: _Optional[bytes] = ..., number: _Optional[int] = ..., hello: _Optional[_Union[Hello, _Mapping]] = ..., reset: _Optional[_Union[Reset, _Mapping]] = ..., step: _Optional[_Union[Step, _Mapping]] = ..., look: _Optional[_Union[Look, _Mapping]] = ..., take_records: _Optional[_Union[TakeRecords, _Mapping]] = ..., end_episode: _Optional[_Union[EndEpisode, _Mapping]] = ..., bye: _Optional[_Union[Bye, _Mapping]] = ...) -> None: ...

class Reply(_message.Message):
    __slots__ = ("number", "welcome", "queued", "observation", "records", "done", "error", "heartbeat")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    number: int
    welcome: Welcome
    queued: Queued
    observation: Observation
    records: Records
    done: Done
    error: Error
    heartbeat: Heartbeat
    def __init__(self, number: _Optional[int] = ..., welcome: _Optional[_Union[Welcome, _Mapping]] = ..., queued: _Optional[_Union[Queued, _Mapping]] = ..., observation: _Optional[_Union[Observation, _Mapping]] = ..., records: _Optional[_Union[Records, _Mapping]] = ..., done: _Optional[_Union[Done, _Mapping]] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("protocol_version", "agent", "schema_hash")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_HASH_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    agent: str
    schema_hash: bytes
    def __init__(self, protocol_version: _Optional[int] = ..., agent: _Optional[str] = ..., schema_hash: _Optional[bytes] = ...) -> None: ...

class Reset(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: int
    def __init__(self, run: _Optional[int] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Look(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TakeRecords(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndEpisode(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Bye(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("protocol_version", "session", "resumed", "last_number", "description_json", "settings_json", "ns3_json", "schema_hash", "gateway", "heartbeat_s", "lost_s", "grace_s", "agent_deadline_s", "slot_deadline_s", "start_deadline_s")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    LAST_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_JSON_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_JSON_FIELD_NUMBER: _ClassVar[int]
    NS3_JSON_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_HASH_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_S_FIELD_NUMBER: _ClassVar[int]
    LOST_S_FIELD_NUMBER: _ClassVar[int]
    GRACE_S_FIELD_NUMBER: _ClassVar[int]
    AGENT_DEADLINE_S_FIELD_NUMBER: _ClassVar[int]
    SLOT_DEADLINE_S_FIELD_NUMBER: _ClassVar[int]
    START_DEADLINE_S_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    session: bytes
    resumed: bool
    last_number: int
    description_json: str
    settings_json: str
    ns3_json: str
    schema_hash: bytes
    gateway: str
    heartbeat_s: float
    lost_s: float
    grace_s: float
    agent_deadline_s: float
    slot_deadline_s: float
    start_deadline_s: float
    def __init__(self, protocol_version: _Optional[int] = ..., session: _Optional[bytes] = ..., resumed: bool = ..., last_number: _Optional[int] = ..., description_json: _Optional[str] = ..., settings_json: _Optional[str] = ..., ns3_json: _Optional[str] = ..., schema_hash: _Optional[bytes] = ..., gateway: _Optional[str] = ..., heartbeat_s: _Optional[float] = ..., lost_s: _Optional[float] = ..., grace_s: _Optional[float] = ..., agent_deadline_s: _Optional[float] = ..., slot_deadline_s: _Optional[float] = ..., start_deadline_s: _Optional[float] = ...) -> None: ...

class Queued(_message.Message):
    __slots__ = ("position",)
    POSITION_FIELD_NUMBER: _ClassVar[int]
    position: int
    def __init__(self, position: _Optional[int] = ...) -> None: ...

class Observation(_message.Message):
    __slots__ = ("status", "slot", "time_s", "reward", "events")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    TIME_S_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    status: Status
    slot: int
    time_s: float
    reward: float
    events: int
    def __init__(self, status: _Optional[_Union[Status, str]] = ..., slot: _Optional[int] = ..., time_s: _Optional[float] = ..., reward: _Optional[float] = ..., events: _Optional[int] = ...) -> None: ...

class Records(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, rows: _Optional[_Iterable[int]] = ...) -> None: ...

class Done(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Error(_message.Message):
    __slots__ = ("code", "message", "field", "return_code", "output_tail")
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNSPECIFIED: _ClassVar[Error.Code]
        PROTOCOL_VIOLATION: _ClassVar[Error.Code]
        HANDSHAKE: _ClassVar[Error.Code]
        SCHEMA_MISMATCH: _ClassVar[Error.Code]
        BUSY: _ClassVar[Error.Code]
        UNKNOWN_SESSION: _ClassVar[Error.Code]
        NO_EPISODE: _ClassVar[Error.Code]
        EPISODE_OVER: _ClassVar[Error.Code]
        INVALID_ACTION: _ClassVar[Error.Code]
        SIMULATOR_DIED: _ClassVar[Error.Code]
        DEADLINE_EXCEEDED: _ClassVar[Error.Code]
        CHANNEL_CORRUPTED: _ClassVar[Error.Code]
        OUT_OF_MEMORY: _ClassVar[Error.Code]
        GATEWAY_STOPPED: _ClassVar[Error.Code]
    UNSPECIFIED: Error.Code
    PROTOCOL_VIOLATION: Error.Code
    HANDSHAKE: Error.Code
    SCHEMA_MISMATCH: Error.Code
    BUSY: Error.Code
    UNKNOWN_SESSION: Error.Code
    NO_EPISODE: Error.Code
    EPISODE_OVER: Error.Code
    INVALID_ACTION: Error.Code
    SIMULATOR_DIED: Error.Code
    DEADLINE_EXCEEDED: Error.Code
    CHANNEL_CORRUPTED: Error.Code
    OUT_OF_MEMORY: Error.Code
    GATEWAY_STOPPED: Error.Code
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    RETURN_CODE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TAIL_FIELD_NUMBER: _ClassVar[int]
    code: Error.Code
    message: str
    field: str
    return_code: int
    output_tail: str
    def __init__(self, code: _Optional[_Union[Error.Code, str]] = ..., message: _Optional[str] = ..., field: _Optional[str] = ..., return_code: _Optional[int] = ..., output_tail: _Optional[str] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("busy_s",)
    BUSY_S_FIELD_NUMBER: _ClassVar[int]
    busy_s: float
    def __init__(self, busy_s: _Optional[float] = ...) -> None: ...
