using System.Runtime.ExceptionServices;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Work beside the caller's own. A plain thread: the thread pool and tasks take longer to start than the work takes. What it throws is thrown
/// again where it is joined.
/// </summary>
internal sealed class SideThread
{
    private readonly Thread _thread;
    private Exception? _failure;

    private SideThread(string name, Action work) => _thread = new Thread(() => Run(work)) { IsBackground = true, Name = name };

    public static SideThread Start(string name, Action work)
    {
        SideThread side = new(name, work);
        side._thread.Start();
        return side;
    }

    /// <summary>Waits for the end of the work.</summary>
    public void Wait() => _thread.Join();

    /// <summary>Waits for the end of the work and throws what it threw.</summary>
    public void Join()
    {
        Wait();
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
    }

    private void Run(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Kept for the thread that joins.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = e;
        }
    }
}
