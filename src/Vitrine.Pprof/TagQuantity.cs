namespace Vitrine.Pprof;

/// <summary>A number with a unit, comparable with another of the same kind.</summary>
internal readonly record struct TagQuantity(long Value, string Unit)
{
    /// <summary>
    /// Compares this bound of a condition with a label's value: less than, equal to or greater than zero; null when the two measure different things. By pprof's rules a value
    /// whose unit nobody knows is compared as a bare number, while bytes and times match only a bound with such a unit.
    /// </summary>
    public int? CompareWith(TagQuantity label)
    {
        if (Scale(label.Unit) is not { } theirs)
            return Value.CompareTo(label.Value);
        // Decimals hold the product of a 64-bit number and any of the factors exactly.
        return Scale(Unit) is { } mine && mine.Kind == theirs.Kind ? ((decimal)Value * mine.Factor).CompareTo((decimal)label.Value * theirs.Factor) : null;
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
