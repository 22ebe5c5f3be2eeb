using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Contention;

/// <summary>A lock that is held until this is disposed.</summary>
public readonly ref struct LockScope
{
    readonly object? _gate;
    readonly MutexProfile? _profile;
    readonly TimeSpan _waited;
    readonly int _weight;

    internal LockScope(object gate) => _gate = gate;

    internal LockScope(object gate, MutexProfile profile, TimeSpan waited, int weight) => (_gate, _profile, _waited, _weight) = (gate, profile, waited, weight);

    /// <summary>Gives the lock back, and after that profiles the wait: nobody waits for the bookkeeping.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Dispose()
    {
        if (_gate is null) return;
        Monitor.Exit(_gate);
        _profile?.KeepCaller(_waited, _weight, skip: 1);
    }
}
