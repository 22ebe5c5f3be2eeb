using Vitrine.DotNet.Runtime;

namespace Vitrine.DotNet.Publishing;

/// <summary>
/// Takes a snapshot of the runtime at a steady interval, on a thread of its own, and hands the latest one to any number of readers at any frequency: a read is a copy, without
/// lock, wait, system call or allocation, and never torn.
/// </summary>
/// <remarks>The thread is its own because the thread pool is among what it looks at: when the pool starves, the figures keep coming.</remarks>
public sealed class RuntimePublisher : IDisposable
{
    /// <summary>The shortest interval: one millisecond.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest interval: one hour.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    readonly Latest<RuntimeSnapshot> _latest = new();
    readonly RuntimeReader _reader = new();
    readonly ManualResetEvent _stop = new(initialState: false);
    readonly Thread _thread;
    readonly int _intervalMs;
    int _disposed;

    RuntimePublisher(TimeSpan interval)
    {
        _intervalMs = (int)interval.TotalMilliseconds;
        Publish();
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "Vitrine snapshots" };
        _thread.Start();
    }

    /// <summary>Starts publishing. The first snapshot is there when this returns.</summary>
    /// <param name="interval">Time between two snapshots, from <see cref="ShortestInterval"/> to <see cref="LongestInterval"/>; parts of a millisecond are dropped.</param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is outside of these bounds.</exception>
    public static RuntimePublisher Start(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, ShortestInterval);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, LongestInterval);
        return new(interval);
    }

    /// <summary>How many snapshots were published.</summary>
    public long Published => _latest.Published - _latest.Dropped;

    /// <summary>Copies the latest snapshot; <see cref="RuntimeSnapshot.CapturedAt"/> says how old it is.</summary>
    public void Read(out RuntimeSnapshot snapshot) => _latest.TryRead(out snapshot, out _);

    /// <summary>Takes and publishes a snapshot now, on the calling thread, beside the steady ones.</summary>
    public void Publish()
    {
        _reader.Capture(out var snapshot);
        _latest.TryWrite(snapshot);
    }

    void Run()
    {
        while (!_stop.WaitOne(_intervalMs))
            Publish();
    }

    /// <summary>Ends the thread. The last snapshot can still be read.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
        _reader.Dispose();
    }
}
