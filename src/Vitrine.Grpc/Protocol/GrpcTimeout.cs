using System.Globalization;

namespace Vitrine.Grpc.Protocol;

/// <summary>The header <c>grpc-timeout</c>: one to eight digits and a unit (PROTOCOL-HTTP2.md, Timeout).</summary>
static class GrpcTimeout
{
    const int MaximumDigits = 8;

    /// <summary>The time that the caller gives; false for what is no timeout. Zero has passed already: clients that have waited too long send it.</summary>
    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaximumDigits + 1 || !uint.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return false;
        // At most 99,999,999 hours: some 11,400 years, which a TimeSpan holds.
        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            // Up: a nanosecond is not no time at all.
            'n' => (value + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        if (ticks is not { } known) return false;
        timeout = TimeSpan.FromTicks(known);
        return true;
    }
}
