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

    /// <summary>Digits in groups of three, separated by a thin gap that copies as a plain space.</summary>
    public static string Count(long count) => count.ToString("#,0", Grouped);

    public static string Count(ulong count) => count.ToString("#,0", Grouped);

    /// <summary>Two units at the most: "3 h 12 min", "41 s", "12.3 ms".</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => Invariant($"{(int)time.TotalDays} d {time.Hours} h"),
        { TotalHours: >= 1 } => Invariant($"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => Invariant($"{(int)time.TotalMinutes} min {time.Seconds} s"),
        { TotalSeconds: >= 10 } => Invariant($"{time.TotalSeconds:0} s"),
        { TotalSeconds: >= 1 } => Invariant($"{time.TotalSeconds:0.0} s"),
        { TotalMilliseconds: >= 10 } => Invariant($"{time.TotalMilliseconds:0} ms"),
        { TotalMilliseconds: >= 1 } => Invariant($"{time.TotalMilliseconds:0.0} ms"),
        _ => Invariant($"{time.TotalMicroseconds:0} µs"),
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

    static readonly NumberFormatInfo Grouped = new() { NumberGroupSeparator = " ", NumberGroupSizes = [3] };

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
