using System.Globalization;

namespace Vitrine.Agent.CommandLine;

/// <summary>Durations as people and Go write them: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>2h</c>; a bare number is seconds.</summary>
static class DurationText
{
    /// <summary>Longer durations are refused: they are a slip of the pen, and a timer cannot wait for them.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public static TimeSpan Parse(string text)
    {
        if (TryParse(text, out var duration))
            return duration;
        throw new UsageException($"'{text}' is not a duration: write 500ms, 10s, 1m30s or 2h.");
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 32)
            return false;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return Make(seconds * 1e9, out duration);
        double nanoseconds = 0;
        for (var at = 0; at < text.Length;)
        {
            var unitAt = at;
            while (unitAt < text.Length && (char.IsAsciiDigit(text[unitAt]) || text[unitAt] == '.'))
                unitAt++;
            var end = unitAt;
            while (end < text.Length && !char.IsAsciiDigit(text[end]) && text[end] != '.')
                end++;
            if (!double.TryParse(text.AsSpan(at, unitAt - at), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || Unit(text.AsSpan(unitAt, end - unitAt)) is not { } unit)
                return false;
            nanoseconds += number * unit;
            at = end;
        }
        return Make(nanoseconds, out duration);
    }

    /// <summary>As it is typed: <c>5ms</c>, <c>90s</c>; in the largest unit in which it is a whole number.</summary>
    public static string Write(TimeSpan duration)
    {
        foreach (var unit in (string[])["h", "m", "s", "ms", "us"])
        {
            var ticks = (long)(Unit(unit)!.Value / 100);
            if (duration.Ticks >= ticks && duration.Ticks % ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks * 100}ns");
    }

    static double? Unit(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        "d" => 86400e9,
        _ => null,
    };

    static bool Make(double nanoseconds, out TimeSpan duration)
    {
        duration = default;
        if (!(nanoseconds >= 0) || nanoseconds / 100 > Longest.Ticks)
            return false;
        duration = TimeSpan.FromTicks((long)(nanoseconds / 100));
        return true;
    }
}
