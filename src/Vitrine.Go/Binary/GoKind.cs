namespace Vitrine.Go.Binary;

/// <summary>The kind of a Go type, with the runtime's numbers. Source: https://github.com/golang/go/blob/go1.26.0/src/internal/abi/type.go (Kind).</summary>
public enum GoKind : byte
{
#pragma warning disable CS1591 // the names are Go's own
    Invalid, Bool, Int, Int8, Int16, Int32, Int64, UInt, UInt8, UInt16, UInt32, UInt64, UIntPtr, Float32, Float64, Complex64, Complex128,
    Array, Chan, Func, Interface, Map, Pointer, Slice, String, Struct, UnsafePointer,
#pragma warning restore CS1591
}
