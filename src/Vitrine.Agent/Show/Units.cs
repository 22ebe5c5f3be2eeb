using System.Globalization;

namespace Vitrine.Agent.Show;

/// <summary>Numbers as people read them. Only for people: machine formats carry plain numbers with the unit in the field's name.</summary>
static class Units
{
    static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (Math.Abs(bytes) >= 1024 && unit < ByteUnits.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return unit == 0 ? Invariant($"{bytes:0} B") : Invariant($"{bytes:0.0} {ByteUnits[unit]}");
    }

    /// <summary>Digits in groups of three with a comma: a space would end the column of a table for awk and cut, and a line where it wraps.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Count(long)"/>
    public static string Count(ulong count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with what is counted: "1 stack", "1,234 stacks".</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The noun for one; what follows it, such as "request ended", goes behind the result.</param>
    /// <param name="many">The noun for any other number when it is not the first with an s.</param>
    public static string Count(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>Two units at the most: "3 h 12 min", "41 s", "12 ms", "850 ns". What is above zero is never shown as zero.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => Invariant($"{(int)time.TotalDays} d {time.Hours} h"),
        { TotalHours: >= 1 } => Invariant($"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => Invariant($"{(int)time.TotalMinutes} min {time.Seconds} s"),
        { TotalSeconds: >= 10 } => Invariant($"{time.TotalSeconds:0} s"),
        { TotalSeconds: >= 1 } => Invariant($"{time.TotalSeconds:0.0} s"),
        { TotalMilliseconds: >= 10 } => Invariant($"{time.TotalMilliseconds:0} ms"),
        { TotalMilliseconds: >= 1 } => Invariant($"{time.TotalMilliseconds:0.0} ms"),
        { TotalMicroseconds: >= 10 } => Invariant($"{time.TotalMicroseconds:0} µs"),
        { TotalMicroseconds: >= 1 } => Invariant($"{time.TotalMicroseconds:0.0} µs"),
        { Ticks: 0 } => "0 s",
        _ => Invariant($"{time.TotalNanoseconds:0} ns"),
    };

    /// <summary>A short time with three digits: "850 ns", "12.3 µs", "1.24 ms", "2.35 s".</summary>
    public static string Nanoseconds(double nanoseconds) => nanoseconds switch
    {
        >= 99.95e9 => Duration(TimeSpan.FromSeconds(nanoseconds / 1e9)),
        >= 999.5e6 => Three(nanoseconds / 1e9, "s"),
        >= 999.5e3 => Three(nanoseconds / 1e6, "ms"),
        >= 999.5 => Three(nanoseconds / 1e3, "µs"),
        _ => Invariant($"{nanoseconds:0} ns"),
    };

    static string Three(double value, string unit) => value switch
    {
        >= 99.95 => Invariant($"{value:0} {unit}"),
        >= 9.995 => Invariant($"{value:0.0} {unit}"),
        _ => Invariant($"{value:0.00} {unit}"),
    };

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
