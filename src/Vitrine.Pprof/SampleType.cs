namespace Vitrine.Pprof;

/// <summary>
/// What one value of a sample counts and in which unit, for example ("inuse_space", "bytes") or ("cpu", "nanoseconds").
/// This is <c>ValueType</c> in profile.proto; it has another name here because every C# file already has a <see cref="System.ValueType"/>.
/// </summary>
/// <param name="Type">What is counted: "samples", "cpu", "alloc_objects", "delay", …</param>
/// <param name="Unit">The unit of the count: "count", "nanoseconds", "bytes", …</param>
public readonly record struct SampleType(string Type, string Unit)
{
    /// <summary>The form pprof prints: <c>type/unit</c>.</summary>
    public override string ToString() => $"{Type}/{Unit}";
}
