namespace Vitrine.Go.Binary;

/// <summary>The type descriptors a Go binary carries (also when stripped). Link-time addresses. Thread-safe.</summary>
public sealed class TypeDescriptors
{
    /// <summary>Finds a struct type by import path and name: <c>runtime.g</c>, <c>net/http.Request</c>.</summary>
    public bool TryGetStruct(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StructLayout? layout) => throw new GoBinaryException("not yet");

    /// <summary>The layout of the struct whose descriptor is at <paramref name="address"/>.</summary>
    public bool TryGetStructAt(ulong address, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out StructLayout? layout) => throw new GoBinaryException("not yet");

    /// <summary>Address of the descriptor of a named type (any kind): <c>runtime.g</c>, <c>time.Duration</c>.</summary>
    public bool TryFind(string name, out ulong address) => throw new GoBinaryException("not yet");

    /// <summary>Describes the type whose descriptor is at <paramref name="address"/> (e.g. <c>hchan.elemtype</c>, the type word of an <c>any</c>).</summary>
    public bool TryDescribe(ulong address, out GoType type) => throw new GoBinaryException("not yet");
}
