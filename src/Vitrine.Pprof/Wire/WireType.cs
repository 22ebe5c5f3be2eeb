namespace Vitrine.Pprof.Wire;

/// <summary>The wire types of protobuf that profile.proto uses or may meet in unknown fields (https://protobuf.dev/programming-guides/encoding/#structure).</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    Fixed32 = 5,
}
