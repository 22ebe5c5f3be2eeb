using Vitrine.AspNetCore.Tests;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Doors.Tests.Support;

/// <summary>Counts how often it is looked at, and can be made to wait.</summary>
sealed class Watched(string name) : TestInstrument(name), IProfileInstrument
{
    int _looks;

    public int Looks => Volatile.Read(ref _looks);

    /// <summary>Closed: whoever looks waits.</summary>
    public ManualResetEventSlim Gate { get; } = new(true);

    public SemaphoreSlim Started { get; } = new(0);

    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _looks);
        Started.Release();
        Gate.Wait(cancellation);
        return LookOf(ProfileOf(Name, "count", ("Main", 1)));
    }
}
