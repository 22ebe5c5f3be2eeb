using Vitrine.DotNet.Counters;
using Vitrine.DotNet.Outside;
using Vitrine.Instruments;

namespace Vitrine.Agent.DotNet;

/// <summary>The counters of a .NET process, or why there are none: the kernel's figures are shown either way.</summary>
sealed class DotNetCounters : IDisposable
{
    /// <summary>Longest wait for the first values: the process may be busy, or have no counters.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    DotNetCounters(RuntimeCounterSession? session, string why) => (Session, Why) = (session, why);

    /// <summary>The session; null when the port cannot be used.</summary>
    public RuntimeCounterSession? Session { get; }

    /// <summary>Why there is none; empty when there is.</summary>
    public string Why { get; }

    public static DotNetCounters Start(DotNetTarget target, TimeSpan interval)
    {
        try
        {
            return new(RuntimeCounterSession.Start(target.Port, interval), "");
        }
        catch (InstrumentUnavailableException e)
        {
            return new(null, e.Message);
        }
    }

    /// <summary>Waits for values, if any come.</summary>
    public void WaitFor(int rounds, CancellationToken cancellation) => Session?.WaitFor(rounds, s_patience, cancellation);

    public void Dispose() => Session?.Dispose();
}
