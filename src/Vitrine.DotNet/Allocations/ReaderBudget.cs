using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Allocations;

/// <summary>
/// How much of a core the thread takes that reads events, and whether that is more than it may. One busy moment is no reason to end a look: the mean over a window counts.
/// Called by the reading thread only.
/// </summary>
/// <param name="share">What it may take: 1 is a whole core.</param>
/// <param name="window">Over which time.</param>
sealed partial class ReaderBudget(double share, TimeSpan window)
{
    const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID

    long _begun = -1, _windowBegan;
    TimeSpan _atBegin, _atWindow, _now;

    /// <summary>Processor time of the reading thread since the first call.</summary>
    public TimeSpan Used => _now - _atBegin;

    /// <summary>The share of a core in the last full window.</summary>
    public double LastShare { get; private set; }

    /// <summary>Looks at the clocks.</summary>
    /// <returns>Whether the reading takes more than it may.</returns>
    public bool IsExceeded() => IsExceeded(Stopwatch.GetTimestamp(), ProcessorTime());

    internal bool IsExceeded(long timestamp, TimeSpan used)
    {
        _now = used;
        if (_begun < 0)
        {
            (_begun, _windowBegan, _atBegin, _atWindow) = (timestamp, timestamp, used, used);
            return false;
        }
        var elapsed = Stopwatch.GetElapsedTime(_windowBegan, timestamp);
        if (elapsed < window) return false;
        LastShare = (used - _atWindow) / elapsed;
        (_windowBegan, _atWindow) = (timestamp, used);
        return LastShare > share;
    }

    // Where the thread's own clock cannot be read, nothing is known to be exceeded.
    static TimeSpan ProcessorTime()
    {
        if (!OperatingSystem.IsLinux()) return TimeSpan.Zero;
        return ClockGetTime(ThreadClock, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0) : TimeSpan.Zero;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);
}
