using Vitrine.Go;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Services;

/// <summary>
/// Go targets of one service that are ready to be looked into. A target is used by one look at a time, because it is not thread-safe; it is kept afterwards, because confirming the runtime's globals takes some milliseconds.
/// Those of a process that has ended are thrown away. Thread-safe.
/// </summary>
sealed class TargetPool : IDisposable
{
    /// <summary>Targets kept at most; more looks at once make their own.</summary>
    const int MostKept = 4;

    readonly Lock _lock = new();
    readonly Stack<GoTarget> _free = new();
    readonly GoBinaryCache _binaries = new(capacity: 2);
    bool _disposed;

    /// <summary>A target of this process, for one look.</summary>
    /// <exception cref="InstrumentUnavailableException">It is no Go program that can be read.</exception>
    public GoTarget Take(LinuxProcess process)
    {
        lock (_lock)
        {
            while (_free.TryPop(out var kept))
            {
                if (kept.Process?.Identity == process.Identity && !kept.IsGone)
                    return kept;
                kept.Dispose();
            }
        }
        return GoTarget.Attach(process, _binaries);
    }

    /// <summary>Gives a target back.</summary>
    public void Return(GoTarget target)
    {
        lock (_lock)
        {
            if (!_disposed && _free.Count < MostKept)
            {
                _free.Push(target);
                return;
            }
        }
        target.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_free.TryPop(out var kept))
                kept.Dispose();
        }
        _binaries.Dispose();
    }
}
