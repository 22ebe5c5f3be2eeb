namespace Vitrine.Pprof;

/// <summary>A number with a unit, comparable with another of the same kind.</summary>
internal readonly record struct TagQuantity(long Value, string Unit)
{
    /// <summary>Less than, equal to or greater than zero as this is less, equal or greater; null when the units measure different things.</summary>
    public int? CompareWith(TagQuantity other)
    {
        if (Scale(Unit) is not { } mine || Scale(other.Unit) is not { } theirs)
            return string.Equals(Unit, other.Unit, StringComparison.OrdinalIgnoreCase) || Unit.Length == 0 || other.Unit.Length == 0 ? Value.CompareTo(other.Value) : null;
        // Decimals hold the product of a 64-bit number and any of the factors exactly.
        return mine.Kind == theirs.Kind ? ((decimal)Value * mine.Factor).CompareTo((decimal)other.Value * theirs.Factor) : null;
    }

    static (char Kind, decimal Factor)? Scale(string unit) => unit.ToLowerInvariant() switch
    {
        "b" or "byte" or "bytes" => ('b', 1m),
        "kb" or "kib" or "kbyte" or "kilobyte" or "kilobytes" => ('b', 1024m),
        "mb" or "mib" or "mbyte" or "megabyte" or "megabytes" => ('b', 1024m * 1024),
        "gb" or "gib" or "gbyte" or "gigabyte" or "gigabytes" => ('b', 1024m * 1024 * 1024),
        "tb" or "tib" or "tbyte" or "terabyte" or "terabytes" => ('b', 1024m * 1024 * 1024 * 1024),
        "ns" or "nanosecond" or "nanoseconds" => ('t', 1m),
        "us" or "μs" or "microsecond" or "microseconds" => ('t', 1_000m),
        "ms" or "millisecond" or "milliseconds" => ('t', 1_000_000m),
        "s" or "sec" or "second" or "seconds" => ('t', 1_000_000_000m),
        "min" or "minute" or "minutes" => ('t', 60m * 1_000_000_000),
        "hr" or "hour" or "hours" => ('t', 3600m * 1_000_000_000),
        _ => null,
    };
}
