"""The messages of ns3-gym, built from its contract alone: nothing of ours is used here."""

from __future__ import annotations

from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

_MESSAGES = {
    "SpaceDescription": ["type:int32", "space:Any", "name:string"],
    "DiscreteSpace": ["n:int32"],
    "BoxSpace": ["low:float", "high:float", "dtype:int32", "shape:uint32*"],
    "TupleSpace": ["element:SpaceDescription*"],
    "DictSpace": ["element:SpaceDescription*"],
    "DataContainer": ["type:int32", "data:Any", "name:string"],
    "DiscreteDataContainer": ["data:int32"],
    "BoxDataContainer": [
        *("dtype:int32", "shape:uint32*", "intData:int32*", "uintData:uint32*"),
        *("floatData:float*", "doubleData:double*"),
    ],
    "TupleDataContainer": ["element:DataContainer*"],
    "DictDataContainer": ["element:DataContainer*"],
    "SimInitMsg": [
        *("simProcessId:uint64", "wafShellProcessId:uint64"),
        *("obsSpace:SpaceDescription", "actSpace:SpaceDescription"),
    ],
    "SimInitAck": ["done:bool", "stopSimReq:bool"],
    "EnvStateMsg": [
        *("obsData:DataContainer", "reward:float", "isGameOver:bool", "reason:int32"),
        "info:string",
    ],
    "EnvActMsg": ["actData:DataContainer", "stopSimReq:bool"],
}
_DATA = {1: "intData", 2: "uintData", 3: "floatData", 4: "doubleData"}
INT, UINT, FLOAT, DOUBLE = _DATA


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="contract.proto",
        package="ns3opengym",
        syntax="proto3",
        dependency=["google/protobuf/any.proto"],
    )
    scalar = descriptor_pb2.FieldDescriptorProto
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field in enumerate(fields, start=1):
            field, _, kind = field.partition(":")
            label = scalar.LABEL_REPEATED if kind.endswith("*") else scalar.LABEL_OPTIONAL
            kind = kind.rstrip("*")
            added = message.field.add(name=field, number=number, label=label)
            if kind == "Any":
                added.type, added.type_name = scalar.TYPE_MESSAGE, ".google.protobuf.Any"
            elif kind in _MESSAGES:
                added.type, added.type_name = scalar.TYPE_MESSAGE, f".ns3opengym.{kind}"
            else:
                added.type = getattr(scalar, f"TYPE_{kind.upper()}")
    return file


_pool = descriptor_pool.DescriptorPool()
_pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
_pool.Add(_file())
_classes = {
    name: message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"ns3opengym.{name}"))
    for name in _MESSAGES
}


def new(kind: str, /, **fields: Any) -> Any:
    return _classes[kind](**fields)


def parse(name: str, frame: bytes) -> Any:
    return _classes[name].FromString(frame)


def unpack(source: Any, name: str) -> Any:
    message = new(name)
    assert source.Unpack(message), source.type_url
    return message


def _with(message: Any, field: str, inner: Any) -> Any:
    getattr(message, field).Pack(inner)
    return message


def box_space(low: float, high: float, dtype: int, shape: list[int], name: str = "") -> Any:
    inner = new("BoxSpace", low=low, high=high, dtype=dtype, shape=shape)
    return _with(new("SpaceDescription", type=2, name=name), "space", inner)


def discrete_space(n: int, name: str = "") -> Any:
    return _with(new("SpaceDescription", type=1, name=name), "space", new("DiscreteSpace", n=n))


def dict_space(*elements: Any, name: str = "") -> Any:
    inner = new("DictSpace", element=elements)
    return _with(new("SpaceDescription", type=4, name=name), "space", inner)


def box(dtype: int, values: Any, name: str = "") -> Any:
    """As an agent or a simulation sends it: flat."""
    values = list(values)
    inner = new("BoxDataContainer", dtype=dtype, shape=[len(values)], **{_DATA[dtype]: values})
    return _with(new("DataContainer", type=2, name=name), "data", inner)


def discrete(value: int, name: str = "") -> Any:
    inner = new("DiscreteDataContainer", data=value)
    return _with(new("DataContainer", type=1, name=name), "data", inner)


def dictionary(*elements: Any, name: str = "") -> Any:
    inner = new("DictDataContainer", element=elements)
    return _with(new("DataContainer", type=4, name=name), "data", inner)


def elements(container: Any, kind: str, field: str) -> dict[str, Any]:
    """The parts of a Dict space or container by name."""
    assert container.type == 4
    return {part.name: part for part in unpack(getattr(container, field), kind).element}


def values_of(container: Any) -> list[Any]:
    """The numbers of a Box container."""
    assert container.type == 2
    inner = unpack(container.data, "BoxDataContainer")
    return list(getattr(inner, _DATA[inner.dtype]))
