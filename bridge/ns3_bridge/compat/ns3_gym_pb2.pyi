from google.protobuf import any_pb2 as _any_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SpaceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NO_SPACE: _ClassVar[SpaceType]
    DISCRETE: _ClassVar[SpaceType]
    BOX: _ClassVar[SpaceType]
    TUPLE: _ClassVar[SpaceType]
    DICT: _ClassVar[SpaceType]

class Dtype(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NO_DTYPE: _ClassVar[Dtype]
    INT: _ClassVar[Dtype]
    UINT: _ClassVar[Dtype]
    FLOAT: _ClassVar[Dtype]
    DOUBLE: _ClassVar[Dtype]
NO_SPACE: SpaceType
DISCRETE: SpaceType
BOX: SpaceType
TUPLE: SpaceType
DICT: SpaceType
NO_DTYPE: Dtype
INT: Dtype
UINT: Dtype
FLOAT: Dtype
DOUBLE: Dtype

class SpaceDescription(_message.Message):
    __slots__ = ("type", "space", "name")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    type: SpaceType
    space: _any_pb2.Any
    name: str
    def __init__(self, type: _Optional[_Union[SpaceType, str]] = ..., space: _Optional[_Union[_any_pb2.Any, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class DiscreteSpace(_message.Message):
    __slots__ = ("n",)
    N_FIELD_NUMBER: _ClassVar[int]
    n: int
    def __init__(self, n: _Optional[int] = ...) -> None: ...

class BoxSpace(_message.Message):
    __slots__ = ("low", "high", "dtype", "shape")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    low: float
    high: float
    dtype: Dtype
    shape: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ..., dtype: _Optional[_Union[Dtype, str]] = ..., shape: _Optional[_Iterable[int]] = ...) -> None: ...

class TupleSpace(_message.Message):
    __slots__ = ("element",)
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    element: _containers.RepeatedCompositeFieldContainer[SpaceDescription]
    def __init__(self, element: _Optional[_Iterable[_Union[SpaceDescription, _Mapping]]] = ...) -> None: ...

class DictSpace(_message.Message):
    __slots__ = ("element",)
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    element: _containers.RepeatedCompositeFieldContainer[SpaceDescription]
    def __init__(self, element: _Optional[_Iterable[_Union[SpaceDescription, _Mapping]]] = ...) -> None: ...

class DataContainer(_message.Message):
    __slots__ = ("type", "data", "name")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    type: SpaceType
    data: _any_pb2.Any
    name: str
    def __init__(self, type: _Optional[_Union[SpaceType, str]] = ..., data: _Optional[_Union[_any_pb2.Any, _Mapping]] = ..., name: _Optional[str] = ...) -> None: ...

class DiscreteDataContainer(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: int
    def __init__(self, data: _Optional[int] = ...) -> None: ...

class BoxDataContainer(_message.Message):
    __slots__ = ("dtype", "shape", "int_data", "uint_data", "float_data", "double_data")
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    INT_DATA_FIELD_NUMBER: _ClassVar[int]
    UINT_DATA_FIELD_NUMBER: _ClassVar[int]
    FLOAT_DATA_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_DATA_FIELD_NUMBER: _ClassVar[int]
    dtype: Dtype
    shape: _containers.RepeatedScalarFieldContainer[int]
    int_data: _containers.RepeatedScalarFieldContainer[int]
    uint_data: _containers.RepeatedScalarFieldContainer[int]
    float_data: _containers.RepeatedScalarFieldContainer[float]
    double_data: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, dtype: _Optional[_Union[Dtype, str]] = ..., shape: _Optional[_Iterable[int]] = ..., int_data: _Optional[_Iterable[int]] = ..., uint_data: _Optional[_Iterable[int]] = ..., float_data: _Optional[_Iterable[float]] = ..., double_data: _Optional[_Iterable[float]] = ...) -> None: ...

class TupleDataContainer(_message.Message):
    __slots__ = ("element",)
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    element: _containers.RepeatedCompositeFieldContainer[DataContainer]
    def __init__(self, element: _Optional[_Iterable[_Union[DataContainer, _Mapping]]] = ...) -> None: ...

class DictDataContainer(_message.Message):
    __slots__ = ("element",)
    ELEMENT_FIELD_NUMBER: _ClassVar[int]
    element: _containers.RepeatedCompositeFieldContainer[DataContainer]
    def __init__(self, element: _Optional[_Iterable[_Union[DataContainer, _Mapping]]] = ...) -> None: ...

class SimInitMsg(_message.Message):
    __slots__ = ("sim_process_id", "waf_shell_process_id", "obs_space", "act_space")
    SIM_PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    WAF_SHELL_PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    OBS_SPACE_FIELD_NUMBER: _ClassVar[int]
    ACT_SPACE_FIELD_NUMBER: _ClassVar[int]
    sim_process_id: int
    waf_shell_process_id: int
    obs_space: SpaceDescription
    act_space: SpaceDescription
    def __init__(self, sim_process_id: _Optional[int] = ..., waf_shell_process_id: _Optional[int] = ..., obs_space: _Optional[_Union[SpaceDescription, _Mapping]] = ..., act_space: _Optional[_Union[SpaceDescription, _Mapping]] = ...) -> None: ...

class Ns3AiSimInitMsg(_message.Message):
    __slots__ = ("obs_space", "act_space")
    OBS_SPACE_FIELD_NUMBER: _ClassVar[int]
    ACT_SPACE_FIELD_NUMBER: _ClassVar[int]
    obs_space: SpaceDescription
    act_space: SpaceDescription
    def __init__(self, obs_space: _Optional[_Union[SpaceDescription, _Mapping]] = ..., act_space: _Optional[_Union[SpaceDescription, _Mapping]] = ...) -> None: ...

class SimInitAck(_message.Message):
    __slots__ = ("done", "stop_sim_req")
    DONE_FIELD_NUMBER: _ClassVar[int]
    STOP_SIM_REQ_FIELD_NUMBER: _ClassVar[int]
    done: bool
    stop_sim_req: bool
    def __init__(self, done: bool = ..., stop_sim_req: bool = ...) -> None: ...

class EnvStateMsg(_message.Message):
    __slots__ = ("obs_data", "reward", "is_game_over", "reason", "info")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SIMULATION_END: _ClassVar[EnvStateMsg.Reason]
        GAME_OVER: _ClassVar[EnvStateMsg.Reason]
    SIMULATION_END: EnvStateMsg.Reason
    GAME_OVER: EnvStateMsg.Reason
    OBS_DATA_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    IS_GAME_OVER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    obs_data: DataContainer
    reward: float
    is_game_over: bool
    reason: EnvStateMsg.Reason
    info: str
    def __init__(self, obs_data: _Optional[_Union[DataContainer, _Mapping]] = ..., reward: _Optional[float] = ..., is_game_over: bool = ..., reason: _Optional[_Union[EnvStateMsg.Reason, str]] = ..., info: _Optional[str] = ...) -> None: ...

class EnvActMsg(_message.Message):
    __slots__ = ("act_data", "stop_sim_req")
    ACT_DATA_FIELD_NUMBER: _ClassVar[int]
    STOP_SIM_REQ_FIELD_NUMBER: _ClassVar[int]
    act_data: DataContainer
    stop_sim_req: bool
    def __init__(self, act_data: _Optional[_Union[DataContainer, _Mapping]] = ..., stop_sim_req: bool = ...) -> None: ...
