using System.Diagnostics;

namespace Vitrine.Agent.Recorder;

/// <summary>What a source without probes costs: it only reads the target's memory, on a processor of its own. Written by one thread, read when it has ended.</summary>
sealed class ReadingBill
{
    readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>How often it read.</summary>
    public int Reads { get; private set; }

    /// <summary>How long that took altogether.</summary>
    public TimeSpan Time { get; private set; }

    /// <summary>The share of one processor that it took from the machine at most, for it may have waited for one; of the target it takes nothing.</summary>
    public double Share => Stopwatch.GetElapsedTime(_began) is { Ticks: > 0 } elapsed ? Time / elapsed : 0;

    /// <summary>Reads, and takes the time of it.</summary>
    public T Of<T>(Func<T> read)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return read();
        }
        finally
        {
            Reads++;
            Time += Stopwatch.GetElapsedTime(started);
        }
    }
}
