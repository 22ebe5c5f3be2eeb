using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Custom;

/// <summary>
/// When two values are the same one, as for the keys of Go's profiles: objects by identity, whatever their Equals says; numbers, structures and strings by value.
/// </summary>
sealed class ValueIdentity : IEqualityComparer<object>
{
    public static readonly ValueIdentity Instance = new();

    public new bool Equals(object? x, object? y) => ReferenceEquals(x, y) || x is ValueType or string && x.Equals(y);

    public int GetHashCode(object value) => value is ValueType or string ? value.GetHashCode() : RuntimeHelpers.GetHashCode(value);
}
