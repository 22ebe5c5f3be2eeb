namespace Vitrine.DotNet.Nettrace;

/// <summary>What the first object of a stream says of the process and its clock.</summary>
/// <param name="StartedAt">Wall clock when the session began.</param>
/// <param name="StartTicks">Ticks of the process's monotonic clock at that moment.</param>
/// <param name="TicksPerSecond">Its frequency; 1,000,000,000 on Linux, where the ticks are those of CLOCK_MONOTONIC (and of <see cref="System.Diagnostics.Stopwatch"/>).</param>
/// <param name="PointerSize">Bytes of a pointer: 4 or 8.</param>
/// <param name="ProcessId">The process's id as it sees itself.</param>
/// <param name="Processors">How many processors it may use.</param>
public sealed record NettraceClock(DateTimeOffset StartedAt, long StartTicks, long TicksPerSecond, int PointerSize, int ProcessId, int Processors)
{
    /// <summary>The wall clock's time of a moment of the monotonic clock, as it was at the session's start.</summary>
    public DateTimeOffset At(long ticks)
    {
        // Not more than ±10,000 years, whatever a damaged event says.
        var seconds = Math.Clamp((ticks - (double)StartTicks) / TicksPerSecond, -3e11, 3e11);
        if (Math.Abs(seconds) > 1e9)
            return seconds < 0 ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue;
        var whole = (ticks - StartTicks) / TicksPerSecond;
        var rest = (ticks - StartTicks) % TicksPerSecond;
        return StartedAt.AddTicks(whole * TimeSpan.TicksPerSecond + (long)((double)rest * TimeSpan.TicksPerSecond / TicksPerSecond));
    }

    /// <summary>A span of the monotonic clock.</summary>
    public TimeSpan Span(long ticks) => TimeSpan.FromSeconds(Math.Clamp((double)ticks / TicksPerSecond, -1e9, 1e9));
}
