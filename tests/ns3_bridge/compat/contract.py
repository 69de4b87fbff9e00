"""The messages of ns3-gym and ns3-ai, built from their contracts: nothing of ours is used here."""

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
    "SimInitAck": ["done:bool", "stopSimReq:bool"],
    "EnvStateMsg": [
        *("obsData:DataContainer", "reward:float", "isGameOver:bool", "reason:int32"),
        "info:string",
    ],
    "EnvActMsg": ["actData:DataContainer", "stopSimReq:bool"],
}
_DATA = {1: "intData", 2: "uintData", 3: "floatData", 4: "doubleData"}
INT, UINT, FLOAT, DOUBLE = _DATA


class Contract:
    """The messages of one of the two: they differ in the package and in the first message."""

    INT, UINT, FLOAT, DOUBLE = _DATA

    def __init__(self, package: str, greeting: list[str]) -> None:
        self._package = package
        declared = {**_MESSAGES, "SimInitMsg": greeting}
        pool = descriptor_pool.DescriptorPool()
        pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
        pool.Add(_file(package, declared))
        self._classes = {
            name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
            for name in declared
        }

    def new(self, kind: str, /, **fields: Any) -> Any:
        return self._classes[kind](**fields)

    def parse(self, name: str, frame: bytes) -> Any:
        return self._classes[name].FromString(frame)

    def unpack(self, source: Any, name: str) -> Any:
        message = self.new(name)
        assert source.Unpack(message), source.type_url
        return message

    def box_space(
        self, low: float, high: float, dtype: int, shape: list[int], name: str = ""
    ) -> Any:
        inner = self.new("BoxSpace", low=low, high=high, dtype=dtype, shape=shape)
        return _with(self.new("SpaceDescription", type=2, name=name), "space", inner)

    def discrete_space(self, n: int, name: str = "") -> Any:
        inner = self.new("DiscreteSpace", n=n)
        return _with(self.new("SpaceDescription", type=1, name=name), "space", inner)

    def dict_space(self, *elements: Any, name: str = "") -> Any:
        inner = self.new("DictSpace", element=elements)
        return _with(self.new("SpaceDescription", type=4, name=name), "space", inner)

    def box(self, dtype: int, values: Any, name: str = "") -> Any:
        """As an agent or a simulation sends it: flat."""
        values = list(values)
        inner = self.new(
            "BoxDataContainer", dtype=dtype, shape=[len(values)], **{_DATA[dtype]: values}
        )
        return _with(self.new("DataContainer", type=2, name=name), "data", inner)

    def discrete(self, value: int, name: str = "") -> Any:
        inner = self.new("DiscreteDataContainer", data=value)
        return _with(self.new("DataContainer", type=1, name=name), "data", inner)

    def dictionary(self, *elements: Any, name: str = "") -> Any:
        inner = self.new("DictDataContainer", element=elements)
        return _with(self.new("DataContainer", type=4, name=name), "data", inner)

    def elements(self, container: Any, kind: str, field: str) -> dict[str, Any]:
        """The parts of a Dict space or container by name."""
        assert container.type == 4
        return {part.name: part for part in self.unpack(getattr(container, field), kind).element}

    def values_of(self, container: Any) -> list[Any]:
        """The numbers of a Box container."""
        assert container.type == 2
        inner = self.unpack(container.data, "BoxDataContainer")
        return list(getattr(inner, _DATA[inner.dtype]))

    def observation_of(self, state: Any) -> dict[str, Any]:
        """The values of an observation with a Box of each field and a Discrete, ``phase``."""
        parts = self.elements(state.obsData, "DictDataContainer", "data")
        phase = self.unpack(parts.pop("phase").data, "DiscreteDataContainer").data
        return {"phase": phase, **{name: self.values_of(part) for name, part in parts.items()}}


def _file(package: str, declared: dict[str, list[str]]) -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="contract.proto",
        package=package,
        syntax="proto3",
        dependency=["google/protobuf/any.proto"],
    )
    scalar = descriptor_pb2.FieldDescriptorProto
    for name, fields in declared.items():
        message = file.message_type.add(name=name)
        for number, field in enumerate(fields, start=1):
            field, _, kind = field.partition(":")
            label = scalar.LABEL_REPEATED if kind.endswith("*") else scalar.LABEL_OPTIONAL
            kind = kind.rstrip("*")
            added = message.field.add(name=field, number=number, label=label)
            if kind == "Any":
                added.type, added.type_name = scalar.TYPE_MESSAGE, ".google.protobuf.Any"
            elif kind in declared:
                added.type, added.type_name = scalar.TYPE_MESSAGE, f".{package}.{kind}"
            else:
                added.type = getattr(scalar, f"TYPE_{kind.upper()}")
    return file


def _with(message: Any, field: str, inner: Any) -> Any:
    getattr(message, field).Pack(inner)
    return message


_SPACES = ["obsSpace:SpaceDescription", "actSpace:SpaceDescription"]
NS3_GYM = Contract("ns3opengym", ["simProcessId:uint64", "wafShellProcessId:uint64", *_SPACES])
NS3_AI = Contract("ns3_ai_gym", _SPACES)
